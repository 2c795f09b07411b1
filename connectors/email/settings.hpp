// One mailbox's settings, read once from the configuration, and what both halves of the connector
// (wire and MIME) know of it. Plain values: copies may go to any thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.hpp"
#include "base/error.hpp"
#include "base/settings.hpp"
#include "connectors/email/oauth.hpp"

namespace tributary::email {

struct ImapSettings {
    ImapSettings() = default;
    std::string url;
    std::string user;
    Secret password;
    std::vector<std::string> folders = {"INBOX"};  // at least one, none twice
    std::string move_to;                           // "": mails stay where they are
    std::chrono::seconds poll_interval{60};        // where the server has no IDLE
    // IDLE is renewed, and the folder searched, this often: the server may forget to tell.
    std::chrono::seconds idle_renewal{540};
    // How long the server may be silent while it owes an answer, and how long an answer may take
    // besides the time for its bytes. The same for everybody; tests have less of it.
    std::chrono::milliseconds patience{60'000};
    std::chrono::milliseconds answer_patience{300'000};
};

struct SmtpSettings {
    SmtpSettings() = default;
    std::string url;
    std::string user;  // "": no login
    Secret password;
};

// Where other mail servers hand mail in.
struct LmtpSettings {
    LmtpSettings() = default;
    std::string listen;           // address:port, or the path of a Unix socket
    std::string tls_certificate;  // PEM files; "": no TLS
    std::string tls_key;
    bool is_tls_implicit = false;  // from the first byte on, instead of after STARTTLS
    // Addresses and networks that may connect; empty: any that can.
    std::vector<std::string> clients;
};

struct MailSettings {
    MailSettings() = default;

    std::string address;                        // the mailbox's own, in normal form
    std::vector<std::string> aliases;           // further addresses of ours, in normal form
    std::string sender_name;                    // "" : the agent's public name alone
    std::vector<std::string> trusted_authserv;  // whose Authentication-Results are believed
    bool acknowledge = false;                   // answer a new ticket with an automatic receipt
    // Stands between the local part and the signed token in Reply-To; "" : no signed addresses.
    std::string reply_delimiter = "+";
    // Signs and checks those tokens; from ConnectorHost::sign, empty for pure normalising.
    std::string reply_key;
    std::string ca_file;               // extra trust for both servers; "": the system's bundle
    std::optional<ImapSettings> imap;  // at least one of these three is there
    std::optional<SmtpSettings> smtp;
    std::optional<LmtpSettings> lmtp;
    std::optional<OAuthSettings> oauth;  // logs in where no password is given
};

// The declaration that the file, the admin form and the README derive from.
const Schema& mail_schema();

// Every rule that spans several settings is judged here; an Error is for the admin.
Result<MailSettings> read_mail_settings(const Settings& settings);

// Only what reading a mail takes: needs no server, and no setting at all.
MailSettings read_settings_for_normalizing(const Settings& settings);

}  // namespace tributary::email
