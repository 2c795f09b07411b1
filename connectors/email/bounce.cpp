#include "connectors/email/bounce.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "connectors/email/addresses.hpp"
#include "connectors/email/bounce_text.hpp"
#include "connectors/email/charset.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t max_recipients = 500;

const Part* find_part(const Part& part, std::string_view type) {
    if (part.type.value == type) return &part;
    for (const auto& child : part.children) {
        if (const auto* found = find_part(child, type)) return found;
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
    const auto found = std::find(known.begin(), known.end(), word);
    return found == known.end() ? std::string() : word;
}

BouncedRecipient read_recipient(const Headers& group) {
    BouncedRecipient recipient;
    recipient.address = recipient_address(field_text(group, "Original-Recipient"));
    if (recipient.address.find('@') == std::string::npos) {
        const auto last = recipient_address(field_text(group, "Final-Recipient"));
        if (recipient.address.empty() || last.find('@') != std::string::npos) {
            recipient.address = last;
        }
    }
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
    recipient.is_permanent = recipient.action == "failed" && !recipient.status.starts_with('4');
    return recipient;
}

// The body of a delivery-status part: header-like groups between empty lines, the first about the
// message, the others about one recipient each. Bad reporters put it all into one group.
void read_status_part(const Part& part, Bounce& report) {
    const auto body =
        normalize_line_ends(decode_charset(part.decoded_body(), part.type.parameter("charset")));
    for (std::size_t at = 0; at < body.size() && report.recipients.size() < max_recipients;) {
        const auto end = std::min(body.find("\n\n", at), body.size());
        const Headers group(std::string_view(body).substr(at, end - at));
        at = end + 2;
        while (at < body.size() && body[at] == '\n')
            ++at;
        if (!group.has("Final-Recipient") && !group.has("Original-Recipient")) continue;
        report.recipients.push_back(read_recipient(group));
    }
}

void read_all_status_parts(const Part& part, Bounce& report) {
    if (part.type.value == "message/delivery-status" ||
        part.type.value == "message/global-delivery-status") {
        read_status_part(part, report);
    }
    for (const auto& child : part.children)
        read_all_status_parts(child, report);
}

// The Message-ID of the mail that came back, or of its header alone.
std::string original_message_id(const Part& root) {
    for (const auto* type : {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers",
                             "message/global", "message/global-headers"}) {
        const auto* part = &root == find_part(root, type) ? nullptr : find_part(root, type);
        if (part == nullptr) continue;
        const auto message = part->decoded_body();
        const Headers headers(split_message(message).header);
        if (const auto id = headers.find("Message-ID")) {
            auto ids = parse_message_ids(unfold(*id), 1);
            if (!ids.empty()) return std::move(ids.front());
        }
    }
    return {};
}

}  // namespace

std::optional<Bounce> read_delivery_report(const Part& root, std::string_view text) {
    Bounce report;
    read_all_status_parts(root, report);
    if (report.recipients.empty()) {
        if (!sounds_like_bounce(root.headers, text)) return std::nullopt;
        report.recipients = read_bounce_text(root.headers, text);
    } else {
        // A reporter that says no more than "5.0.0" often explains itself in the text.
        refine_statuses(report.recipients, text);
    }
    report.original_message_id = original_message_id(root);
    return report;
}

bool has_failure(const Bounce& report) {
    return report.recipients.empty() ||
           std::any_of(report.recipients.begin(), report.recipients.end(), [](const auto& one) {
               return one.action == "failed" || one.action == "delayed";
           });
}

}  // namespace tributary::email
