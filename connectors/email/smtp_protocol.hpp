// SMTP as values, without any I/O: replies, what a server offers, commands and the mail's bytes on
// the wire (RFC 5321, RFC 2920, RFC 1870, RFC 6531, RFC 2034, RFC 3461). Pure and thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "connector/connector.hpp"

namespace tributary::email {

struct SmtpReply {
    SmtpReply() = default;
    int code = 0;
    std::vector<std::string> lines;  // without code; enhanced status codes stay in front

    bool is_good() const { return code >= 200 && code < 300; }
    // "550 5.1.1 No such user", lines joined: for agents and the log.
    std::string text() const;
};

// Adds one line to `reply`; true when it was the last. An Error when it is no SMTP reply.
Result<bool> add_reply_line(SmtpReply& reply, std::string_view line);

struct SmtpOffer {
    SmtpOffer() = default;
    bool pipelining = false;
    bool eight_bit = false;
    bool utf8 = false;
    bool dsn = false;
    std::optional<std::uint64_t> max_size;
};
// From everything the server has said so far: the last answer to EHLO counts (after STARTTLS it
// is asked again).
SmtpOffer read_offer(std::string_view preamble);

// Whether a refusal speaks of our login (RFC 4954 section 6).
bool is_about_login(const SmtpReply& reply);

// Temporary or final? A refusal that speaks of our login passes, and at RCPT one that speaks of too
// many recipients.
enum class SmtpStage { sender, recipient, mail_input, handed_over };
RecipientResult::State judge(const SmtpReply& reply, SmtpStage stage);

// The queue id in "250 2.0.0 Ok: queued as 4A1B2"; "" when there is none to be seen.
std::string find_remote_id(const SmtpReply& reply);

// An address whose local part only SMTPUTF8 can carry.
bool is_international(std::string_view address);

// False for what would end the command early or not be an address at all. "" is the null sender.
bool is_envelope_address(std::string_view address);

struct MailParameters {
    MailParameters() = default;
    std::size_t size = 0;
    bool is_international = false;  // the mail has UTF-8 in its header or envelope
    std::string envelope_id;        // comes back in reports about the mail (RFC 3461 section 4.4)
};
// With what is needed and offered. Reports are asked for where somebody is there to read them.
std::string mail_command(std::string_view sender, const MailParameters& parameters,
                         const SmtpOffer& offer);
std::string recipient_command(std::string_view sender, std::string_view recipient,
                              const SmtpOffer& offer);

// Line ends made CRLF, dots stuffed, and the final dot appended: what follows DATA's 354.
std::string to_wire(std::string_view mail);

}  // namespace tributary::email
