#include "connectors/email/smtp_protocol.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"

namespace tributary::email {

namespace {

constexpr std::size_t max_reply_lines = 200;
constexpr std::size_t max_address_bytes = 320;  // RFC 3696 section 3, as corrected

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// RFC 3461 section 4: what "xtext" escapes. Of ASCII only.
std::string to_xtext(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        if (c > ' ' && c < 127 && c != '+' && c != '=') {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += {'+', digits[byte >> 4], digits[byte & 15]};
        }
    }
    return out;
}

}  // namespace

std::string SmtpReply::text() const {
    std::string text = std::to_string(code);
    for (const std::string& line : lines)
        text += ' ' + line;
    return text;
}

Result<bool> add_reply_line(SmtpReply& reply, std::string_view line) {
    auto malformed = [&] {
        return Error(Outcome::unavailable, "The mail server's answer makes no sense.",
                     std::string(truncate_utf8(line, 200)));
    };
    int code = 0;
    const auto [end, error] =
        std::from_chars(line.data(), line.data() + std::min<std::size_t>(3, line.size()), code);
    const bool is_code =
        error == std::errc() && end == line.data() + 3 && code >= 200 && code < 600;
    if (!is_code || (reply.code != 0 && reply.code != code)) return malformed();
    if (line.size() > 3 && line[3] != '-' && line[3] != ' ') return malformed();
    if (reply.lines.size() == max_reply_lines) return malformed();
    reply.code = code;
    const std::string_view words = line.substr(std::min<std::size_t>(4, line.size()));
    reply.lines.push_back(to_valid_utf8(trim(words)));
    return line.size() == 3 || line[3] == ' ';
}

SmtpOffer read_offer(std::string_view preamble) {
    SmtpOffer offer;
    bool is_inside = false;  // of an answer to EHLO, behind its first line
    for (std::string_view line : split(preamble, '\n')) {
        line = trim(line);
        const bool is_250 = line.starts_with("250-") || line.starts_with("250 ") || line == "250";
        if (!is_250) {
            is_inside = false;
            continue;
        }
        if (!std::exchange(is_inside, true)) {
            offer = SmtpOffer();
            continue;
        }
        const std::vector<std::string_view> words =
            split(line.substr(std::min<std::size_t>(4, line.size())), ' ');
        if (equals_ignoring_case(words.front(), "PIPELINING")) offer.pipelining = true;
        if (equals_ignoring_case(words.front(), "8BITMIME")) offer.eight_bit = true;
        if (equals_ignoring_case(words.front(), "SMTPUTF8")) offer.utf8 = true;
        if (equals_ignoring_case(words.front(), "DSN")) offer.dsn = true;
        if (equals_ignoring_case(words.front(), "SIZE") && words.size() > 1) {
            std::uint64_t size = 0;
            const auto [end, error] =
                std::from_chars(words[1].data(), words[1].data() + words[1].size(), size);
            if (error == std::errc() && size > 0) offer.max_size = size;  // 0: no fixed limit
        }
    }
    return offer;
}

bool is_about_login(const SmtpReply& reply) {
    constexpr std::array codes = {530, 534, 535, 538};
    return std::count(codes.begin(), codes.end(), reply.code) > 0;
}

RecipientResult::State judge(const SmtpReply& reply, SmtpStage stage) {
    using State = RecipientResult::State;
    if (reply.is_good()) return State::accepted;
    if (reply.code < 500) return State::unavailable;
    // 552 means 452 for a recipient (RFC 5321 section 4.5.3.1.10) unless it says that the mail is
    // too large.
    const bool is_about_count = stage == SmtpStage::recipient && reply.code == 552 &&
                                !reply.text().starts_with("552 5.3.4");
    return is_about_login(reply) || is_about_count ? State::unavailable : State::rejected;
}

std::string find_remote_id(const SmtpReply& reply) {
    constexpr std::string_view marker = "queued as ";
    const std::string text = reply.text();
    const auto start = text.find(marker);
    if (start == std::string::npos) return {};
    const std::string_view rest = std::string_view(text).substr(start + marker.size());
    return std::string(rest.substr(0, rest.find_first_of(" ;,")));
}

bool is_international(std::string_view address) {
    return !is_ascii(address);
}

bool is_envelope_address(std::string_view address) {
    if (address.empty()) return true;
    auto breaks_command = [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == '\x7F' || c == '<' || c == '>';
    };
    const auto at = address.rfind('@');
    return at != std::string_view::npos && at > 0 && at + 1 < address.size() &&
           address.size() <= max_address_bytes && is_valid_utf8(address) &&
           std::none_of(address.begin(), address.end(), breaks_command);
}

std::string mail_command(std::string_view sender, const MailParameters& parameters,
                         const SmtpOffer& offer) {
    std::string command = "MAIL FROM:<" + std::string(sender) + '>';
    if (offer.max_size) command += " SIZE=" + std::to_string(parameters.size);
    if (parameters.is_international && offer.eight_bit) command += " BODY=8BITMIME";
    if (parameters.is_international && offer.utf8) command += " SMTPUTF8";
    // Without a sender there is nobody to report to.
    if (offer.dsn && !sender.empty()) {
        command += " RET=HDRS";
        if (!parameters.envelope_id.empty())
            command += " ENVID=" + to_xtext(parameters.envelope_id);
    }
    return command + "\r\n";
}

std::string recipient_command(std::string_view sender, std::string_view recipient,
                              const SmtpOffer& offer) {
    std::string command = "RCPT TO:<" + std::string(recipient) + '>';
    if (offer.dsn && !sender.empty()) {
        command += " NOTIFY=FAILURE,DELAY";
        if (is_ascii(recipient)) command += " ORCPT=rfc822;" + to_xtext(recipient);
    }
    return command + "\r\n";
}

// A bare CR or LF is a line end to some servers and not to others; smuggling lives off that.
std::string to_wire(std::string_view mail) {
    std::string wire;
    wire.reserve(mail.size() + mail.size() / 40 + 16);
    bool is_line_start = true;
    for (std::size_t i = 0; i < mail.size(); ++i) {
        const char c = mail[i];
        if (c == '\r' || c == '\n') {
            if (c == '\r' && i + 1 < mail.size() && mail[i + 1] == '\n') ++i;
            wire += "\r\n";
            is_line_start = true;
            continue;
        }
        if (is_line_start && c == '.') wire += '.';
        wire += c;
        is_line_start = false;
    }
    if (!is_line_start) wire += "\r\n";
    return wire + ".\r\n";
}

}  // namespace tributary::email
