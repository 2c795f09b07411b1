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

// The header block with the line that ends it.
std::string_view header_of(std::string_view mail) {
    const auto end = std::min(mail.find("\r\n\r\n"), mail.find("\n\n"));
    return mail.substr(0, end);
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
        if (equals_ignoring_case(words.front(), "SIZE") && words.size() > 1) {
            std::uint64_t size = 0;
            const auto [end, error] =
                std::from_chars(words[1].data(), words[1].data() + words[1].size(), size);
            if (error == std::errc() && size > 0) offer.max_size = size;  // 0: no fixed limit
        }
    }
    return offer;
}

RecipientResult::State judge(const SmtpReply& reply) {
    using State = RecipientResult::State;
    if (reply.is_good()) return State::accepted;
    if (reply.code < 500) return State::unavailable;
    // 530, 534, 535, 538 (RFC 4954): it is our login that is refused, not this mail. 552 means 452
    // for a recipient (RFC 5321 section 4.5.3.1.10) unless it says that the mail is too large.
    constexpr std::array login_codes = {530, 534, 535, 538};
    const bool is_about_login = std::count(login_codes.begin(), login_codes.end(), reply.code) > 0;
    const bool is_about_count = reply.code == 552 && !reply.text().starts_with("552 5.3.4");
    return is_about_login || is_about_count ? State::unavailable : State::rejected;
}

std::string find_remote_id(const SmtpReply& reply) {
    constexpr std::string_view marker = "queued as ";
    const std::string text = reply.text();
    const auto start = text.find(marker);
    if (start == std::string::npos) return {};
    const std::string_view rest = std::string_view(text).substr(start + marker.size());
    return std::string(rest.substr(0, rest.find_first_of(" ;,")));
}

MailNeeds find_needs(std::string_view mail, const std::vector<std::string>& addresses) {
    MailNeeds needs;
    needs.eight_bit = !is_ascii(mail);
    needs.utf8 = !is_ascii(header_of(mail)) ||
                 std::any_of(addresses.begin(), addresses.end(),
                             [](const std::string& address) { return !is_ascii(address); });
    return needs;
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

std::string mail_command(std::string_view sender, std::size_t size, const MailNeeds& needs,
                         const SmtpOffer& offer) {
    std::string command = "MAIL FROM:<" + std::string(sender) + '>';
    if (offer.max_size) command += " SIZE=" + std::to_string(size);
    if (needs.eight_bit && offer.eight_bit) command += " BODY=8BITMIME";
    if (needs.utf8 && offer.utf8) command += " SMTPUTF8";
    return command + "\r\n";
}

std::string recipient_command(std::string_view recipient) {
    return "RCPT TO:<" + std::string(recipient) + ">\r\n";
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
