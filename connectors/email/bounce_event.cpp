#include "connectors/email/bounce_event.hpp"

#include <boost/json.hpp>

#include "base/text.hpp"
#include "connectors/email/headers.hpp"
#include "connectors/email/smtp_status.hpp"

namespace tributary::email {
namespace {

namespace json = boost::json;

constexpr std::size_t max_event_bytes = 256 * 1024;
constexpr std::size_t max_recipients = 500;

// The object a text starts with; what a mail program broke into lines is joined again.
std::optional<json::object> read_object(std::string_view text) {
    text = trim(text.substr(0, max_event_bytes));
    if (!text.starts_with('{')) return std::nullopt;
    std::string joined;
    for (const char c : text) {
        if (c != '\n' && c != '\r') joined += c;
    }
    json::stream_parser parser;
    boost::system::error_code failed;
    parser.write_some(joined, failed);
    if (failed || !parser.done()) return std::nullopt;
    auto value = parser.release();
    if (!value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

const json::object* get_object(const json::object& from, std::string_view key) {
    const auto* value = from.if_contains(key);
    return value == nullptr ? nullptr : value->if_object();
}

const json::array* get_array(const json::object& from, std::string_view key) {
    const auto* value = from.if_contains(key);
    return value == nullptr ? nullptr : value->if_array();
}

std::string get_text(const json::object& from, std::string_view key) {
    const auto* value = from.if_contains(key);
    const auto* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string() : std::string(*text);
}

// A notice may come wrapped: as a string inside the notice of the service that carried it.
std::optional<json::object> read_event(std::string_view text) {
    auto object = read_object(text);
    if (object && !object->contains("notificationType") && !object->contains("eventType"))
        object = read_object(get_text(*object, "Message"));
    return object;
}

std::string type_of(const json::object& event) {
    const auto type = get_text(event, "notificationType");
    return type.empty() ? get_text(event, "eventType") : type;
}

BouncedRecipient read_recipient(const json::object& bounce, const json::object& one) {
    BouncedRecipient recipient;
    recipient.address = get_text(one, "emailAddress");
    recipient.diagnostic = get_text(one, "diagnosticCode");
    const bool is_passing = get_text(bounce, "bounceType") == "Transient";
    const auto action = get_text(one, "action");
    recipient.action = action == "delayed" ? "delayed" : "failed";
    recipient.status = exact_status(get_text(one, "status"), recipient.diagnostic);
    if (recipient.status.empty()) recipient.status = is_passing ? "4.0.0" : "5.0.0";
    judge_recipient(recipient, recipient.diagnostic);
    return recipient;
}

void read_bounced(const json::object& event, Bounce& report) {
    const auto* bounce = get_object(event, "bounce");
    if (bounce == nullptr) bounce = get_object(event, "deliveryDelay");
    if (bounce == nullptr) return;
    const auto* list = get_array(*bounce, "bouncedRecipients");
    if (list == nullptr) list = get_array(*bounce, "delayedRecipients");
    if (list == nullptr) return;
    for (const auto& item : *list) {
        if (item.is_object() && report.recipients.size() < max_recipients)
            report.recipients.push_back(read_recipient(*bounce, item.get_object()));
    }
}

void read_delivered(const json::object& event, Bounce& report) {
    const auto* delivery = get_object(event, "delivery");
    const auto* list = delivery == nullptr ? nullptr : get_array(*delivery, "recipients");
    if (list == nullptr) return;
    for (const auto& item : *list) {
        if (!item.is_string() || report.recipients.size() >= max_recipients) continue;
        auto& recipient = report.recipients.emplace_back();
        recipient.address = std::string(item.get_string());
        recipient.action = "delivered";
        recipient.status = "2.0.0";
    }
}

std::string original_id(const json::object& event) {
    const auto* mail = get_object(event, "mail");
    if (mail == nullptr) return {};
    std::string written;
    if (const auto* common = get_object(*mail, "commonHeaders"))
        written = get_text(*common, "messageId");
    if (const auto* list = get_array(*mail, "headers"); list != nullptr && written.empty()) {
        for (const auto& item : *list) {
            if (item.is_object() &&
                equals_ignoring_case(get_text(item.get_object(), "name"), "Message-ID"))
                written = get_text(item.get_object(), "value");
        }
    }
    auto ids = parse_message_ids(written, 1);
    return ids.empty() ? std::string() : std::move(ids.front());
}

}  // namespace

std::optional<Bounce> read_bounce_event(std::string_view text) {
    const auto event = read_event(text);
    if (!event) return std::nullopt;
    Bounce report;
    const auto type = type_of(*event);
    if (type == "Bounce" || type == "DeliveryDelay") {
        read_bounced(*event, report);
    } else if (type == "Delivery") {
        read_delivered(*event, report);
    }
    if (report.recipients.empty()) return std::nullopt;
    report.original_message_id = original_id(*event);
    return report;
}

bool is_complaint_event(std::string_view text) {
    const auto event = read_event(text);
    return event && type_of(*event) == "Complaint" && event->contains("complaint");
}

}  // namespace tributary::email
