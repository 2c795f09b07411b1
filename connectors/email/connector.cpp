// The e-mail channel: IMAP in, SMTP out.
#include "connector/connector.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.hpp"
#include "base/text.hpp"
#include "base/together.hpp"
#include "connectors/email/header_write.hpp"
#include "connectors/email/imap_client.hpp"
#include "connectors/email/lmtp_listener.hpp"
#include "connectors/email/mailbox.hpp"
#include "connectors/email/mime_write.hpp"
#include "connectors/email/normalize.hpp"
#include "connectors/email/oauth_tokens.hpp"
#include "connectors/email/settings.hpp"
#include "connectors/email/smtp_client.hpp"
#include "connectors/email/smtp_sessions.hpp"
#include "connectors/email/survey.hpp"
#include "net/address.hpp"

namespace tributary::email {

namespace {

// --- checking a connection, step by step
// ------------------------------------------------------------

// What connecting consists of, in order, and the reasons under which net::Dialogue reports each.
struct Stage {
    const char* name;
    std::array<std::string_view, 2> reasons;
};
constexpr std::array stages = {
    Stage{"find the server", {"name_unknown", ""}},
    Stage{"connect", {"unreachable", ""}},
    Stage{"encrypt", {"no_encryption", "certificate_refused"}},
    Stage{"log in", {"login_refused", ""}},
};

void add_passed(std::vector<CheckStep>& steps, const std::string& protocol) {
    for (const Stage& stage : stages)
        steps.emplace_back(protocol + ": " + stage.name, true, "");
}

// The stages before the one that failed have passed. A failure without a known reason is one of the
// connection.
void add_failed(std::vector<CheckStep>& steps, const std::string& protocol, const Error& error) {
    std::size_t failed = 1;
    for (std::size_t i = 0; i < stages.size(); ++i) {
        for (const std::string_view reason : stages[i].reasons) {
            if (!reason.empty() && reason == error.reason) failed = i;
        }
    }
    for (std::size_t i = 0; i < failed; ++i)
        steps.emplace_back(protocol + ": " + stages[i].name, true, "");
    steps.emplace_back(protocol + ": " + stages[failed].name, false,
                       error.message + ' ' + error.detail);
}

awaitable<void> check_imap(const OpenImap& open, const MailSettings& settings,
                           std::vector<CheckStep>& steps) {
    bool is_connected = false;
    std::string opening;
    try {
        auto client = co_await open();
        is_connected = true;
        add_passed(steps, "IMAP");
        for (const std::string& folder : settings.imap->folders) {
            opening = folder;
            co_await client->open(folder);
            steps.emplace_back("IMAP: open " + folder, true,
                               client->can_idle() ? "" : "The server has no IDLE; it is polled.");
        }
        co_await client->logout();
    } catch (const Failure& failure) {
        if (!is_connected) {
            add_failed(steps, "IMAP", failure.error());
        } else {
            steps.emplace_back("IMAP: open " + opening, false,
                               failure.error().message + ' ' + failure.error().detail);
        }
    }
}

awaitable<void> check_smtp(net::Curl& curl, const MailSettings& settings,
                           const SmtpSessions::GetToken& get_token, std::vector<CheckStep>& steps) {
    try {
        Secret token = co_await get_token();
        auto client =
            co_await SmtpClient::connect(curl, *settings.smtp, settings.ca_file, std::move(token));
        add_passed(steps, "SMTP");
        co_await client->quit();
    } catch (const Failure& failure) {
        add_failed(steps, "SMTP", failure.error());
    }
}

// --- the connector
// ----------------------------------------------------------------------------------

Submission to_submission(const OutboundMessage& message, const MailSettings& settings) {
    Submission submission;
    // Nobody answers the automaton (RFC 3834 section 3.3).
    submission.sender = message.is_automatic ? "" : settings.address;
    for (const std::vector<Party>* list : {&message.to, &message.cc})
        for (const Party& party : *list)
            submission.recipients.push_back(wire_address(party.address));
    submission.mail = write_mail(message, settings, Addressing::ascii);
    if (is_international(submission.sender) ||
        std::any_of(submission.recipients.begin(), submission.recipients.end(), is_international))
        submission.international_mail = write_mail(message, settings, Addressing::international);
    submission.envelope_id = message.id.text();
    return submission;
}

// The fate of all when no server could be spoken to. Whatever that is due to, it says nothing about
// this mail, so it is tried again: a certificate that ran out is renewed, a password corrected.
SendReceipt same_for_all(const std::vector<Party>& parties, const Error& error) {
    SendReceipt receipt;
    for (const Party& party : parties)
        receipt.emplace_back(party, RecipientResult::State::unavailable,
                             error.message + ' ' + error.detail);
    return receipt;
}

class EmailConnector final : public Connector {
 public:
    EmailConnector(MailSettings settings, ConnectorHost& host)
        : settings_(std::move(settings)), host_(host) {
        if (settings_.oauth) tokens_.emplace(host, *settings_.oauth, account_name());
        SmtpSessions::GetToken get_token = [this] { return smtp_token(); };
        if (settings_.smtp)
            sessions_.emplace(host.curl(), *settings_.smtp, settings_.ca_file,
                              std::move(get_token));
    }

    awaitable<void> run() override {
        while (true) {
            std::optional<Error> needed;
            try {
                co_await run_logged_in();
            } catch (const Failure& failure) {
                // Trying again helps nobody before an admin has been to the provider.
                if (!tokens_ || failure.error().reason != "consent_needed") throw;
                needed = failure.error();
            }
            host_.report(Health::State::down, needed->message);
            log::warn("email.consent_needed", "connector", host_.connector_name(), "why",
                      describe(*needed));
            co_await tokens_->wait_for_consent();
        }
    }

    // The provider sends the admin's browser back here.
    awaitable<http::Reply> receive(http::Request request) override {
        const std::string state = http::find_field(request.query, "state").value_or("");
        const std::string code = http::find_field(request.query, "code").value_or("");
        if (!tokens_ || request.method != http::Method::get || request.path != "/oauth" ||
            code.empty())
            co_return co_await Connector::receive(std::move(request));
        Result<> done = co_await tokens_->finish_consent(state, code);
        if (!done) co_return http::Reply::problem(done.error());
        host_.login_changed();
        co_return http::Reply::text(200, "Thank you: the mailbox may be read again.\n");
    }

    Result<std::string> begin_consent() override {
        return tokens_ ? Result<std::string>(tokens_->begin_consent()) : Connector::begin_consent();
    }

    awaitable<SendReceipt> send(OutboundMessage message) override {
        if (!sessions_) throw Failure(Outcome::rejected, "This mailbox only receives.");
        std::vector<Party> parties = message.to;
        parties.insert(parties.end(), message.cc.begin(), message.cc.end());
        auto write = [message = std::move(message), settings = settings_] {
            return to_submission(message, settings);
        };
        const Submission submission = co_await host_.workers().offload(std::move(write));
        std::vector<Delivered> delivered;
        SendReceipt receipt;
        try {
            delivered = co_await submit_logged_in(submission);
        } catch (const Failure& failure) {
            forget_token_after(failure.error());
            if (failure.error().reason == "login_refused") throw;
            receipt = same_for_all(parties, failure.error());
        }
        if (!receipt.empty()) co_return receipt;
        for (std::size_t i = 0; i < parties.size(); ++i) {
            auto& result =
                receipt.emplace_back(parties[i], delivered[i].state, delivered[i].diagnostic);
            result.remote_id = delivered[i].remote_id;
            result.maybe_sent = delivered[i].maybe_sent;
            result.is_dead = delivered[i].is_dead;
        }
        co_return receipt;
    }

    std::vector<Handle> own_handles() const override {
        std::vector<Handle> handles = {Handle("email", "", settings_.address)};
        for (const std::string& alias : settings_.aliases)
            handles.emplace_back("email", "", alias);
        return handles;
    }

    awaitable<std::vector<SourceItem>> list_source() override {
        if (!settings_.imap) co_return co_await Connector::list_source();
        const std::optional<std::string> cursors = co_await host_.cursor();
        OpenImap open = [this] { return open_imap(); };
        co_return co_await list_mails(std::move(open), *settings_.imap,
                                      parse_cursors(cursors.value_or("")));
    }

    awaitable<std::vector<std::string>> read_source_keys(std::vector<std::string> refs) override {
        OpenImap open = [this] { return open_imap(); };
        co_return co_await read_mail_keys(std::move(open), std::move(refs));
    }

    std::string tag_delimiter() const override { return settings_.reply_delimiter; }

    awaitable<std::vector<CheckStep>> check() override {
        std::vector<CheckStep> steps;
        const OpenImap open = [this] { return open_imap(); };
        const SmtpSessions::GetToken get_token = [this] { return smtp_token(); };
        if (settings_.imap) co_await check_imap(open, settings_, steps);
        if (settings_.smtp) co_await check_smtp(host_.curl(), settings_, get_token, steps);
        co_return steps;
    }

 private:
    std::string account_name() const {
        if (settings_.imap) return settings_.imap->user;
        return settings_.smtp ? settings_.smtp->user : settings_.address;
    }

    awaitable<void> run_logged_in() {
        awaitable<void> all = read_mail();
        if (tokens_) all = together(std::move(all), tokens_->keep_fresh());
        if (settings_.lmtp) all = together(std::move(all), listen_for_mail(host_, settings_));
        co_await std::move(all);
    }

    awaitable<void> read_mail() {
        if (settings_.imap) {
            MailboxUse use;
            use.open = [this] { return open_imap(); };
            use.warning = [this] { return tokens_ ? tokens_->warning() : std::string(); };
            co_await run_mailbox(host_, settings_, std::move(use), stumbles_);
        }
        if (tokens_) co_await tokens_->access_token();
        host_.report(Health::State::up, "");
        co_await Connector::run();
    }

    awaitable<std::unique_ptr<ImapClient>> open_imap() {
        Secret token;
        if (tokens_ && settings_.imap->password.empty()) token = co_await tokens_->access_token();
        try {
            co_return co_await ImapClient::connect(host_.curl(), *settings_.imap, settings_.ca_file,
                                                   std::move(token));
        } catch (const Failure& failure) {
            forget_token_after(failure.error());
            throw;
        }
    }

    bool sends_with_token() const {
        return tokens_ && !settings_.smtp->user.empty() && settings_.smtp->password.empty();
    }

    awaitable<Secret> smtp_token() {
        Secret token;
        if (sends_with_token()) token = co_await tokens_->access_token();
        co_return token;
    }

    // A token may be void before its time; only the refusal of a new one is a refusal of us.
    awaitable<std::vector<Delivered>> submit_logged_in(const Submission& submission) {
        try {
            co_return co_await sessions_->submit(submission);
        } catch (const Failure& failure) {
            if (!sends_with_token() || failure.error().reason != "login_refused") throw;
            forget_token_after(failure.error());
        }
        co_return co_await sessions_->submit(submission);
    }

    void forget_token_after(const Error& error) {
        if (tokens_ && error.reason == "login_refused") tokens_->forget_access_token();
    }

    MailSettings settings_;
    ConnectorHost& host_;
    StumblesByFolder stumbles_;
    std::optional<OAuthTokens> tokens_;
    std::optional<SmtpSessions> sessions_;
};

Result<std::unique_ptr<Connector>> create(const Settings& settings, ConnectorHost& host) {
    auto mail = read_mail_settings(settings);
    if (mail.has_error()) return std::move(mail.error());
    mail->reply_key = host.sign(kNormalizerKeyPurpose, "");
    return std::unique_ptr<Connector>(std::make_unique<EmailConnector>(std::move(*mail), host));
}

Normalizer make_normalizer(const Settings& settings, const std::string& key) {
    MailSettings mail = read_settings_for_normalizing(settings);
    mail.reply_key = key;
    return [mail](std::string_view raw) { return normalize_mail(mail, raw); };
}

std::vector<std::string> sources(const Settings& settings) {
    const auto mail = read_mail_settings(settings);
    std::vector<std::string> names;
    if (!mail || !mail->imap) return names;
    for (const std::string& folder : mail->imap->folders)
        names.push_back(folder + " of " + mail->imap->user + " at " + ascii_lower(mail->imap->url));
    return names;
}

ConnectorType describe_type() {
    ConnectorType type;
    type.channel = "email";
    type.title = "E-mail";
    type.help =
        "Reads a mailbox over IMAP and answers over SMTP. New mail is noticed at once (IDLE); "
        "nothing "
        "in the mailbox is changed. Mail that was there at the first connection becomes history, "
        "without tickets or automatic answers.";
    type.mount = "in";
    type.capabilities.can_send = true;
    type.capabilities.has_subject = true;
    type.capabilities.has_html = true;
    type.capabilities.has_recipients = true;
    type.capabilities.reaches = "email";
    type.schema = mail_schema();
    type.create = &create;
    type.normalizer = &make_normalizer;
    type.sources = &sources;
    return type;
}

}  // namespace

const ConnectorType& connector_type() {
    static const ConnectorType type = describe_type();
    return type;
}

}  // namespace tributary::email
