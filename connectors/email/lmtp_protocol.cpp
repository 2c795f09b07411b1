#include "connectors/email/lmtp_protocol.hpp"

#include <charconv>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace tributary::email {

namespace {

using Step = LmtpSession::Step;
using Next = LmtpSession::Next;

constexpr int max_faults = 20;
constexpr std::size_t max_path = 320;

std::string_view take_word(std::string_view& rest) {
    const auto end = std::min(rest.find(' '), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return word;
}

struct Path {
    Path() = default;
    std::string address;
    std::string_view parameters;
};

// "FROM:<a@b> SIZE=5" behind MAIL, "TO:<a@b>" behind RCPT.
std::optional<Path> read_path(std::string_view argument, std::string_view keyword) {
    if (!starts_with_ignoring_case(argument, keyword)) return std::nullopt;
    argument.remove_prefix(keyword.size());
    argument = trim(argument);
    const auto end = argument.find('>');
    if (!argument.starts_with('<') || end == std::string_view::npos) return std::nullopt;
    Path path;
    path.address = std::string(argument.substr(1, end - 1));
    path.parameters = trim(argument.substr(end + 1));
    for (const char c : path.address) {
        if (static_cast<unsigned char>(c) <= ' ' || c == '<' || c == 0x7F) return std::nullopt;
    }
    if (path.address.size() > max_path) return std::nullopt;
    return path;
}

std::optional<std::uint64_t> read_size(std::string_view parameters) {
    while (!parameters.empty()) {
        const std::string_view word = take_word(parameters);
        if (!starts_with_ignoring_case(word, "SIZE=")) continue;
        std::uint64_t size = 0;
        const char* end = word.data() + word.size();
        const auto [stop, error] = std::from_chars(word.data() + 5, end, size);
        if (error == std::errc() && stop == end) return size;
    }
    return std::nullopt;
}

bool has_bare_newline(std::string_view line) {
    return line.find_first_of(std::string_view("\r\n", 2)) != std::string_view::npos;
}

}  // namespace

LmtpSession::LmtpSession(std::string host_name, std::uint64_t max_bytes, IsOurs is_ours,
                         Encryption encryption)
    : host_name_(std::move(host_name)),
      max_bytes_(max_bytes),
      is_ours_(std::move(is_ours)),
      encryption_(encryption) {}

std::string LmtpSession::greeting() const {
    return "220 " + host_name_ + " Tributary\r\n";
}

Step LmtpSession::on_line(std::string_view line) {
    return is_in_data_ ? on_data(line) : on_command(line);
}

Step LmtpSession::on_long_line() {
    if (!is_in_data_) return refuse("500 5.5.2 the line is too long\r\n");
    trouble_ = "554 5.6.0 a line of the mail is too long\r\n";
    return Step(Next::go_on, "");
}

Step LmtpSession::on_command(std::string_view line) {
    if (has_bare_newline(line)) return Step(Next::close, "554 5.5.2 a bare CR or LF\r\n");
    std::string_view rest = line;
    const std::string verb = ascii_lower(take_word(rest));
    if (verb == "lhlo" || verb == "ehlo" || verb == "helo") return on_hello(verb, trim(rest));
    if (verb == "starttls") return on_start_tls(trim(rest));
    if (verb == "quit") return Step(Next::close, "221 2.0.0 bye\r\n");
    if (verb == "noop") return Step(Next::go_on, "250 2.0.0 ok\r\n");
    const bool is_early = encryption_ == Encryption::required && verb != "rset";
    if (is_early) return refuse("530 5.7.0 STARTTLS first\r\n");
    if (verb == "vrfy") return Step(Next::go_on, "252 2.1.5 send it and see\r\n");
    if (verb == "rset") {
        reset();
        return Step(Next::go_on, "250 2.0.0 ok\r\n");
    }
    if (verb == "mail") return on_mail(rest);
    if (verb == "rcpt") return on_recipient(rest);
    if (verb != "data") return refuse("500 5.5.1 unknown command\r\n");
    if (recipients_ == 0) return refuse("503 5.5.1 no valid recipients\r\n");
    is_in_data_ = true;
    return Step(Next::go_on, "354 go on, and end with a dot\r\n");
}

Step LmtpSession::on_hello(std::string_view verb, std::string_view name) {
    if (name.empty()) return refuse("501 5.5.4 who is there?\r\n");
    reset();
    has_hello_ = true;
    is_lmtp_ = verb == "lhlo";
    if (verb == "helo") return Step(Next::go_on, "250 " + host_name_ + "\r\n");
    return Step(Next::go_on, "250-" + host_name_ +
                                 "\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n"
                                 "250-SMTPUTF8\r\n" +
                                 (may_encrypt() ? "250-STARTTLS\r\n" : "") + "250 SIZE " +
                                 std::to_string(max_bytes_) + "\r\n");
}

Step LmtpSession::on_start_tls(std::string_view argument) {
    if (!argument.empty()) return refuse("501 5.5.4 STARTTLS stands alone\r\n");
    if (!may_encrypt()) return refuse("503 5.5.1 no TLS to begin here\r\n");
    return Step(Next::encrypt, "220 2.0.0 begin\r\n");
}

void LmtpSession::encrypted() {
    reset();
    has_hello_ = false;
    is_lmtp_ = false;
    encryption_ = Encryption::on;
}

Step LmtpSession::on_mail(std::string_view argument) {
    if (!has_hello_) return refuse("503 5.5.1 say hello first\r\n");
    if (has_sender_) return refuse("503 5.5.1 one mail at a time\r\n");
    const auto path = read_path(argument, "FROM:");
    if (!path) return refuse("501 5.1.7 not a sender's address\r\n");
    if (read_size(path->parameters).value_or(0) > max_bytes_)
        return Step(Next::go_on, "552 5.3.4 the mail is too large\r\n");
    has_sender_ = true;
    sender_ = path->address;
    return Step(Next::go_on, "250 2.1.0 ok\r\n");
}

Step LmtpSession::on_recipient(std::string_view argument) {
    if (!has_sender_) return refuse("503 5.5.1 MAIL first\r\n");
    const auto path = read_path(argument, "TO:");
    if (!path || path->address.empty()) return refuse("501 5.1.3 not a recipient's address\r\n");
    if (!is_ours_(path->address)) return refuse("550 5.1.1 nobody of this name here\r\n");
    if (recipients_ == max_recipients)
        return Step(Next::go_on, "452 4.5.3 enough recipients for one mail\r\n");
    ++recipients_;
    return Step(Next::go_on, "250 2.1.5 ok\r\n");
}

Step LmtpSession::on_data(std::string_view line) {
    if (line == ".") return on_end_of_data();
    if (line.starts_with('.')) line.remove_prefix(1);
    if (!trouble_.empty()) return Step(Next::go_on, "");
    if (has_bare_newline(line)) {
        trouble_ = "554 5.6.0 a bare CR or LF\r\n";
    } else if (mail_.size() + line.size() + 2 > max_bytes_) {
        trouble_ = "552 5.3.4 the mail is too large\r\n";
    }
    if (!trouble_.empty()) {
        mail_ = std::string();
    } else {
        mail_.append(line).append("\r\n");
    }
    return Step(Next::go_on, "");
}

Step LmtpSession::on_end_of_data() {
    is_in_data_ = false;
    if (trouble_.empty()) return Step(Next::deliver, "");
    std::string reply;
    for (std::size_t i = 0; i < (is_lmtp_ ? recipients_ : 1); ++i)
        reply += trouble_;
    reset();
    return Step(Next::go_on, std::move(reply));
}

std::string LmtpSession::take_mail() {
    std::string mail = "Return-Path: <" + sender_ + ">\r\n" + mail_;
    mail_ = std::string();
    return mail;
}

std::string LmtpSession::delivered(bool is_taken) {
    const char* answer = is_taken ? "250 2.0.0 taken\r\n" : "451 4.3.0 not now; send it again\r\n";
    std::string reply;
    for (std::size_t i = 0; i < (is_lmtp_ ? recipients_ : 1); ++i)
        reply += answer;
    reset();
    return reply;
}

Step LmtpSession::refuse(std::string reply) {
    const bool is_too_much = ++faults_ > max_faults;
    return is_too_much ? Step(Next::close, "421 4.7.0 too many errors\r\n")
                       : Step(Next::go_on, std::move(reply));
}

void LmtpSession::reset() {
    has_sender_ = false;
    sender_.clear();
    recipients_ = 0;
    trouble_.clear();
    mail_ = std::string();
}

}  // namespace tributary::email
