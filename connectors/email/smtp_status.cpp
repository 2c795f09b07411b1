#include "connectors/email/smtp_status.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t max_words = 4096;

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
std::string_view enhanced_code_at(std::string_view text, std::size_t at) {
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
    return goes_on ? std::string_view() : text.substr(at, end - at);
}

// "Given up waiting": true, but not why.
bool says_expired(std::string_view status) {
    return status == "4.4.7" || status == "5.4.7";
}

// The first exact code of a refusal, else the first that says anything.
std::string told_code(std::string_view text) {
    std::string_view expired, vague;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto code = enhanced_code_at(text, at);
        if (code.empty() || code.front() == '2') continue;
        auto& place = says_only_class(code) ? vague : expired;
        if (!says_only_class(code) && !says_expired(code)) return std::string(code);
        if (place.empty()) place = code;
        at += code.size() - 1;
    }
    return std::string(expired.empty() ? vague : expired);
}

// The class of the first SMTP reply code ("550 ", "421-") as a digit; '\0' when there is none.
char reply_class(std::string_view text) {
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
        if (std::string_view(" -\n\t:,;>)'\"]").find(behind) != std::string_view::npos)
            return text[at];
        at += 2;
    }
    return '\0';
}

// A summary that the reporter makes of whatever went wrong; the other server knew better.
bool is_summary(std::string_view status) {
    return says_expired(status) || status == "4.7.0" || status == "5.3.0" || status == "5.1.1";
}

template <std::size_t n>
bool has_any(std::string_view text, const std::array<std::string_view, n>& words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
        return text.find(word) != std::string_view::npos;
    });
}

constexpr std::array<std::string_view, 27> nobody_there = {
    "user unknown",      "unknown user",      "no such user",        "does not exist",
    "doesn't exist",     "no such recipient", "recipient not found", "mailbox not found",
    "no mailbox here",   "no such mailbox",   "invalid recipient",   "invalid mailbox",
    "unknown recipient", "unknown address",   "address unknown",     "recipient unknown",
    "invalid address",   "unrouteable",       "host unknown",        "host not found",
    "unknown host",      "domain not found",  "account is disabled", "no longer available",
    "invalid user",      "not a known user",  "not listed in"};

constexpr std::array<std::string_view, 16> passing_trouble = {"mailbox is full",
                                                              "mailbox full",
                                                              "quota",
                                                              "try again later",
                                                              "timed out",
                                                              "temporar",
                                                              "will be retried",
                                                              "greylist",
                                                              "too many messages",
                                                              "insufficient",
                                                              "deferred",
                                                              "rate limit",
                                                              "connection refused",
                                                              "service unavailable",
                                                              "exceeded",
                                                              "over limit"};

bool is_dead_status(std::string_view status, std::string_view words) {
    // RFC 3463 section 3.2: 5.1.7 and 5.1.8 are about the sender's address, not this one.
    if (status.starts_with("5.1."))
        return status != "5.1.7" && status != "5.1.8" && status != "5.1.0";
    if (status == "5.2.1" || status == "5.4.4" || status == "5.4.310") return true;
    if (status == "5.4.1") return words.find("recipient address rejected") != std::string::npos;
    const bool is_silent = status.empty() || says_only_class(status) || status == "5.5.0" ||
                           status == "5.1.0" || status == "5.3.0";
    return is_silent && has_any(words, nobody_there);
}

}  // namespace

bool says_only_class(std::string_view status) {
    return status.size() >= 4 && status.substr(1) == ".0.0";
}

std::string exact_status(std::string_view status_field, std::string_view diagnostic) {
    const auto written = trim(status_field);
    const std::string field(written.empty() ? std::string_view() : enhanced_code_at(written, 0));
    const auto told = told_code(diagnostic);
    const char reply = reply_class(diagnostic);
    const bool is_told = !told.empty() && !says_only_class(told);
    if (!field.empty() && !says_only_class(field)) {
        const bool contradicts = field.front() != told[0] && told[0] == reply;
        return is_told && (is_summary(field) || contradicts) ? told : field;
    }
    if (is_told) return told;
    if (!field.empty()) return field;
    if (!told.empty()) return told;
    return reply == '\0' ? std::string() : std::string(1, reply) + ".0.0";
}

void judge_recipient(BouncedRecipient& recipient, std::string_view words) {
    const auto folded = ascii_lower(truncate_utf8(words, max_words));
    const bool is_final = recipient.action == "failed" && !recipient.status.starts_with('4');
    recipient.is_dead = is_final && is_dead_status(recipient.status, folded);
    recipient.is_permanent = is_final && (recipient.is_dead || !recipient.status.empty() ||
                                          !has_any(folded, passing_trouble));
}

bool speaks_of_dead_address(std::string_view refusal) {
    BouncedRecipient recipient;
    recipient.action = "failed";
    recipient.status = exact_status("", refusal);
    judge_recipient(recipient, refusal);
    return recipient.is_dead;
}

}  // namespace tributary::email
