#include "store/content_codec.hpp"

#include <boost/json.hpp>

#include "base/error.hpp"

namespace tributary {
namespace {

namespace json = boost::json;

// --- writing: defaults are left out --------------------------------------------------------------

void put(json::object& to, const char* key, std::string_view value) {
    if (!value.empty()) to.emplace(key, value);
}
void put(json::object& to, const char* key, std::int64_t value) {
    if (value != 0) to.emplace(key, value);
}

json::object encode(const Party& party, const json::storage_ptr& storage) {
    json::object object(storage);
    put(object, "n", party.name);
    put(object, "a", party.address);
    return object;
}

void put(json::object& to, const char* key, const std::vector<Party>& parties) {
    if (parties.empty()) return;
    json::array array(to.storage());
    for (const Party& party : parties)
        array.push_back(encode(party, to.storage()));
    to.emplace(key, std::move(array));
}

void put(json::object& to, const char* key, const std::vector<std::string>& texts) {
    if (texts.empty()) return;
    json::array array(to.storage());
    for (const std::string& text : texts)
        array.emplace_back(text);
    to.emplace(key, std::move(array));
}

void put(json::object& to, const char* key, const Bounce& bounce) {
    json::array recipients(to.storage());
    for (const BouncedRecipient& recipient : bounce.recipients) {
        json::object object(to.storage());
        put(object, "address", recipient.address);
        put(object, "status", recipient.status);
        put(object, "action", recipient.action);
        put(object, "permanent", recipient.is_permanent ? 1 : 0);
        put(object, "dead", recipient.is_dead ? 1 : 0);
        put(object, "diagnostic", recipient.diagnostic);
        recipients.push_back(std::move(object));
    }
    json::object object(to.storage());
    object.emplace("recipients", std::move(recipients));
    put(object, "original", bounce.original_message_id);
    to.emplace(key, std::move(object));
}

// --- reading: absent or of another type is the default -------------------------------------------

std::string text_of(const json::value* value) {
    if (!value || !value->is_string()) return {};
    return std::string(value->get_string());
}
std::string get_text(const json::object& from, const char* key) {
    return text_of(from.if_contains(key));
}
std::int64_t get_number(const json::object& from, const char* key) {
    const json::value* value = from.if_contains(key);
    return value && value->is_int64() ? value->get_int64() : 0;
}

Party decode_party(const json::value* value) {
    if (!value || !value->is_object()) return {};
    return {get_text(value->get_object(), "n"), get_text(value->get_object(), "a")};
}

std::vector<Party> get_parties(const json::object& from, const char* key) {
    std::vector<Party> parties;
    const json::value* value = from.if_contains(key);
    if (!value || !value->is_array()) return parties;
    for (const json::value& item : value->get_array())
        parties.push_back(decode_party(&item));
    return parties;
}

std::vector<std::string> get_texts(const json::object& from, const char* key) {
    std::vector<std::string> texts;
    const json::value* value = from.if_contains(key);
    if (!value || !value->is_array()) return texts;
    for (const json::value& item : value->get_array())
        texts.push_back(text_of(&item));
    return texts;
}

std::optional<Bounce> get_bounce(const json::object& from, const char* key) {
    const json::value* value = from.if_contains(key);
    if (!value || !value->is_object()) return std::nullopt;
    Bounce bounce;
    bounce.original_message_id = get_text(value->get_object(), "original");
    const json::value* recipients = value->get_object().if_contains("recipients");
    if (!recipients || !recipients->is_array()) return bounce;
    for (const json::value& item : recipients->get_array()) {
        if (!item.is_object()) continue;
        BouncedRecipient& recipient = bounce.recipients.emplace_back();
        recipient.address = get_text(item.get_object(), "address");
        recipient.status = get_text(item.get_object(), "status");
        recipient.action = get_text(item.get_object(), "action");
        recipient.is_permanent = get_number(item.get_object(), "permanent") != 0;
        recipient.is_dead = get_number(item.get_object(), "dead") != 0;
        recipient.diagnostic = get_text(item.get_object(), "diagnostic");
    }
    return bounce;
}

}  // namespace

std::string encode_envelope(const Interaction& interaction) {
    const Content& content = interaction.content;
    unsigned char buffer[8192];
    json::monotonic_resource memory(buffer, sizeof buffer);
    json::object object(&memory);
    object.reserve(24);
    put(object, "external_id", content.external_id);
    if (content.sent_at) object.emplace("sent_at", unix_ms(*content.sent_at));
    put(object, "sent_offset", content.sent_offset_minutes);
    object.emplace("from", encode(content.from, &memory));
    put(object, "proof", static_cast<std::int64_t>(content.from_proof));
    put(object, "reply_to", content.reply_to);
    put(object, "to", content.to);
    put(object, "cc", content.cc);
    put(object, "in_reply_to", content.in_reply_to);
    put(object, "references", content.references);
    put(object, "auto", static_cast<std::int64_t>(content.auto_kind));
    if (content.bounce) put(object, "bounce", *content.bounce);
    if (content.data != "{}") put(object, "data", content.data);
    put(object, "warnings", content.warnings);
    put(object, "why_customer", interaction.why.customer);
    put(object, "why_ticket", interaction.why.ticket);
    return json::serialize(object);
}

void decode_envelope(std::string_view text, Interaction& interaction) {
    unsigned char buffer[8192];
    json::monotonic_resource memory(buffer, sizeof buffer);
    json::parse_options options;
    options.allow_invalid_utf8 = true;  // what was stored must be readable
    boost::system::error_code failed;
    const json::value value = json::parse(text, failed, &memory, options);
    if (failed || !value.is_object()) {
        throw Failure(Outcome::unavailable, "A stored interaction is damaged.", failed.message());
    }
    const json::object& object = value.get_object();
    Content& content = interaction.content;
    content.external_id = get_text(object, "external_id");
    if (object.contains("sent_at")) content.sent_at = from_unix_ms(get_number(object, "sent_at"));
    content.sent_offset_minutes = static_cast<int>(get_number(object, "sent_offset"));
    content.from = decode_party(object.if_contains("from"));
    content.from_proof = static_cast<Proof>(get_number(object, "proof"));
    content.reply_to = get_parties(object, "reply_to");
    content.to = get_parties(object, "to");
    content.cc = get_parties(object, "cc");
    content.in_reply_to = get_texts(object, "in_reply_to");
    content.references = get_texts(object, "references");
    content.auto_kind = static_cast<AutoKind>(get_number(object, "auto"));
    content.bounce = get_bounce(object, "bounce");
    if (auto data = get_text(object, "data"); !data.empty()) content.data = std::move(data);
    content.warnings = get_texts(object, "warnings");
    interaction.why.customer = get_text(object, "why_customer");
    interaction.why.ticket = get_text(object, "why_ticket");
}

}  // namespace tributary
