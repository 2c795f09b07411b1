#include "connectors/webhook/delivery.hpp"

#include <boost/json/array.hpp>

#include "base/text.hpp"
#include "connector/stored_request.hpp"
#include "connectors/webhook/json_text.hpp"
#include "connectors/webhook/typed_data.hpp"

namespace tributary::webhook {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxBody = 5'000'000;
constexpr std::size_t kMaxBatchOriginals = 64'000'000;  // every event keeps the whole request
constexpr std::size_t kMaxKey = 200;
constexpr std::size_t kMaxUnknownShown = 4'000;

bool is_json_type(std::string_view type) {
    return type.empty() || type == "application/json" || type == "text/json" ||
           type.ends_with("+json");
}

// {"field": ["v1", "v2"]}: a form field may always be repeated.
json::value form_value(const http::Fields& fields) {
    json::object object;
    for (const auto& [name, value] : fields) {
        json::value& values = object[name];
        if (!values.is_array()) values.emplace_array();
        values.get_array().emplace_back(value);
    }
    return object;
}

json::object make_context(const http::Request& request, const json::value& body) {
    json::object headers;
    for (const auto& [name, value] : request.headers.all())
        headers.emplace(ascii_lower(name), to_valid_utf8(value));
    json::object query;
    for (const auto& [name, value] : request.query)
        query.emplace(name, value);
    json::object context;
    context["$headers"] = std::move(headers);
    context["$query"] = std::move(query);
    context["$root"] = body;
    return context;
}

std::string bounded_key(std::string key) {
    return key.size() <= kMaxKey ? key : "long:" + to_hex(sha256(key));
}

// Reads the events of one request into messages.
class Reader {
 public:
    Reader(const Profile& profile, const http::Request& request, Proof proof, json::value body)
        : profile_(profile),
          request_(request),
          proof_(proof),
          body_(std::move(body)),
          context_(make_context(request, body_)) {
        if (!profile.delivery_id) return;
        const auto id = profile.delivery_id->search(body_, context_);
        if (id && !id->is_array() && !id->is_object()) delivery_id_ = plain_text(*id);
    }

    Result<std::vector<json::value>> events() const {
        return profile_.mapping.events(body_, context_);
    }

    InboundMessage read(const json::value& event, std::optional<std::size_t> number) const {
        auto mapped = profile_.mapping.apply(event, context_);
        auto message = mapped ? to_message(*mapped, event) : Result<InboundMessage>(mapped.error());
        if (!message) return troubled(message.error(), number);
        finish(*message, number);
        return std::move(*message);
    }

    // A delivery without any event in it, or with one of a kind nobody told us of, is shown all
    // the same.
    InboundMessage unknown() const {
        MappedEvent mapped;
        InboundMessage message;
        message.content.kind = Kind::system;
        describe_unknown(mapped, body_, message.content);
        finish(message, std::nullopt);
        return message;
    }

    InboundMessage troubled(Error trouble, std::optional<std::size_t> number) const {
        InboundMessage message;
        message.trouble = std::move(trouble);
        finish(message, number);
        return message;
    }

 private:
    Result<InboundMessage> to_message(const MappedEvent& mapped, const json::value& event) const {
        InboundMessage message;
        Content& content = message.content;
        const auto kind = parse_kind(mapped.kind);
        content.kind = kind.value_or(Kind::system);
        auto data = to_typed_data(content.kind, mapped.data);
        if (!data) return data.error();
        if (content.kind == Kind::call)
            if (const auto* state = data->if_contains("state"))
                message.is_missed_call = *state == "missed";
        content.external_id = mapped.external_id;
        content.sent_at = mapped.occurred_at;
        content.subject = strip_controls(mapped.subject, Lines::join);
        content.text = strip_controls(mapped.text, Lines::keep);
        if (kind) {
            content.data = json_text(*data);
        } else {
            describe_unknown(mapped, event, content);
        }
        content.reply_text = content.text;
        add_writer(mapped, message);
        return message;
    }

    void describe_unknown(const MappedEvent& mapped, const json::value& event,
                          Content& content) const {
        const std::string kind =
            mapped.kind.empty() ? "an event without a kind" : "'" + mapped.kind + "'";
        content.warnings.push_back("the sender's kind of event is not known: " + kind);
        if (content.subject.empty()) content.subject = "Unknown event: " + kind;
        const std::string shown = json_text(event);
        if (content.text.empty()) content.text = truncate_utf8(shown, kMaxUnknownShown);
        json::object data = mapped.data;
        data["event_kind"] = mapped.kind;
        content.data = json_text(data);
    }

    void add_writer(const MappedEvent& mapped, InboundMessage& message) const {
        Content& content = message.content;
        const auto add = [&](const char* kind, std::optional<std::string> value,
                             const std::string& shown) {
            if (shown.empty()) return;
            if (content.from.address.empty()) content.from.address = value.value_or(shown);
            if (value) {
                message.identities.emplace_back(Handle(kind, "", *value), proof_, shown);
            } else {
                content.warnings.push_back("from." + std::string(kind) + " is no valid " + kind);
            }
        };
        content.from.name = strip_controls(mapped.name, Lines::join);
        add("email", normalize_email(mapped.email), strip_controls(mapped.email, Lines::join));
        add("phone", normalize_phone(mapped.phone, profile_.region),
            strip_controls(mapped.phone, Lines::join));
        add("user", mapped.user_id, mapped.user_id);
        content.from_proof = message.identities.empty() ? Proof::none : proof_;
    }

    void finish(InboundMessage& message, std::optional<std::size_t> number) const {
        const std::string suffix = number ? "#" + std::to_string(*number) : "";
        if (!delivery_id_.empty()) {
            message.dedupe_key = bounded_key("id:" + delivery_id_ + suffix);
        } else if (!message.content.external_id.empty()) {
            message.dedupe_key = bounded_key("ext:" + message.content.external_id);
        } else {
            message.dedupe_key = "sha256:" + to_hex(sha256(request_.body)) + suffix;
        }
        message.raw = write_request(request_, profile_.kept_headers, number);
        message.raw_content_type = "application/http";
    }

    const Profile& profile_;
    const http::Request& request_;
    Proof proof_;
    json::value body_;
    json::object context_;
    std::string delivery_id_;
};

}  // namespace

Result<json::value> read_body(const Profile& profile, const http::Request& request) {
    if (request.body.size() > kMaxBody)
        return Error(Outcome::rejected, "At most " + std::to_string(kMaxBody) + " bytes are taken.")
            .with_reason("too_large");
    const std::string_view coding = request.headers.get("Content-Encoding");
    if (!coding.empty() && !equals_ignoring_case(coding, "identity"))
        return Error(Outcome::rejected, "Send the body without a content coding.")
            .with_reason("unsupported_media_type");
    const std::string_view header = request.headers.get("Content-Type");
    const std::string type = ascii_lower(trim(header.substr(0, header.find(';'))));
    if (type == "application/x-www-form-urlencoded" && !profile.mapping.is_neutral()) {
        auto fields = http::parse_urlencoded(request.body);
        if (!fields) return fields.error();
        return form_value(*fields);
    }
    if (!is_json_type(type))
        return Error(Outcome::rejected, "Send application/json.")
            .with_reason("unsupported_media_type");
    auto body = http::parse_json(request.body);
    if (!body) return body.error();
    const bool fits = body->is_object() || (body->is_array() && !profile.mapping.is_neutral());
    if (!fits) return Error(Outcome::invalid, "The body must be a JSON object.");
    return body;
}

Result<Delivery> read_delivery(const Profile& profile, const http::Request& request) {
    auto body = read_body(profile, request);
    if (!body) return body.error();
    const Reader reader(profile, request, profile.proof(), std::move(*body));
    Delivery delivery;
    const auto events = reader.events();
    if (!events) {
        delivery.messages.push_back(reader.troubled(events.error(), std::nullopt));
        return delivery;
    }
    if (events->empty()) {
        delivery.messages.push_back(reader.unknown());
        return delivery;
    }
    if (events->size() * request.body.size() > kMaxBatchOriginals)
        return Error(Outcome::rejected, "There are too many events in one delivery.")
            .with_reason("too_large");
    delivery.is_single = !profile.mapping.has_for_each();
    for (std::size_t i = 0; i < events->size(); ++i) {
        const auto number = events->size() > 1 ? std::optional(i) : std::nullopt;
        delivery.messages.push_back(reader.read((*events)[i], number));
    }
    return delivery;
}

Result<InboundMessage> read_original(const Profile& profile, std::string_view raw) {
    auto stored = read_request(raw);
    if (!stored) return stored.error();
    auto body = read_body(profile, stored->request);
    if (!body) return body.error();
    const Proof proof = stored->was_received ? profile.proof() : Proof::claimed;
    const Reader reader(profile, stored->request, proof, std::move(*body));
    const auto events = reader.events();
    if (!events) return reader.troubled(events.error(), stored->event);
    if (events->empty()) return reader.unknown();
    const std::size_t number = stored->event.value_or(0);
    if (number >= events->size())
        return reader.troubled(mapping_error("for_each", "no longer gives this event"),
                               stored->event);
    return reader.read((*events)[number], stored->event);
}

}  // namespace tributary::webhook
