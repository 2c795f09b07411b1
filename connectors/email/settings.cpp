#include "connectors/email/settings.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "connectors/email/lmtp_listener.hpp"
#include "model/identity.hpp"
#include "net/address.hpp"
#include "net/dialogue.hpp"

namespace tributary::email {

namespace {

constexpr std::int64_t second_ms = 1000;
constexpr std::int64_t minute_ms = 60 * second_ms;
constexpr std::size_t max_folders = 20;

std::string in_normal_form(const std::string& address) {
    return normalize_email(address).value_or(address);
}

bool has_controls(const std::string& text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

void add_identity(Schema& schema) {
    schema.push_back(Setting("address", SettingType::text,
                             "The mailbox's own address, which customers write to and answers come "
                             "from. Always needed.")
                         .between(3, 320)
                         .example("support@example.com"));
    schema.push_back(
        Setting("aliases", SettingType::texts,
                "Further addresses that are delivered to this mailbox. Mail from any of "
                "them is our own and never starts a conversation with itself.")
            .example("[\"help@example.com\"]"));
    schema.push_back(
        Setting("sender_name", SettingType::text,
                "The name answers are sent under. Without it, the agent's public name.")
            .between(0, 200)
            .example("Example Support"));
    schema.push_back(
        Setting("trusted_authserv", SettingType::texts,
                "The names your own mail servers sign Authentication-Results with. Only those "
                "headers are believed when it is judged whether a sender is who they say.")
            .example("[\"mx.example.com\"]"));
    schema.push_back(Setting("acknowledge", SettingType::boolean,
                             "Whether a new request is confirmed with an automatic mail. Mail that "
                             "is automatic itself is never answered.")
                         .defaults_to("false"));
    schema.push_back(
        Setting(
            "reply_delimiter", SettingType::text,
            "What stands between your address and the signed token in the Reply-To of answers "
            "(support+TOKEN@example.com). Set it to \"\" where the mail server does not deliver "
            "such addresses; conversations are then found by their message ids alone.")
            .defaults_to("+")
            .between(0, 1));
    schema.push_back(Setting("ca_file", SettingType::text,
                             "A PEM file of certificate authorities to trust instead of the "
                             "system's, for mail servers with a private one.")
                         .example("/etc/ssl/private-ca.pem"));
}

void add_imap(Schema& schema) {
    schema.push_back(
        Setting("imap.url", SettingType::text,
                "The server to read from: imaps://host, or imap://host where STARTTLS is then "
                "required. imap+insecure:// is only accepted for localhost. Without it the mailbox "
                "only sends.")
            .example("imaps://imap.example.com"));
    schema.push_back(Setting("imap.user", SettingType::text, "The login at the IMAP server.")
                         .example("support@example.com"));
    schema.push_back(Setting("imap.password", SettingType::secret, "The password of that login.")
                         .example("{ file = \"/run/credentials/imap\" }"));
    schema.push_back(
        Setting("imap.folder", SettingType::text,
                "The folder to read. Nothing in it is changed: no mail is deleted or "
                "marked as read, and mail that is marked as read is read all the same.")
            .defaults_to("INBOX")
            .between(1, 500));
    schema.push_back(
        Setting("imap.folders", SettingType::texts,
                "Further folders to read, up to 20 with the first. Each has a connection of its "
                "own; what stands in it when it is first read becomes history.")
            .example("[\"Support\", \"Sales\"]"));
    schema.push_back(
        Setting("imap.move_to", SettingType::text,
                "A folder that mail is moved to once it has been taken, whoever read it; it is "
                "made when it is not there. Left out, nothing on the server is changed. A server "
                "that will not move keeps no mail from being taken.")
            .between(1, 500)
            .example("Imported"));
    schema.push_back(Setting("imap.poll_interval", SettingType::duration,
                             "How often to look for mail where the server cannot tell (IDLE).")
                         .defaults_to("1m")
                         .between(second_ms, 60 * minute_ms));
    schema.push_back(Setting("imap.idle_renewal", SettingType::duration,
                             "How often to look for mail where the server can tell, in case it "
                             "forgets to. Servers end IDLE after 29 minutes.")
                         .defaults_to("9m")
                         .between(second_ms, 28 * minute_ms));
}

void add_oauth(Schema& schema) {
    schema.push_back(
        Setting("oauth.provider", SettingType::choice,
                "Log in with OAuth 2 instead of passwords: at Google, at Microsoft, or at another "
                "provider whose URLs are given here.")
            .one_of({"google", "microsoft", "custom"}));
    schema.push_back(Setting("oauth.client_id", SettingType::text,
                             "The application's id, as registered with the provider. Its redirect "
                             "URL is <server.public_url>/in/<name>/oauth."));
    schema.push_back(Setting("oauth.client_secret", SettingType::secret,
                             "The application's secret; public applications have none."));
    schema.push_back(Setting("oauth.auth_url", SettingType::text,
                             "Where people give consent. Known of Google and Microsoft; a "
                             "Microsoft tenant may have its own."));
    schema.push_back(Setting("oauth.token_url", SettingType::text,
                             "Where tokens are fetched. Known of Google and Microsoft."));
    schema.push_back(Setting("oauth.reach", SettingType::choice,
                             "Where the token URL may lead: only to public addresses, or to "
                             "private ones (a provider in your own network), too.")
                         .one_of({"public", "private"})
                         .defaults_to("public"));
    schema.push_back(Setting("oauth.scope", SettingType::text,
                             "What access is asked for. Known of Google and Microsoft."));
    schema.push_back(
        Setting("oauth.refresh_token", SettingType::secret,
                "A refresh token to begin with. Without it, the connector's state tells an admin "
                "where to give consent. Tokens the provider gives later are kept sealed."));
}

void add_lmtp(Schema& schema) {
    schema.push_back(
        Setting(
            "lmtp.listen", SettingType::text,
            "Where a mail server hands mail in, over LMTP or SMTP: an address and port, or the "
            "path of a Unix socket. Another way in besides, or instead of, IMAP. An address that "
            "other machines can reach needs the certificate and lmtp.clients.")
            .example("127.0.0.1:2424"));
    schema.push_back(
        Setting("lmtp.tls_certificate", SettingType::text,
                "PEM file with the certificate chain for STARTTLS (or lmtp.tls). Where "
                "other machines can connect, nothing is taken before it.")
            .example("/etc/ssl/desk.pem"));
    schema.push_back(
        Setting("lmtp.tls_key", SettingType::text, "PEM file with the certificate's private key.")
            .example("/etc/ssl/private/desk.key"));
    schema.push_back(Setting("lmtp.tls", SettingType::choice,
                             "How TLS begins: by STARTTLS, or with the first byte.")
                         .one_of({"starttls", "implicit"})
                         .defaults_to("starttls"));
    schema.push_back(
        Setting("lmtp.clients", SettingType::texts,
                "The mail servers that may hand mail in: addresses and networks. Others "
                "are refused before they say anything.")
            .example("[\"192.0.2.7\", \"2001:db8:7::/64\"]"));
}

void add_smtp(Schema& schema) {
    schema.push_back(
        Setting("smtp.url", SettingType::text,
                "The server to send through: smtps://host, or smtp://host where STARTTLS is then "
                "required. smtp+insecure:// is only accepted for localhost. Without it the mailbox "
                "only receives.")
            .example("smtps://smtp.example.com"));
    schema.push_back(
        Setting(
            "smtp.user", SettingType::text,
            "The login at the SMTP server. Left out, it is imap.user (except for "
            "smtp+insecure://, which then sends without a login); set to \"\", no login is made.")
            .example("support@example.com"));
    schema.push_back(Setting("smtp.password", SettingType::secret,
                             "The password of that login. Left out, it is imap.password.")
                         .example("{ file = \"/run/credentials/smtp\" }"));
}

// Collects what is wrong, so that the admin sees all of it at once.
class Faults {
 public:
    void add(std::string setting, std::string what) {
        error_.fields.emplace_back(std::move(setting), std::move(what));
    }
    void check_url(const std::string& setting, const std::string& url,
                   const std::string& protocol) {
        const std::string fault = net::find_url_fault(url);
        if (!fault.empty()) {
            add(setting, fault);
        } else if (!url.starts_with(protocol)) {
            add(setting, "must start with " + protocol + "s:// or " + protocol + "://");
        }
    }
    bool empty() const { return error_.fields.empty(); }
    Error take() { return std::move(error_); }

 private:
    Error error_{Outcome::invalid, "The mailbox's settings do not fit together."};
};

std::chrono::seconds to_seconds(Milliseconds duration) {
    return std::chrono::ceil<std::chrono::seconds>(duration);
}

std::vector<std::string> read_folders(const Settings& settings, Faults& faults) {
    std::vector<std::string> folders = {settings.text("imap.folder")};
    for (const std::string& folder : settings.texts("imap.folders")) {
        if (std::find(folders.begin(), folders.end(), folder) == folders.end())
            folders.push_back(folder);
    }
    if (folders.size() > max_folders)
        faults.add("imap.folders", "more than " + std::to_string(max_folders) + " folders");
    for (const std::string& folder : folders) {
        if (folder.empty() || has_controls(folder))
            faults.add("imap.folders", "a folder's name is empty or holds control characters");
        if (folder == settings.text("imap.move_to"))
            faults.add("imap.move_to", "is one of the folders that are read");
    }
    return folders;
}

bool may_carry_tokens(const std::string& url) {
    constexpr std::array<std::string_view, 3> local = {
        "http://127.0.0.1:", "http://localhost:", "http://[::1]:"};
    return url.starts_with("https://") ||
           std::any_of(local.begin(), local.end(),
                       [&](std::string_view start) { return url.starts_with(start); });
}

std::optional<OAuthSettings> read_oauth(const Settings& settings, Faults& faults) {
    if (!settings.has("oauth.provider")) {
        for (const char* name : {"oauth.client_id", "oauth.client_secret", "oauth.auth_url",
                                 "oauth.token_url", "oauth.scope", "oauth.refresh_token"}) {
            if (settings.has(name)) faults.add(name, "is of no use without oauth.provider");
        }
        return std::nullopt;
    }
    OAuthSettings oauth = find_provider(settings.text("oauth.provider")).value_or(OAuthSettings());
    oauth.client_id = settings.text("oauth.client_id");
    oauth.client_secret = settings.secret("oauth.client_secret");
    oauth.refresh_token = settings.secret("oauth.refresh_token");
    if (settings.has("oauth.auth_url")) oauth.auth_url = settings.text("oauth.auth_url");
    if (settings.has("oauth.token_url")) oauth.token_url = settings.text("oauth.token_url");
    if (settings.text("oauth.reach") == "private") oauth.reach = net::Reach::private_too;
    if (settings.has("oauth.scope")) oauth.scope = settings.text("oauth.scope");
    if (oauth.client_id.empty()) faults.add("oauth.client_id", "is needed with oauth.provider");
    if (!may_carry_tokens(oauth.token_url)) faults.add("oauth.token_url", "must be an https URL");
    if (!may_carry_tokens(oauth.auth_url)) faults.add("oauth.auth_url", "must be an https URL");
    return oauth;
}

std::optional<ImapSettings> read_imap(const Settings& settings, Faults& faults) {
    if (!settings.has("imap.url")) {
        for (const char* name : {"imap.user", "imap.password"}) {
            if (settings.has(name)) faults.add(name, "is of no use without imap.url");
        }
        return std::nullopt;
    }
    ImapSettings imap;
    imap.url = settings.text("imap.url");
    imap.user = settings.text("imap.user");
    imap.password = settings.secret("imap.password");
    imap.folders = read_folders(settings, faults);
    imap.move_to = settings.text("imap.move_to");
    imap.poll_interval = to_seconds(settings.duration("imap.poll_interval"));
    imap.idle_renewal = to_seconds(settings.duration("imap.idle_renewal"));
    faults.check_url("imap.url", imap.url, "imap");
    if (imap.user.empty()) faults.add("imap.user", "is needed with imap.url");
    if (imap.password.empty() && !settings.has("oauth.provider"))
        faults.add("imap.password", "is needed with imap.url");
    return imap;
}

std::optional<SmtpSettings> read_smtp(const Settings& settings,
                                      const std::optional<ImapSettings>& imap, Faults& faults) {
    if (!settings.has("smtp.url")) {
        for (const char* name : {"smtp.user", "smtp.password"}) {
            if (settings.has(name)) faults.add(name, "is of no use without smtp.url");
        }
        return std::nullopt;
    }
    SmtpSettings smtp;
    smtp.url = settings.text("smtp.url");
    smtp.user = settings.text("smtp.user");
    smtp.password = settings.secret("smtp.password");
    faults.check_url("smtp.url", smtp.url, "smtp");
    const bool is_local_relay = smtp.url.starts_with("smtp+insecure:");
    if (!settings.has("smtp.user") && imap && !is_local_relay) smtp.user = imap->user;
    if (smtp.user.empty()) return smtp;
    if (smtp.password.empty() && imap) smtp.password = imap->password;
    if (smtp.password.empty() && !settings.has("oauth.provider"))
        faults.add("smtp.password", "is needed with smtp.user");
    return smtp;
}

std::optional<LmtpSettings> read_lmtp(const Settings& settings, Faults& faults) {
    LmtpSettings lmtp;
    lmtp.listen = settings.text("lmtp.listen");
    lmtp.tls_certificate = settings.text("lmtp.tls_certificate");
    lmtp.tls_key = settings.text("lmtp.tls_key");
    lmtp.is_tls_implicit = settings.text("lmtp.tls") == "implicit";
    lmtp.clients = settings.texts("lmtp.clients");
    if (lmtp.listen.empty()) {
        for (const char* name : {"lmtp.tls_certificate", "lmtp.tls_key", "lmtp.clients"}) {
            if (settings.has(name)) faults.add(name, "is of no use without lmtp.listen");
        }
        return std::nullopt;
    }
    if (lmtp.tls_certificate.empty() != lmtp.tls_key.empty())
        faults.add("lmtp.tls_key", "goes together with lmtp.tls_certificate");
    if (lmtp.is_tls_implicit && lmtp.tls_certificate.empty())
        faults.add("lmtp.tls_certificate", "is needed with lmtp.tls");
    for (const std::string& client : lmtp.clients) {
        if (!net::is_network(client))
            faults.add("lmtp.clients", client + " is neither an address nor a network");
    }
    const std::string fault = find_listen_fault(lmtp);
    if (!fault.empty()) faults.add("lmtp.listen", fault);
    return lmtp;
}

}  // namespace

const Schema& mail_schema() {
    static const Schema schema = [] {
        Schema all;
        add_identity(all);
        add_imap(all);
        add_smtp(all);
        add_oauth(all);
        add_lmtp(all);
        return all;
    }();
    return schema;
}

MailSettings read_settings_for_normalizing(const Settings& settings) {
    MailSettings mail;
    mail.address = in_normal_form(settings.text("address"));
    for (const std::string& alias : settings.texts("aliases"))
        mail.aliases.push_back(in_normal_form(alias));
    mail.sender_name = settings.text("sender_name");
    mail.trusted_authserv = settings.texts("trusted_authserv");
    mail.acknowledge = settings.boolean("acknowledge");
    mail.reply_delimiter = settings.text("reply_delimiter");
    mail.ca_file = settings.text("ca_file");
    return mail;
}

Result<MailSettings> read_mail_settings(const Settings& settings) {
    Faults faults;
    MailSettings mail = read_settings_for_normalizing(settings);
    if (!normalize_email(mail.address))
        faults.add("address", mail.address.empty() ? "is needed" : "is not an e-mail address");
    for (const std::string& alias : mail.aliases) {
        if (!normalize_email(alias)) faults.add("aliases", alias + " is not an e-mail address");
    }
    mail.oauth = read_oauth(settings, faults);
    mail.imap = read_imap(settings, faults);
    mail.smtp = read_smtp(settings, mail.imap, faults);
    mail.lmtp = read_lmtp(settings, faults);
    if (!settings.has("imap.url") && !settings.has("smtp.url") && !mail.lmtp)
        faults.add("imap.url", "is needed, or lmtp.listen, or smtp.url");
    if (!faults.empty()) return faults.take();
    return mail;
}

}  // namespace tributary::email
