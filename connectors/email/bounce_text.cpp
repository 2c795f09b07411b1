#include "connectors/email/bounce_text.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"
#include "connectors/email/addresses.hpp"
#include "connectors/email/bounce_mentions.hpp"
#include "connectors/email/header_text.hpp"
#include "connectors/email/smtp_status.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t max_text_bytes = 64 * 1024;  // reports say it at the top
constexpr std::size_t max_named_recipients = 100;
constexpr std::size_t context_bytes = 1200;  // how far the words about an address go
constexpr std::size_t max_opening = 4096;

// In the subject of a system's mail, or its first words: something did not arrive.
constexpr std::array<std::string_view, 72> failure_words = {"undeliverable",
                                                            "undelivered",
                                                            "undeliverd",
                                                            "delivery status notification",
                                                            "delivery failure",
                                                            "delivery failed",
                                                            "failure notice",
                                                            "failure delivery",
                                                            "returned mail",
                                                            "mail delivery",
                                                            "delivery notification",
                                                            "delivery report",
                                                            "could not be delivered",
                                                            "couldn't be delivered",
                                                            "could not deliver",
                                                            "cannot be delivered",
                                                            "can not be delivered",
                                                            "cannot deliver",
                                                            "unable to deliver",
                                                            "non recapitabile",
                                                            "mancato recapito",
                                                            "nicht zugestellt",
                                                            "unzustellbar",
                                                            "delivery has failed",
                                                            "mail system error",
                                                            "permanent failure",
                                                            "permanent error",
                                                            "returning message",
                                                            "message returned",
                                                            "user unknown",
                                                            "unknown user",
                                                            "no such user",
                                                            "rejected",
                                                            "delivery problem",
                                                            "non-delivery",
                                                            "non delivery",
                                                            "nondeliverable",
                                                            "not delivered",
                                                            "delivery error",
                                                            "mail error",
                                                            "delivery delayed",
                                                            "delivery incomplete",
                                                            "warning: could not send",
                                                            "could not send",
                                                            "message delayed",
                                                            "failed mail",
                                                            "mail failed",
                                                            "bounce",
                                                            "unknown address",
                                                            "problem delivering",
                                                            "trouble delivering",
                                                            "mail failure",
                                                            "error mail",
                                                            "returned to sender",
                                                            "return to sender",
                                                            "não entregue",
                                                            "no se pudo entregar",
                                                            "non remis",
                                                            "deferred",
                                                            "smtp server: errors from",
                                                            "did not reach",
                                                            "delivery status",
                                                            "not been delivered",
                                                            "blocked by our",
                                                            "sending your mail",
                                                            "配信できません",
                                                            "配信に失敗",
                                                            "送信できませんでした",
                                                            "エラー通知",
                                                            "не доставлено",
                                                            "недоставленное",
                                                            "postmaster notify"};

constexpr std::array<std::string_view, 16> system_senders = {
    "mailer-daemon", "postmaster",  "mail-daemon",   "maildaemon",
    "mail delivery", "daemon@",     "mail.delivery", "mdaemon",
    "mailerdaemon",  "mail-system", "returned mail", "mail system",
    "mailadmin",     "post_master", "mail-delivery", "microsoft exchange"};

// What only a mail system writes, whatever address it writes from. All words of a row stand in
// the report, the first near its top.
struct Template {
    std::string_view opening;
    std::string_view also;
};
constexpr std::array<Template, 40> templates = {{
    {"did not reach the following recipient(s)", ""},
    {"did not reach some or all of the intended recipients", ""},
    {"could not be delivered to: <", "your mail sent on:"},
    {"error message below:", "rcpt to:"},
    {"message could not be delivered to mobile", ""},
    {"this is the mail system at host", ""},
    {"this is the postfix program at host", ""},
    {"this is the qmail-send program", ""},
    {"i'm afraid i wasn't able to deliver your message", ""},
    {"this message was created automatically by mail delivery software", ""},
    {"this message was created automatically by the mail system", ""},
    {"a message that you sent could not be delivered to one or more of", ""},
    {"delivery to the following recipient failed permanently", ""},
    {"delivery to the following recipients failed", ""},
    {"delivery has failed to these recipients or", ""},
    {"this is an automatically generated delivery status notification", ""},
    {"sorry, we were unable to deliver your message to the following address", ""},
    {"we were unable to deliver your message to the following address", ""},
    {"unable to deliver message to the following address", ""},
    {"unable to deliver message to: <", ""},
    {"your message to the following recipients cannot be delivered", ""},
    {"your message cannot be delivered to the following recipients", ""},
    {"the following addresses had permanent", "-----"},
    {"the following addresses had delivery problems", "---"},
    {"the following recipients were affected:", ""},
    {"each of the following recipients was rejected by a remote mail server", ""},
    {"we had trouble delivering your message. full details follow", ""},
    {"the number of attempts made:", "failed to send to"},
    {"------- failure reasons", "returned message"},
    {"the user(s) account is", ">: "},
    {"there was an error delivering your mail to <", ""},
    {"the message you sent to", "could not be delivered"},
    {"i'm sorry to have to inform you that your message could not", "be delivered"},
    {"sent <<< rcpt to:", "received >>> "},
    {"sent >>> rcpt to:", "received <<< "},
    {"unable to deliver message to <", ""},
    {"was blocked by our spam firewall", "not been delivered"},
    {"this is a delivery status notification from", ""},
    {"generating server:", "diagnostic information for administrators"},
    {"an error occurred while trying to deliver the mail to the following recipients", ""},
}};

constexpr std::array<std::string_view, 20> waiting_words = {"will be retried",
                                                            "do not need to resend",
                                                            "don't need to resend",
                                                            "still trying",
                                                            "has been delayed",
                                                            "has not yet been delivered",
                                                            "has not been delivered yet",
                                                            "will continue to be attempted",
                                                            "will keep trying",
                                                            "will continue to try",
                                                            "will continue trying",
                                                            "delivery attempts will continue",
                                                            "no action is required on your part",
                                                            "this is a warning message only",
                                                            "will be attempted again",
                                                            "will retry for",
                                                            "delivery is delayed",
                                                            "temporarily delayed",
                                                            "we'll keep trying",
                                                            "this is only a warning"};

template <std::size_t n>
bool has_any(std::string_view text, const std::array<std::string_view, n>& words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
        return text.find(word) != std::string_view::npos;
    });
}

std::string folded_field(const Headers& headers, std::string_view name) {
    const auto value = headers.find(name);
    return value ? fold_case(decode_header_text(*value)) : std::string();
}

// Mailing list programs that refuse a mail say so in the subject.
bool is_list_refusal(const Headers& headers, std::string_view title) {
    constexpr std::array<std::string_view, 8> refusals = {
        "reject mail", "request rejected",  "not member article", "fml system error",
        "loop alert",  "loop back warning", "unix from loop",     "mail is rejected"};
    return headers.has("X-MLServer") && has_any(title, refusals);
}

bool is_forwarded_by_hand(std::string_view title) {
    return title.starts_with("fwd:") || title.starts_with("fw:") || title.starts_with("wg:") ||
           title.starts_with("tr:") || title.starts_with("rv:");
}

bool follows_template(std::string_view folded) {
    constexpr std::size_t near_top = 1500;
    return std::any_of(templates.begin(), templates.end(), [&](const Template& one) {
        const auto at = folded.find(one.opening);
        if (at > near_top || (at > 0 && folded[at - 1] == '"')) return false;
        const auto line = folded.rfind('\n', at);
        const auto start = line == std::string_view::npos ? 0 : line + 1;
        if (folded[start] == '>') return false;
        return one.also.empty() || folded.find(one.also) != std::string_view::npos;
    });
}

// Where the report ends and the returned mail begins.
std::size_t report_end(std::string_view folded) {
    auto end = std::min(folded.size(), max_text_bytes);
    for (const std::string_view mark : {"--- below this line is a copy",
                                        "--- this is a copy of the message",
                                        "--- enclosed is a copy of the message",
                                        "original message follows",
                                        "----- original message",
                                        "original message headers",
                                        "--- original message",
                                        "message header follows",
                                        "message headers follow",
                                        "\nreceived: ",
                                        "\nreceived:from",
                                        "\nreturn-path:",
                                        "copy of your message",
                                        "included is a copy",
                                        "headers of the original message",
                                        "the header of the original message",
                                        "---- unsent message below",
                                        "---- unsent message follows",
                                        "---- returned message",
                                        "--- returned mail",
                                        "---- original mail",
                                        "-unsent mail original",
                                        "message text follows"}) {
        auto at = folded.find(mark);
        // A mark at the very top is a heading of the report itself.
        if (at != std::string_view::npos && at <= 200) at = folded.find(mark, 201);
        if (at != std::string_view::npos) end = std::min(end, at);
    }
    return end;
}

std::set<std::string> addresses_in(const Headers& headers,
                                   std::initializer_list<const char*> names) {
    std::set<std::string> found;
    for (const auto* name : names) {
        const auto field = headers.find(name);
        if (!field) continue;
        for (const auto& party : parse_addresses(*field, 20))
            found.insert(ascii_lower(party.address));
    }
    return found;
}

bool is_system_address(std::string_view address) {
    const auto local = address.substr(0, address.rfind('@'));
    return equals_ignoring_case(local, "postmaster") ||
           equals_ignoring_case(local, "mailer-daemon") || equals_ignoring_case(local, "support");
}

// The bounce went to whoever sent the mail; only when it names nobody else is that the recipient
// too (a mail to oneself).
std::vector<Mention> find_recipients(const Headers& headers, std::string_view report) {
    const auto senders = addresses_in(headers, {"From", "Return-Path", "Reply-To"});
    const auto receivers = addresses_in(headers, {"To"});
    const MayBe is_other = [&](std::string_view address) {
        const auto folded = ascii_lower(address);
        return !senders.contains(folded) && !receivers.contains(folded) &&
               !is_system_address(address);
    };
    const MayBe is_not_sender = [&](std::string_view address) {
        return !senders.contains(ascii_lower(address));
    };
    auto mentions = find_mentions(report, is_other);
    if (mentions.empty()) mentions = find_mentions(report, is_not_sender);
    if (mentions.empty()) mentions = find_any_mention(report, is_other);
    if (mentions.empty()) mentions = find_any_mention(report, is_not_sender);
    return mentions;
}

bool tells(std::string_view words) {
    return !exact_status("", words).empty();
}

// What a report says about each of the addresses it names.
class ReportWords {
 public:
    ReportWords(std::string_view report, const std::vector<Mention>& mentions)
        : report_(report), mentions_(mentions) {
        for (const auto& one : mentions)
            addresses_.insert(ascii_lower(one.address));
    }

    // Between the address and the next one; else on another line that names it; else in front of
    // all addresses, or anywhere when there is only one.
    std::string_view about(std::string_view address) const {
        std::string_view own;
        for (std::size_t i = 0; i < mentions_.size(); ++i) {
            if (!equals_ignoring_case(mentions_[i].address, address)) continue;
            const auto words = behind(i);
            if (tells(words)) return words;
            if (own.empty()) own = words;
        }
        if (const auto words = on_another_line(address); tells(words)) return words;
        const auto rest = addresses_.size() == 1 ? report_ : report_.substr(0, first_start());
        return tells(rest) || addresses_.size() == 1 ? rest : own;
    }

 private:
    std::string_view behind(std::size_t i) const {
        const auto start = mentions_[i].start;
        auto end = report_.size();
        for (auto next = i + 1; next < mentions_.size(); ++next) {
            if (equals_ignoring_case(mentions_[next].address, mentions_[i].address)) continue;
            if (mentions_[next].start > start) end = mentions_[next].start;
            break;
        }
        return report_.substr(start, std::min(end - start, context_bytes));
    }

    std::string_view on_another_line(std::string_view address) const {
        const auto again = report_.rfind(address);
        if (again == std::string_view::npos) return {};
        const auto line = report_.rfind('\n', again);
        const auto start = line == std::string_view::npos ? 0 : line + 1;
        return report_.substr(start, report_.find("\n\n", again) - start).substr(0, context_bytes);
    }

    std::size_t first_start() const { return mentions_.empty() ? 0 : mentions_.front().start; }

    std::string_view report_;
    const std::vector<Mention>& mentions_;
    std::set<std::string> addresses_;
};

BouncedRecipient make_recipient(std::string address, std::string_view words, bool is_delayed) {
    BouncedRecipient recipient;
    recipient.address = std::move(address);
    recipient.status = exact_status("", words);
    recipient.action = is_delayed ? "delayed" : "failed";
    recipient.diagnostic = std::string(trim(truncate_utf8(words, 300)));
    judge_recipient(recipient, words);
    return recipient;
}

bool says_waiting(std::string_view title, std::string_view folded) {
    return title.find("delayed") != std::string_view::npos ||
           title.find("(delay)") != std::string_view::npos ||
           title.find("delivery incomplete") != std::string_view::npos ||
           title.find("warning: could not send") != std::string_view::npos ||
           title.find("warning: message") != std::string_view::npos ||
           title.find("delay notice") != std::string_view::npos || has_any(folded, waiting_words);
}

}  // namespace

bool sounds_like_bounce(const Headers& headers, std::string_view text) {
    const auto sender = folded_field(headers, "From");
    const auto title = folded_field(headers, "Subject");
    const bool is_null = headers.has("Return-Path") && headers.token("Return-Path") == "<>";
    const auto folded = ascii_lower(truncate_utf8(text, max_opening));
    if (headers.has("X-Failed-Recipients") || is_list_refusal(headers, title)) return true;
    if (has_any(sender, system_senders))
        return has_any(title, failure_words) || has_any(folded, failure_words) ||
               follows_template(folded);
    if (is_null && has_any(title, failure_words)) return true;
    return !is_forwarded_by_hand(title) && follows_template(folded);
}

std::vector<BouncedRecipient> read_bounce_text(const Headers& headers, std::string_view text) {
    const auto folded = ascii_lower(text.substr(0, max_text_bytes));
    const auto end = report_end(folded);
    const auto report = text.substr(0, end);
    const bool is_delayed =
        says_waiting(folded_field(headers, "Subject"), std::string_view(folded).substr(0, end));
    std::vector<Mention> mentions;
    // Exim and Google say whom they mean.
    for (const auto value : headers.find_all("X-Failed-Recipients")) {
        for (const auto& party : parse_addresses(value, max_named_recipients)) {
            const auto at = std::min(report.find(party.address), report.size());
            mentions.push_back(Mention{party.address, report.rfind('\n', at) + 1, at});
        }
    }
    if (mentions.empty()) mentions = find_recipients(headers, report);
    const ReportWords words(report, mentions);
    std::set<std::string> known;
    std::vector<BouncedRecipient> recipients;
    for (const auto& one : mentions) {
        if (recipients.size() < max_named_recipients &&
            known.insert(ascii_lower(one.address)).second)
            recipients.push_back(make_recipient(one.address, words.about(one.address), is_delayed));
    }
    return recipients;
}

void refine_statuses(std::vector<BouncedRecipient>& recipients, std::string_view text) {
    const auto report = text.substr(0, max_text_bytes);
    std::vector<Mention> mentions;
    for (const auto& recipient : recipients) {
        const auto at =
            recipient.address.empty() ? std::string_view::npos : report.find(recipient.address);
        if (at != std::string_view::npos) mentions.push_back(Mention{recipient.address, at, at});
    }
    std::sort(mentions.begin(), mentions.end(),
              [](const Mention& a, const Mention& b) { return a.start < b.start; });
    for (std::size_t i = 0; i < mentions.size(); ++i) {
        const auto end = i + 1 < mentions.size() ? mentions[i + 1].start : report.size();
        const auto words =
            report.substr(mentions[i].start, std::min(end - mentions[i].start, context_bytes));
        for (auto& recipient : recipients) {
            if (recipient.address != mentions[i].address) continue;
            if (!recipient.status.empty() && !says_only_class(recipient.status)) continue;
            const auto told = exact_status(recipient.status, words);
            if (!told.empty()) recipient.status = told;
            judge_recipient(recipient, recipient.diagnostic + "\n" + std::string(words));
        }
    }
}

}  // namespace tributary::email
