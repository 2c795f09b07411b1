// SMTP as values, without any I/O: replies, what a server offers, commands and the mail's bytes on
// the wire (RFC 5321, RFC 2920, RFC 1870, RFC 6531, RFC 2034). Pure and thread-safe.
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

    bool is_good() const { return code >= 200 && code < 400; }
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
    std::optional<std::uint64_t> max_size;
};
// From everything the server has said so far: the last answer to EHLO counts (after STARTTLS it
// is asked again).
SmtpOffer read_offer(std::string_view preamble);

// Temporary or final? A refusal that speaks of our login or of too many recipients passes.
RecipientResult::State judge(const SmtpReply& reply);

// The queue id in "250 2.0.0 Ok: queued as 4A1B2"; "" when there is none to be seen.
std::string find_remote_id(const SmtpReply& reply);

// What the server must understand for this mail.
struct MailNeeds {
    MailNeeds() = default;
    bool eight_bit = false;
    bool utf8 = false;  // non-ASCII in header or envelope
};
MailNeeds find_needs(std::string_view mail, const std::vector<std::string>& addresses);

// False for what would end the command early or not be an address at all. "" is the null sender.
bool is_envelope_address(std::string_view address);

std::string mail_command(std::string_view sender, std::size_t size, const MailNeeds& needs,
                         const SmtpOffer& offer);
std::string recipient_command(std::string_view recipient);

// Line ends made CRLF, dots stuffed, and the final dot appended: what follows DATA's 354.
std::string to_wire(std::string_view mail);

}  // namespace tributary::email
