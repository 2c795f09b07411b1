// Chat's activities: in by POST and upload, out by GET.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <utility>

#include "base/crypto.hpp"
#include "base/text.hpp"
#include "connectors/chat/chat.hpp"

namespace tributary::chat {
namespace {

constexpr std::size_t max_activity_bytes = 64 * 1024;
constexpr std::size_t page_size = 100;
constexpr std::size_t max_remembered_claims = 10'000;
// Details are typed at the beginning; a conversation is not searched for them for ever.
constexpr int max_claim_pages = 5;

// The types a browser shows without running anything in them.
bool is_safe_image(std::string_view content_type) {
    return content_type == "image/png" || content_type == "image/jpeg" ||
           content_type == "image/gif" || content_type == "image/webp";
}

http::Reply identified(int status, std::string id) {
    boost::json::object body;
    body["id"] = std::move(id);
    return http::Reply::json(status, body);
}

Claims merged(Claims older, const Content& profile) {
    auto newer = claims_of(profile);
    if (!newer.name.empty()) older.name = std::move(newer.name);
    if (!newer.email.empty()) older.email = std::move(newer.email);
    if (!newer.phone.empty()) older.phone = std::move(newer.phone);
    return older;
}

}  // namespace

FileAddress Chat::address_in(const std::string& conversation) const {
    return [this, conversation](const Attachment& attachment) {
        return gate_.file_url(conversation, attachment);
    };
}

awaitable<http::Reply> Chat::list_activities(const http::Request& request, const Place& place) {
    const auto visit = gate_.admit(request, place.conversation);
    if (!visit) co_return refuse(visit.error());
    const auto watermark =
        read_watermark(http::find_field(request.query, "watermark").value_or(""));
    if (!watermark) co_return refuse(watermark.error());
    if (auto hasty = refuse_if_hasty(readers_, place.conversation)) co_return std::move(*hasty);

    const auto log = co_await host_.conversation_log(place.conversation, *watermark, page_size);
    http::Reply reply(200);
    reply.headers.set("Content-Type", "application/json");
    reply.body = activity_set(log, *watermark, address_in(place.conversation));
    co_return reply;
}

awaitable<http::Reply> Chat::post_activity(const http::Request& request, const Place& place) {
    const auto visit = gate_.admit(request, place.conversation);
    if (!visit) co_return refuse(visit.error());
    if (request.body.size() > max_activity_bytes) co_return refuse(Refusal::activity_too_large);
    if (auto hasty = refuse_if_hasty(visitors_, place.conversation)) co_return std::move(*hasty);
    const auto json = http::parse_json(request.body);
    if (!json) co_return refuse(Refusal::malformed);
    auto activity = read_activity(*json);
    if (!activity) co_return refuse(activity.error());
    co_return co_await take_activity(request, *visit, std::move(*activity), "application/json");
}

awaitable<http::Reply> Chat::post_upload(const http::Request& request, const Place& place) {
    const auto visit = gate_.admit(request, place.conversation);
    if (!visit) co_return refuse(visit.error());
    if (auto hasty = refuse_if_hasty(visitors_, place.conversation)) co_return std::move(*hasty);
    UploadLimits limits;
    limits.max_files = options_.max_files;
    limits.max_bytes = options_.max_upload_bytes;
    const std::string content_type(request.headers.get("Content-Type"));
    const auto upload = read_upload(content_type, request.body, limits);
    if (!upload) co_return refuse(upload.error());
    auto activity = read_activity(upload->activity, upload->files.size());
    if (!activity) co_return refuse(activity.error());
    co_return co_await take_activity(request, *visit, std::move(*activity), content_type);
}

awaitable<http::Reply> Chat::take_activity(const http::Request& request, Visit visit,
                                           Activity activity, std::string content_type) {
    auto& pass = visit.pass;
    if (pass.user.empty()) pass.user = activity.from_id;  // the secret's bearer names the user
    if (pass.user.empty()) co_return refuse(Refusal::malformed);
    if (activity.text.size() > options_.max_text) co_return refuse(Refusal::text_too_long);
    if (activity.purpose == Purpose::transient) show_transient(pass, activity);
    if (activity.purpose == Purpose::transient || activity.purpose == Purpose::nothing) {
        if (activity.type == "message") co_return refuse(Refusal::empty_message);
        co_return identified(202, pass.conversation + "|" + random_token());
    }

    Session session;
    session.connector = host_.connector_name();
    session.conversation = pass.conversation;
    session.user = pass.user;
    session.name =
        visit.is_by_secret && pass.proof == Proof::signed_by_host ? activity.from_name : pass.name;
    session.proof = pass.proof;
    session.claims = co_await find_claims(pass.conversation);
    session.received_at = host_.clock().now();
    session.request = random_token();
    auto normalized = normalize(options_.region, make_raw(session, content_type, request.body));
    if (!normalized) co_return refuse(Refusal::malformed);

    const Content content = normalized->content;
    std::vector<InboundMessage> messages;
    messages.push_back(std::move(*normalized));
    std::optional<std::string> no_cursor;
    const auto receipts = co_await host_.accept(std::move(messages), std::move(no_cursor));
    if (is_profile(content))
        claims_[pass.conversation] = merged(std::move(session.claims), content);
    streams_.wake(pass.conversation);
    co_return identified(200, activity_id(pass.conversation, receipts.front().seq));
}

// Nobody but the writer himself types: `from` is the token's user, whatever the client says.
void Chat::show_transient(const Pass& pass, const Activity& activity) {
    auto* stream = streams_.find(pass.conversation);
    if (!stream) return;
    boost::json::object set;
    auto& shown =
        set["activities"].emplace_array().emplace_back(boost::json::object()).get_object();
    shown["type"] = activity.type;
    shown["channelId"] = "directline";
    shown["timestamp"] = rfc3339(host_.clock().now());
    auto& from = shown["from"].emplace_object();
    from["id"] = pass.user;
    from["role"] = "user";
    shown["conversation"].emplace_object()["id"] = pass.conversation;
    stream->show(boost::json::serialize(set));
}

awaitable<Claims> Chat::find_claims(std::string conversation) {
    if (const auto known = claims_.find(conversation); known != claims_.end())
        co_return known->second;
    Claims claims;
    std::int64_t after = 0;
    for (int page = 0; page < max_claim_pages; ++page) {
        const auto log = co_await host_.conversation_log(conversation, after, page_size);
        for (const auto& interaction : log) {
            if (is_profile(interaction.content))
                claims = merged(std::move(claims), interaction.content);
        }
        if (log.size() < page_size) break;
        after = log.back().seq;
    }
    if (claims_.size() >= max_remembered_claims) claims_.clear();
    // A profile accepted while this read the log is newer and stays.
    co_return claims_.try_emplace(conversation, claims).first->second;
}

awaitable<http::Reply> Chat::fetch_attachment(const http::Request& request, const Place& place) {
    const auto ticket = gate_.admit_file(request, place);
    if (!ticket) co_return refuse(ticket.error());
    const auto id = AttachmentId::parse(ticket->attachment);
    if (!id) co_return refuse(Refusal::not_found);
    auto bytes = co_await host_.conversation_attachment(ticket->conversation, *id);
    if (!bytes) co_return refuse(Refusal::not_found);

    const bool is_image = is_safe_image(ticket->content_type);
    http::Reply reply(200);
    reply.headers.set("Content-Type",
                      is_image ? ticket->content_type : std::string("application/octet-stream"));
    reply.headers.set("Content-Disposition", std::string(is_image ? "inline" : "attachment") +
                                                 "; filename*=UTF-8''" +
                                                 percent_encode(place.name));
    reply.headers.set("X-Content-Type-Options", "nosniff");
    reply.headers.set("Content-Security-Policy",
                      "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox");
    reply.headers.set("Cross-Origin-Resource-Policy", "cross-origin");
    reply.headers.set("Cache-Control", "private, no-store");
    reply.body = std::move(*bytes);
    co_return reply;
}

}  // namespace tributary::chat
