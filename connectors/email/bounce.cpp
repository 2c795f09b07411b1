#include "connectors/email/bounce.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "connectors/email/addresses.hpp"
#include "connectors/email/bounce_event.hpp"
#include "connectors/email/bounce_text.hpp"
#include "connectors/email/charset.hpp"
#include "connectors/email/prescan.hpp"
#include "connectors/email/smtp_status.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t max_recipients = 500;
constexpr std::size_t max_report_bytes = 256 * 1024;

constexpr std::array<std::string_view, 5> returned_types = {
    "message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global",
    "message/global-headers"};

const Part* find_part(const Part& part, std::string_view type) {
    if (part.type.value == type) return &part;
    for (const auto& child : part.children) {
        if (const auto* found = find_part(child, type)) return found;
    }
    return nullptr;
}

const Part* find_returned(const Part& root) {
    for (const auto type : returned_types) {
        const auto* part = find_part(root, type);
        if (part != nullptr && part != &root) return part;
    }
    return nullptr;
}

// "rfc822; ann@example.com" (RFC 3464, section 2.3.1).
std::string recipient_address(std::string_view field) {
    const auto semicolon = field.find(';');
    auto address = trim(semicolon == std::string_view::npos ? field : field.substr(semicolon + 1));
    const auto parties = parse_addresses(address, 1);
    if (!parties.empty() && !parties.front().address.empty()) return parties.front().address;
    return to_valid_utf8(address);
}

std::string field_text(const Headers& headers, std::string_view name) {
    const auto value = headers.find(name);
    return value ? decode_header_text(*value) : std::string();
}

std::string known_action(std::string_view written) {
    constexpr std::array<std::string_view, 5> known = {"failed", "delayed", "delivered", "relayed",
                                                       "expanded"};
    const auto word = ascii_lower(trim(written.substr(0, written.find_first_of(" (;"))));
    if (word == "failure" || word == "fail") return "failed";
    const auto found = std::find(known.begin(), known.end(), word);
    return found == known.end() ? std::string() : word;
}

// The recipient as the sender wrote it, before aliases and forwards changed it.
std::string best_address(const Headers& group) {
    std::string fallback;
    for (const auto* name : {"Original-Recipient", "Final-Recipient", "X-Actual-Recipient"}) {
        auto address = recipient_address(field_text(group, name));
        if (normalize_email(address)) return address;
        if (fallback.empty()) fallback = std::move(address);
    }
    return fallback;
}

BouncedRecipient read_recipient(const Headers& group) {
    BouncedRecipient recipient;
    recipient.address = best_address(group);
    recipient.diagnostic = field_text(group, "Diagnostic-Code");
    if (const auto kind = recipient.diagnostic.find(';');
        kind != std::string::npos && recipient.diagnostic.find(' ') > kind) {
        recipient.diagnostic = trim(std::string_view(recipient.diagnostic).substr(kind + 1));
    }
    recipient.action = known_action(field_text(group, "Action"));
    recipient.status = exact_status(field_text(group, "Status"), recipient.diagnostic);
    if (recipient.action.empty()) {
        recipient.action = recipient.status.starts_with('4')   ? "delayed"
                           : recipient.status.starts_with('2') ? "delivered"
                                                               : "failed";
    }
    judge_recipient(recipient, recipient.diagnostic);
    return recipient;
}

bool names_recipient(const Headers& group) {
    return group.has("Final-Recipient") || group.has("Original-Recipient");
}

// Groups of header-like lines: between empty lines by the standard, but some reporters put two
// recipients into one group, others tear one apart.
class StatusGroups {
 public:
    explicit StatusGroups(Bounce& report) : report_(report) {}

    void add(std::string_view group) {
        const Headers fields(group);
        if (!names_recipient(fields)) {
            const bool goes_on =
                !current_.empty() && fields.has("Status") && !Headers(current_).has("Status");
            if (goes_on) current_.append("\n").append(group);
            return;
        }
        std::size_t start = 0;
        for (std::size_t at = 0; at < group.size();) {
            const auto end = std::min(group.find('\n', at), group.size());
            const auto line = group.substr(at, end - at);
            if (at > start && starts_with_ignoring_case(line, "Final-Recipient:") &&
                Headers(group.substr(start, at - start)).has("Final-Recipient")) {
                take(group.substr(start, at - start));
                start = at;
            }
            at = end + 1;
        }
        take(group.substr(start));
    }

    void finish() {
        if (current_.empty() || report_.recipients.size() >= max_recipients) return;
        const Headers fields(current_);
        if (names_recipient(fields)) report_.recipients.push_back(read_recipient(fields));
        current_.clear();
    }

 private:
    void take(std::string_view group) {
        finish();
        current_ = group;
    }

    Bounce& report_;
    std::string current_;
};

void read_status_groups(std::string_view body, Bounce& report) {
    StatusGroups groups(report);
    for (std::size_t at = 0; at < body.size() && report.recipients.size() < max_recipients;) {
        const auto end = std::min(body.find("\n\n", at), body.size());
        groups.add(body.substr(at, end - at));
        at = end + 2;
        while (at < body.size() && body[at] == '\n')
            ++at;
    }
    groups.finish();
}

void read_all_status_parts(const Part& part, Bounce& report) {
    const std::string_view type = part.type.value;
    if (type.starts_with("message/") && type.ends_with("delivery-status")) {
        const auto body = part.decoded_body().substr(0, max_report_bytes);
        read_status_groups(
            normalize_line_ends(decode_charset(body, part.type.parameter("charset"))), report);
    }
    for (const auto& child : part.children)
        read_all_status_parts(child, report);
}

// The same fields inside the text: of a multipart that lost its boundary, or of reporters that
// never knew of report parts.
void read_status_text(std::string_view text, Bounce& report) {
    const auto body = text.substr(0, max_report_bytes);
    const auto folded = ascii_lower(body);
    auto at = std::min(folded.find("\nfinal-recipient:"), folded.find("\noriginal-recipient:"));
    if (at == std::string::npos) return;
    const auto group = body.rfind("\n\n", at);
    read_status_groups(body.substr(group == std::string_view::npos ? 0 : group + 2), report);
}

// Bounces that were themselves sent on as an attachment.
void read_returned_report(const Part& root, Bounce& report) {
    const auto* returned = find_part(root, "message/rfc822");
    if (returned == nullptr || returned == &root) return;
    const auto message = returned->decoded_body();
    if (!prescan_message(message)) return;
    if (const auto inner = read_mime(message)) read_all_status_parts(*inner, report);
}

// A report that names nobody is about whom the returned mail was written to.
void read_returned_recipient(const Part& root, std::string_view text, Bounce& report) {
    const auto* returned = find_returned(root);
    if (returned == nullptr) return;
    const auto message = returned->decoded_body();
    const auto parties =
        parse_addresses(field_text(Headers(split_message(message).header), "To"), 1);
    if (parties.empty() || parties.front().address.find('@') == std::string::npos) return;
    BouncedRecipient recipient;
    recipient.address = parties.front().address;
    recipient.action = "failed";
    recipient.status = exact_status("", text.substr(0, max_report_bytes));
    recipient.diagnostic = std::string(trim(truncate_utf8(text, 300)));
    judge_recipient(recipient, text);
    report.recipients.push_back(std::move(recipient));
}

// Where a mail went into a program or a file, the fields name that, and the header whom it was for.
void name_failed_recipients(const Headers& headers, std::vector<BouncedRecipient>& recipients) {
    std::vector<Party> failed;
    for (const auto value : headers.find_all("X-Failed-Recipients")) {
        for (auto& party : parse_addresses(value, max_recipients))
            failed.push_back(std::move(party));
    }
    if (failed.size() != recipients.size()) return;
    for (std::size_t i = 0; i < failed.size(); ++i) {
        if (!normalize_email(recipients[i].address)) recipients[i].address = failed[i].address;
    }
}

void collect_text(const Part& part, std::string& text) {
    if (part.type.value == "text/plain" && text.size() < max_report_bytes) {
        const auto body = part.decoded_body().substr(0, max_report_bytes);
        text += normalize_line_ends(decode_charset(body, part.type.parameter("charset"))) + "\n";
    }
    for (const auto& child : part.children)
        collect_text(child, text);
}

// Some reporters attach all they have to say.
std::string text_of_report(const Part& root, std::string_view text) {
    std::string words(text);
    if (trim(text).empty()) collect_text(root, words);
    return words;
}

std::string first_id(std::string_view value) {
    auto ids = parse_message_ids(unfold(value), 1);
    return ids.empty() ? std::string() : std::move(ids.front());
}

// The Message-ID of the mail that came back, of its header alone, or of its copy in the text.
std::string original_message_id(const Part& root, std::string_view text) {
    if (const auto* part = find_returned(root)) {
        const auto message = part->decoded_body();
        const Headers headers(split_message(message).header);
        if (const auto id = headers.find("Message-ID")) return first_id(*id);
    }
    const auto folded = ascii_lower(text.substr(0, max_report_bytes));
    for (const std::string_view name : {"\nmessage-id:", "\noriginal-message-id:"}) {
        const auto at = folded.find(name);
        if (at == std::string::npos) continue;
        // The value may stand on the next line.
        const auto from = text.substr(at + name.size(), 1000);
        const auto close = from.find('>');
        if (close != std::string_view::npos) return first_id(from.substr(0, close + 1));
    }
    return {};
}

// As the header says, also where the parts could not be told apart.
bool declares_report(const Part& root) {
    const auto type = parse_parameterized(root.headers.find("Content-Type").value_or(""));
    return type.value == "multipart/report" &&
           equals_ignoring_case(type.parameter("report-type"), "delivery-status");
}

}  // namespace

std::optional<Bounce> read_delivery_report(const Part& root, std::string_view body_text) {
    const auto text = text_of_report(root, body_text);
    if (auto event = read_bounce_event(text)) return event;
    Bounce report;
    read_all_status_parts(root, report);
    if (report.recipients.empty()) {
        if (!declares_report(root) && !sounds_like_bounce(root.headers, text)) return std::nullopt;
        read_status_text(text, report);
        if (report.recipients.empty()) read_returned_report(root, report);
    }
    // A reporter that says no more than "5.0.0" often explains itself in the text.
    refine_statuses(report.recipients, text);
    if (report.recipients.empty()) report.recipients = read_bounce_text(root.headers, text);
    if (report.recipients.empty()) read_returned_recipient(root, text, report);
    name_failed_recipients(root.headers, report.recipients);
    report.original_message_id = original_message_id(root, text);
    return report;
}

std::string returned_copy(const Part& root) {
    const auto* returned = find_returned(root);
    return returned == nullptr ? std::string()
                               : returned->decoded_body().substr(0, max_report_bytes);
}

bool has_failure(const Bounce& report) {
    return report.recipients.empty() ||
           std::any_of(report.recipients.begin(), report.recipients.end(), [](const auto& one) {
               return one.action == "failed" || one.action == "delayed";
           });
}

}  // namespace tributary::email
