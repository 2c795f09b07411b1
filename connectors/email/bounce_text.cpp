#include "connectors/email/bounce_text.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"
#include "connectors/email/addresses.hpp"
#include "connectors/email/header_text.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t max_text_bytes = 64 * 1024;  // reports say it at the top
constexpr std::size_t max_named_recipients = 100;
constexpr std::size_t context_bytes = 1200;  // how far the words about an address go

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::size_t digits_at(std::string_view text, std::size_t at) {
    std::size_t count = 0;
    while (at + count < text.size() && is_digit(text[at + count]))
        ++count;
    return count;
}

// "5.1.1" at `at`, not a piece of an IP address or version.
std::string enhanced_code_at(std::string_view text, std::size_t at) {
    if (text[at] != '2' && text[at] != '4' && text[at] != '5') return {};
    if (at > 0 && (is_digit(text[at - 1]) || text[at - 1] == '.' || text[at - 1] == '-')) return {};
    if (digits_at(text, at) != 1 || at + 1 >= text.size() || text[at + 1] != '.') return {};
    const auto middle = digits_at(text, at + 2);
    if (middle < 1 || middle > 3) return {};
    const auto dot = at + 2 + middle;
    if (dot >= text.size() || text[dot] != '.') return {};
    const auto last = digits_at(text, dot + 1);
    if (last < 1 || last > 3) return {};
    const auto end = dot + 1 + last;
    const bool goes_on = end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1]);
    return goes_on ? std::string() : std::string(text.substr(at, end - at));
}

bool says_only_class(std::string_view status) {
    return status.size() >= 4 && status.substr(1) == ".0.0";
}

std::string find_enhanced_code(std::string_view text) {
    std::string vague;
    for (std::size_t at = 0; at < text.size(); ++at) {
        auto code = enhanced_code_at(text, at);
        if (code.empty() || code.front() == '2') continue;
        if (!says_only_class(code)) return code;
        if (vague.empty()) vague = std::move(code);
    }
    return vague;
}

// The class of the first SMTP reply code ("550 ", "421-") as a status; "" when there is none.
std::string reply_class(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '4' && text[at] != '5') continue;
        if (at > 0 && (is_digit(text[at - 1]) || text[at - 1] == '.' || text[at - 1] == '-'))
            continue;
        const auto count = digits_at(text, at);
        if (count != 3 || text[at + 1] > '5') {
            at += count;
            continue;
        }
        const char behind = at + 3 < text.size() ? text[at + 3] : ' ';
        if (behind == ' ' || behind == '-' || behind == '\n' || behind == '\t' || behind == ':' ||
            behind == ',' || behind == ';' || behind == '>' || behind == ')' || behind == '\'') {
            return std::string(1, text[at]) + ".0.0";
        }
        at += 2;
    }
    return {};
}

constexpr std::array<std::string_view, 40> failure_words = {"undeliverable",
                                                            "undelivered",
                                                            "delivery status notification",
                                                            "delivery failure",
                                                            "delivery failed",
                                                            "failure notice",
                                                            "returned mail",
                                                            "mail delivery",
                                                            "delivery notification",
                                                            "could not be delivered",
                                                            "non recapitabile",
                                                            "nicht zugestellt",
                                                            "unzustellbar",
                                                            "delivery has failed",
                                                            "mail system error",
                                                            "message undeliverable",
                                                            "permanent failure",
                                                            "returning message",
                                                            "user unknown",
                                                            "rejected",
                                                            "delivery problem",
                                                            "non-delivery",
                                                            "non delivery",
                                                            "nondeliverable",
                                                            "not delivered",
                                                            "delivery error",
                                                            "mail error",
                                                            "delivery delayed",
                                                            "warning: could not send",
                                                            "message delayed",
                                                            "failed mail",
                                                            "bounce",
                                                            "unknown address",
                                                            "problem delivering",
                                                            "mail failure",
                                                            "error mail",
                                                            "returned to sender",
                                                            "não entregue",
                                                            "unable to deliver",
                                                            "deferred"};

constexpr std::array<std::string_view, 14> system_senders = {
    "mailer-daemon", "postmaster",    "mail-daemon", "maildaemon",        "mail delivery",
    "daemon@",       "mail.delivery", "mdaemon",     "mailerdaemon",      "mail-system",
    "returned mail", "mail system",   "mailadmin",   "microsoft exchange"};

template <std::size_t n>
bool has_any(std::string_view text, const std::array<std::string_view, n>& words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
        return text.find(word) != std::string_view::npos;
    });
}

bool is_address_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c < 0 ||
           std::string_view(".!#$%&'*+/=?^_`{|}~-").find(c) != std::string_view::npos;
}

struct Found {
    std::string address;
    std::size_t start;
    std::size_t end;
};

// The address around the '@' at `at`.
std::optional<Found> address_around(std::string_view text, std::size_t at) {
    auto start = at, end = at + 1;
    while (start > 0 && is_address_byte(text[start - 1]))
        --start;
    while (end < text.size() && is_address_byte(text[end]))
        ++end;
    while (end > at + 1 && (text[end - 1] == '.' || text[end - 1] == '\'' || text[end - 1] == '?' ||
                            text[end - 1] == '!' || text[end - 1] == '*')) {
        --end;
    }
    while (start < at && (text[start] == '\'' || text[start] == '*' || text[start] == '='))
        ++start;
    const auto domain = text.substr(at + 1, end - at - 1);
    if (start == at || domain.find('.') == std::string_view::npos) return std::nullopt;
    return Found{std::string(text.substr(start, end - start)), start, end};
}

// Where the report ends and the returned mail begins.
std::size_t report_end(std::string_view folded) {
    auto end = std::min(folded.size(), max_text_bytes);
    for (const std::string_view mark :
         {"--- below this line is a copy", "------ this is a copy of the message",
          "original message follows", "----- original message", "original message headers",
          "message header follows", "received: from", "\nreturn-path:", "copy of your message",
          "the original message was", "included is a copy", "headers of the original message",
          "---- unsent message below", "message text follows"}) {
        const auto at = folded.find(mark);
        // A mark at the very top is a heading of the report itself.
        if (at != std::string_view::npos && at > 200) end = std::min(end, at);
    }
    return end;
}

bool is_own_word(const Headers& headers, std::string_view address) {
    for (const auto* name : {"From", "To", "Return-Path", "Reply-To"}) {
        const auto field = headers.find(name);
        if (field && contains_ignoring_case(*field, address)) return true;
    }
    const auto local = address.substr(0, address.rfind('@'));
    return equals_ignoring_case(local, "postmaster") ||
           equals_ignoring_case(local, "mailer-daemon");
}

BouncedRecipient make_recipient(std::string address, std::string_view words, bool is_delayed) {
    BouncedRecipient recipient;
    recipient.address = std::move(address);
    recipient.status = exact_status("", words);
    recipient.action = is_delayed ? "delayed" : "failed";
    recipient.is_permanent = !is_delayed && !recipient.status.starts_with('4');
    recipient.diagnostic = std::string(trim(truncate_utf8(words, 300)));
    return recipient;
}

}  // namespace

std::string exact_status(std::string_view status_field, std::string_view diagnostic) {
    const auto field = trim(status_field);
    auto status = field.empty() ? std::string() : enhanced_code_at(field, 0);
    if (!status.empty() && !says_only_class(status)) return status;
    auto told = find_enhanced_code(diagnostic);
    if (!told.empty() && !says_only_class(told)) return told;
    if (!status.empty()) return status;
    return told.empty() ? reply_class(diagnostic) : told;
}

bool sounds_like_bounce(const Headers& headers, std::string_view text) {
    const auto from = headers.find("From");
    const auto sender = from ? ascii_lower(decode_header_text(*from)) : std::string();
    const auto subject = headers.find("Subject");
    const auto title = subject ? ascii_lower(decode_header_text(*subject)) : std::string();
    const bool has_failed_recipients = headers.has("X-Failed-Recipients");
    const bool is_from_system = has_any(sender, system_senders);
    const bool is_null = headers.has("Return-Path") && headers.token("Return-Path") == "<>";
    const auto folded = ascii_lower(text.substr(0, 4096));
    if (has_failed_recipients) return true;
    if (is_from_system) return has_any(title, failure_words) || has_any(folded, failure_words);
    return is_null && has_any(title, failure_words);
}

std::vector<BouncedRecipient> read_bounce_text(const Headers& headers, std::string_view text) {
    const auto folded = ascii_lower(text.substr(0, max_text_bytes));
    const auto report = text.substr(0, report_end(folded));
    const auto subject = headers.find("Subject");
    const auto title = subject ? ascii_lower(decode_header_text(*subject)) : std::string();
    const bool is_delayed = title.find("delayed") != std::string::npos ||
                            title.find("warning") != std::string::npos ||
                            folded.find("will be retried") != std::string::npos ||
                            folded.find("do not need to resend") != std::string::npos;
    std::vector<BouncedRecipient> recipients;
    const auto add = [&](std::string address, std::string_view words) {
        const bool is_known = std::any_of(
            recipients.begin(), recipients.end(),
            [&](const auto& one) { return equals_ignoring_case(one.address, address); });
        if (!is_known && recipients.size() < max_named_recipients) {
            recipients.push_back(make_recipient(std::move(address), words, is_delayed));
        }
    };
    // Exim says whom it means (X-Failed-Recipients).
    for (const auto value : headers.find_all("X-Failed-Recipients")) {
        for (const auto& party : parse_addresses(value, max_named_recipients)) {
            const auto at = report.find(party.address);
            add(party.address,
                at == std::string_view::npos ? report : report.substr(at, context_bytes));
        }
    }
    if (!recipients.empty()) return recipients;
    for (auto at = report.find('@'); at != std::string_view::npos; at = report.find('@', at + 1)) {
        const auto found = address_around(report, at);
        if (!found || is_own_word(headers, found->address)) continue;
        add(found->address, report.substr(found->end, context_bytes));
        // The first one is the recipient; others are mostly postmasters and hosts.
        break;
    }
    return recipients;
}

void refine_statuses(std::vector<BouncedRecipient>& recipients, std::string_view text) {
    const auto report = text.substr(0, max_text_bytes);
    for (auto& recipient : recipients) {
        if (!recipient.status.empty() && !says_only_class(recipient.status)) continue;
        const auto at =
            recipient.address.empty() ? std::string_view::npos : report.find(recipient.address);
        if (at == std::string_view::npos) continue;
        const auto told = exact_status(recipient.status, report.substr(at, context_bytes));
        if (!told.empty()) recipient.status = told;
    }
}

}  // namespace tributary::email
