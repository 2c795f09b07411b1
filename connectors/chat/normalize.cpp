#include "connectors/chat/normalize.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "base/crypto.hpp"
#include "base/text.hpp"
#include "connector/stored_request.hpp"

namespace tributary::chat {
namespace {

constexpr std::string_view activity_type = "application/vnd.microsoft.activity";
constexpr std::string_view activity_field = "activity";
constexpr const char* session_field = "Tributary-Session";
constexpr const char* type_field = "Content-Type";
constexpr std::size_t max_activity_bytes = 64 * 1024;
constexpr std::size_t max_filename_bytes = 150;

// A stored request, taken apart.
struct Posted {
    Posted() = default;
    Session session;
    Activity activity;
    std::vector<http::UploadedFile> files;
};

Error unreadable(std::string_view why) {
    return Error(Outcome::rejected, "The activity cannot be read.", std::string(why))
        .with_reason("chat_activity");
}

std::string member(const boost::json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

boost::json::object write_session(const Session& session) {
    boost::json::object json;
    json["connector"] = session.connector;
    json["conversation"] = session.conversation;
    json["user"] = session.user;
    json["name"] = session.name;
    json["proof"] = to_string(session.proof);
    json["claims"] = write_claims(session.claims);
    json["received_at"] = rfc3339(session.received_at);
    json["request"] = session.request;
    return json;
}

Session read_session(const boost::json::object& json) {
    Session session;
    session.connector = member(json, "connector");
    session.conversation = member(json, "conversation");
    session.user = member(json, "user");
    session.name = member(json, "name");
    session.proof = parse_proof(member(json, "proof")).value_or(Proof::claimed);
    if (const auto* claims = json.if_contains("claims"); claims && claims->is_object())
        session.claims = read_claims(claims->get_object());
    session.received_at = parse_rfc3339(member(json, "received_at")).value_or(Timestamp());
    session.request = member(json, "request");
    return session;
}

Result<Posted> read_bare(std::string_view raw) {
    const auto json = http::parse_json(raw);
    if (!json) return json.error();
    auto activity = read_activity(*json);
    if (!activity) return unreadable("not an activity");
    Posted posted;
    posted.activity = std::move(*activity);
    posted.session.conversation = posted.activity.conversation;
    posted.session.user = posted.activity.from_id;
    posted.session.proof = Proof::claimed;  // nobody vouches for a bare activity
    return posted;
}

Result<Posted> read_received(const http::Request& request) {
    const auto session = http::parse_json(request.headers.get(session_field));
    if (!session || !session->is_object()) return unreadable("no session in the head");

    Posted posted;
    posted.session = read_session(session->get_object());
    const auto content_type = request.headers.get(type_field);
    boost::json::value json;
    if (starts_with_ignoring_case(content_type, "multipart/")) {
        auto upload = read_upload(content_type, request.body, UploadLimits());
        if (!upload) return unreadable("not an upload");
        json = std::move(upload->activity);
        posted.files = std::move(upload->files);
    } else {
        auto parsed = http::parse_json(request.body);
        if (!parsed) return parsed.error();
        json = std::move(*parsed);
    }
    auto activity = read_activity(json, posted.files.size());
    if (!activity) return unreadable("not an activity");
    posted.activity = std::move(*activity);
    return posted;
}

// A display name without any folder of the sender's machine.
std::string display_filename(std::string_view sent) {
    const auto slash = sent.find_last_of("/\\");
    const auto base = slash == std::string_view::npos ? sent : sent.substr(slash + 1);
    const auto clean = strip_controls(to_valid_utf8(base), Lines::join);
    return std::string(truncate_utf8(trim(clean), max_filename_bytes));
}

InboundFile to_file(http::UploadedFile uploaded) {
    InboundFile file;
    file.meta.filename = display_filename(uploaded.filename);
    file.meta.content_type = uploaded.content_type.empty() ? "application/octet-stream"
                                                           : ascii_lower(uploaded.content_type);
    file.meta.size = uploaded.bytes.size();
    file.meta.sha256 = sha256(uploaded.bytes);
    file.bytes = std::move(uploaded.bytes);
    return file;
}

std::vector<Identity> identities_of(const Session& session, const Claims& claims,
                                    std::string_view region) {
    std::vector<Identity> identities;
    if (!session.user.empty()) {
        Handle handle("user", session.connector, session.user);
        identities.emplace_back(std::move(handle), session.proof, session.name);
    }
    if (auto email = normalize_email(claims.email)) {
        Handle handle("email", "", std::move(*email));
        identities.emplace_back(std::move(handle), Proof::claimed, claims.email);
    }
    if (auto phone = normalize_phone(claims.phone, region)) {
        Handle handle("phone", "", std::move(*phone));
        identities.emplace_back(std::move(handle), Proof::claimed, claims.phone);
    }
    return identities;
}

// The profile as an agent reads it.
std::string profile_text(const Claims& claims) {
    std::string text;
    const auto add = [&text](std::string_view label, const std::string& value) {
        if (value.empty()) return;
        if (!text.empty()) text += '\n';
        text.append(label).append(": ").append(value);
    };
    add("Name", claims.name);
    add("E-mail", claims.email);
    add("Phone", claims.phone);
    return text;
}

std::string notice_text(const Activity& activity) {
    if (!activity.text.empty()) return activity.text;
    if (activity.value.is_string())
        return strip_controls(std::string(activity.value.get_string()), Lines::keep);
    return activity.name.empty() ? activity.type : activity.name;
}

// What stands in `data`; the log's readers rebuild the activity from it.
boost::json::object data_of(const Activity& activity, const Claims& profile) {
    boost::json::object data;
    if (!activity.client_id.empty()) data["client_activity_id"] = activity.client_id;
    if (activity.type != "message") data["type"] = activity.type;
    if (!activity.name.empty()) data["name"] = activity.name;
    if (activity.purpose == Purpose::profile) {
        data["form"] = activity.name;
        data["fields"] = write_claims(profile);
    } else if (!activity.value.is_null()) {
        data["value"] = activity.value;
    }
    return data;
}

// Newer claims replace older ones, word by word.
Claims merged(const Claims& older, const Claims& newer) {
    Claims claims = older;
    if (!newer.name.empty()) claims.name = newer.name;
    if (!newer.email.empty()) claims.email = newer.email;
    if (!newer.phone.empty()) claims.phone = newer.phone;
    return claims;
}

Content content_of(const Posted& posted, const Claims& profile, const Claims& claims) {
    const auto& [session, activity, files] = posted;
    Content content;
    content.external_id = activity.client_id;
    // In a live conversation the server's clock is the truth, a visitor's need not be.
    if (session.received_at == Timestamp()) content.sent_at = parse_rfc3339(activity.timestamp);
    content.from.address = session.user;
    content.from_proof = session.proof;
    content.from.name = !session.name.empty()  ? session.name
                        : !claims.name.empty() ? claims.name
                                               : activity.from_name;
    switch (activity.purpose) {
        case Purpose::profile:
            content.kind = Kind::form;
            content.text = profile_text(profile);
            break;
        case Purpose::message: content.text = activity.text; break;
        default: content.kind = Kind::system; content.text = notice_text(activity);
    }
    content.reply_text = content.text;
    content.data = boost::json::serialize(data_of(activity, profile));
    return content;
}

}  // namespace

std::string make_raw(const Session& session, std::string_view content_type, std::string_view body) {
    http::Request request;
    request.method_name = "POST";
    request.target = "/v3/directline/conversations/" + session.conversation + "/activities";
    request.headers.set(type_field, std::string(content_type));
    // The serialiser escapes every control character, so the session stays on its line.
    request.headers.set(session_field, boost::json::serialize(write_session(session)));
    request.body = body;
    return write_request(request, {type_field, session_field}, std::nullopt);
}

Checked<Upload> read_upload(std::string_view content_type, std::string body,
                            const UploadLimits& limits) {
    if (!starts_with_ignoring_case(content_type, "multipart/form-data"))
        return Refusal::not_multipart;
    http::Request request;
    request.method = http::Method::post;
    request.headers.set("Content-Type", std::string(content_type));
    request.body = std::move(body);
    http::FormLimits form_limits;
    form_limits.max_field_bytes = max_activity_bytes;
    form_limits.max_files = limits.max_files + 1;  // the activity is one of them
    form_limits.max_file_bytes = limits.max_bytes;
    auto form = http::parse_form(request, form_limits);
    if (!form) {
        return form.error().outcome == Outcome::invalid ? Refusal::upload_too_large
                                                        : Refusal::malformed;
    }

    // Browsers send a Blob as a file called "blob"; hand-written clients send a plain field.
    std::string activity = http::find_field(form->fields, activity_field).value_or("");
    Upload upload;
    std::size_t total = 0;
    for (auto& file : form->files) {
        if (file.field == activity_field ||
            starts_with_ignoring_case(file.content_type, activity_type)) {
            activity = std::move(file.bytes);
            continue;
        }
        if (file.bytes.empty()) return Refusal::empty_file;
        total += file.bytes.size();
        upload.files.push_back(std::move(file));
    }
    if (upload.files.size() > limits.max_files || total > limits.max_bytes)
        return Refusal::upload_too_large;
    if (activity.size() > max_activity_bytes) return Refusal::activity_too_large;
    auto json = http::parse_json(activity);
    if (!json) return Refusal::malformed;
    upload.activity = std::move(*json);
    return upload;
}

Result<InboundMessage> normalize(std::string_view region, std::string_view raw) {
    const auto stored = read_request(raw);
    if (!stored) return stored.error();
    auto read = stored->was_received ? read_received(stored->request) : read_bare(raw);
    if (!read) return read.error();
    auto& posted = *read;
    const auto& session = posted.session;

    const bool is_details = posted.activity.purpose == Purpose::profile;
    const Claims profile = is_details ? read_claims(posted.activity.value.get_object()) : Claims();
    const Claims claims = merged(session.claims, profile);

    InboundMessage message;
    message.content = content_of(posted, profile, claims);
    for (auto& uploaded : posted.files) {
        auto file = to_file(std::move(uploaded));
        message.content.attachments.push_back(file.meta);
        message.files.push_back(std::move(file));
    }
    message.identities = identities_of(session, claims, region);
    message.conversation = session.conversation;
    const auto& client_id = posted.activity.client_id;
    message.dedupe_key =
        session.conversation + "/" + (client_id.empty() ? to_hex(sha256(raw)) : client_id);
    // Details alone are no work; what the visitor then says is.
    if (is_details) message.tickets = TicketPolicy::never;
    message.received_at = session.received_at;
    message.raw = std::string(raw);
    message.raw_content_type = raw_content_type;
    return message;
}

}  // namespace tributary::chat
