#include "connectors/chat/activity.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <limits>

#include "base/text.hpp"
#include "base/time.hpp"

namespace tributary::chat {
namespace {

constexpr std::size_t max_name_bytes = 100;
constexpr std::size_t max_client_id_bytes = 200;
constexpr std::size_t max_claim_bytes = 320;  // the longest e-mail address (RFC 5321, 4.5.3.1)
constexpr std::size_t max_user_bytes = 200;
constexpr std::size_t sequence_digits = 7;
constexpr std::string_view profile_event = "profile";

// A member that must be text where it is present and not null.
Checked<std::string> text_member(const boost::json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    if (!value || value->is_null()) return std::string();
    if (!value->is_string()) return Refusal::malformed;
    return std::string(value->get_string());
}

std::string string_or_empty(const boost::json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

const boost::json::object* object_member(const boost::json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value ? value->if_object() : nullptr;
}

std::string one_line(std::string_view text, std::size_t max_bytes) {
    const auto clean = strip_controls(text, Lines::join);
    return std::string(truncate_utf8(trim(clean), max_bytes));
}

Purpose purpose_of(const Activity& activity, bool has_attachments) {
    const bool speaks = !trim(activity.text).empty() || !activity.value.is_null();
    if (activity.type == "message")
        return speaks || has_attachments ? Purpose::message : Purpose::nothing;
    if (activity.type == "typing") return Purpose::transient;
    if (activity.type == "event" && activity.name == profile_event && activity.value.is_object())
        return Purpose::profile;
    return speaks ? Purpose::notice : Purpose::nothing;
}

boost::json::object data_of(const Content& content) {
    boost::system::error_code error;
    auto value = boost::json::parse(content.data, error);
    return !error && value.is_object() ? std::move(value.get_object()) : boost::json::object();
}

boost::json::array attachments_of(const Content& content, const FileAddress& address_of) {
    boost::json::array list;
    for (const auto& attachment : content.attachments) {
        auto& entry = list.emplace_back(boost::json::object()).get_object();
        entry["contentType"] = attachment.content_type;
        entry["contentUrl"] = address_of(attachment);
        entry["name"] = attachment.filename;
    }
    return list;
}

// Agents' names are shown, their ids are not: every answer comes from the one desk.
boost::json::object sender_of(const Interaction& interaction) {
    boost::json::object from;
    if (interaction.direction == Direction::out) {
        from["id"] = interaction.connector;
        from["name"] =
            interaction.author.empty() ? interaction.content.from.name : interaction.author;
        from["role"] = "bot";
    } else {
        from["id"] = interaction.content.from.address;
        from["name"] = interaction.content.from.name;
        from["role"] = "user";
    }
    return from;
}

}  // namespace

Checked<Activity> read_activity(const boost::json::value& json, std::size_t files) {
    const auto* object = json.if_object();
    if (!object) return Refusal::malformed;
    Activity activity;
    const auto type = text_member(*object, "type");
    const auto text = text_member(*object, "text");
    const auto name = text_member(*object, "name");
    const auto id = text_member(*object, "id");
    if (!type || type->empty() || !text || !name || !id) return Refusal::malformed;
    activity.type = *type;
    activity.text = strip_controls(*text, Lines::keep);
    activity.name = one_line(*name, max_name_bytes);
    activity.timestamp = string_or_empty(*object, "timestamp");
    if (const auto* value = object->if_contains("value")) activity.value = *value;
    if (const auto* from = object_member(*object, "from")) {
        activity.from_id = one_line(string_or_empty(*from, "id"), max_user_bytes);
        activity.from_name = one_line(string_or_empty(*from, "name"), max_name_bytes);
    }
    if (const auto* conversation = object_member(*object, "conversation"))
        activity.conversation = string_or_empty(*conversation, "id");
    if (const auto* channel_data = object_member(*object, "channelData"))
        activity.client_id = string_or_empty(*channel_data, "clientActivityID");
    if (activity.client_id.empty()) activity.client_id = *id;
    if (activity.client_id.size() > max_client_id_bytes) return Refusal::malformed;
    const auto* attachments = object->if_contains("attachments");
    const bool has_attachments =
        files > 0 || (attachments && attachments->is_array() && !attachments->get_array().empty());
    activity.purpose = purpose_of(activity, has_attachments);
    return activity;
}

Claims read_claims(const boost::json::object& fields) {
    Claims claims;
    claims.name = one_line(string_or_empty(fields, "name"), max_name_bytes);
    claims.email = one_line(string_or_empty(fields, "email"), max_claim_bytes);
    claims.phone = one_line(string_or_empty(fields, "phone"), max_name_bytes);
    return claims;
}

boost::json::object write_claims(const Claims& claims) {
    boost::json::object fields;
    if (!claims.name.empty()) fields["name"] = claims.name;
    if (!claims.email.empty()) fields["email"] = claims.email;
    if (!claims.phone.empty()) fields["phone"] = claims.phone;
    return fields;
}

bool is_profile(const Content& content) {
    return content.kind == Kind::form && string_or_empty(data_of(content), "form") == profile_event;
}

Claims claims_of(const Content& content) {
    const auto data = data_of(content);
    const auto* fields = object_member(data, "fields");
    return fields ? read_claims(*fields) : Claims();
}

std::string activity_id(std::string_view conversation, std::int64_t seq) {
    auto digits = std::to_string(seq);
    if (digits.size() < sequence_digits) digits.insert(0, sequence_digits - digits.size(), '0');
    return std::string(conversation) + "|" + digits;
}

Checked<std::int64_t> read_watermark(std::string_view text) {
    std::int64_t seq = 0;
    if (text.empty()) return seq;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seq);
    if (error != std::errc() || end != text.data() + text.size() || seq < 0)
        return Refusal::malformed;
    return seq;
}

boost::json::object to_activity(const Interaction& interaction, const FileAddress& address_of) {
    const auto& content = interaction.content;
    const auto data = data_of(content);
    boost::json::object activity;
    const auto type = string_or_empty(data, "type");
    activity["type"] = type.empty() ? "message" : type;
    activity["id"] = activity_id(interaction.conversation, interaction.seq);
    activity["timestamp"] = rfc3339(interaction.occurred_at);
    activity["channelId"] = "directline";
    activity["from"] = sender_of(interaction);
    activity["conversation"].emplace_object()["id"] = interaction.conversation;
    if (const auto name = string_or_empty(data, "name"); !name.empty()) activity["name"] = name;
    // What a visitor claimed about himself is not read back: another holder of the token might
    // listen.
    if (!is_profile(content)) {
        activity["text"] = content.text;
        activity["textFormat"] = "plain";
        if (const auto* value = data.if_contains("value")) activity["value"] = *value;
    }
    if (!content.attachments.empty()) activity["attachments"] = attachments_of(content, address_of);
    if (const auto id = string_or_empty(data, "client_activity_id"); !id.empty())
        activity["channelData"].emplace_object()["clientActivityID"] = id;
    return activity;
}

std::string activity_set(const std::vector<Interaction>& log, std::int64_t after,
                         const FileAddress& address_of) {
    boost::json::object set;
    auto& activities = set["activities"].emplace_array();
    for (const auto& interaction : log)
        activities.push_back(to_activity(interaction, address_of));
    set["watermark"] = std::to_string(log.empty() ? after : log.back().seq);
    return boost::json::serialize(set);
}

}  // namespace tributary::chat
