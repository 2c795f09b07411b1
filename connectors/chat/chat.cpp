#include "connectors/chat/chat.hpp"

#include <boost/json/object.hpp>

#include "base/text.hpp"
#include "connectors/chat/widget.hpp"

namespace tributary::chat {
namespace {

// Clients poll about once a second where they cannot hold a socket.
constexpr double reads_per_write = 5;
constexpr std::string_view allowed_methods = "GET, POST, OPTIONS";
constexpr std::string_view allowed_headers =
    "Authorization, Content-Type, X-Ms-Bot-Agent, X-Requested-With";

Signer signer_of(const ConnectorHost& host) {
    return [&host](std::string_view purpose, std::string_view payload) {
        return host.sign(purpose, payload);
    };
}

struct NamedUser {
    NamedUser() = default;
    std::string id;
    std::string name;
    std::string conversation;
};

// What a site's server asks a token for: {"user": {"id", "name"}, "conversationId"}, all optional.
Checked<NamedUser> read_named_user(std::string_view body) {
    constexpr std::size_t max_bytes = 200;
    NamedUser named;
    if (trim(body).empty()) return named;
    const auto json = http::parse_json(body);
    const auto* object = json ? json->if_object() : nullptr;
    if (!object) return Refusal::malformed;
    const auto text = [](const boost::json::object& from, std::string_view key) {
        const auto* value = from.if_contains(key);
        const auto* found = value ? value->if_string() : nullptr;
        return found ? strip_controls(*found, Lines::join) : std::string();
    };
    if (const auto* user = object->if_contains("user"); user && user->is_object()) {
        named.id = text(user->get_object(), "id");
        named.name = text(user->get_object(), "name");
    }
    named.conversation = text(*object, "conversationId");
    if (named.id.size() > max_bytes || named.name.size() > max_bytes) return Refusal::malformed;
    return named;
}

}  // namespace

Chat::Chat(Options options, ConnectorHost& host)
    : options_(std::move(options)),
      host_(host),
      gate_(options_, signer_of(host), host.clock(),
            host.public_url() + "/chat/" + host.connector_name()),
      visitors_(BucketRate(options_.visitor_burst, options_.visitor_per_second)),
      readers_(BucketRate(options_.visitor_burst * reads_per_write,
                          options_.visitor_per_second * reads_per_write)),
      addresses_(BucketRate(options_.starts_per_minute, options_.starts_per_minute / 60.0)) {}

awaitable<void> Chat::run() {
    // Clients come back by themselves: to this connector's successor, or after the pause.
    struct CloseAll {
        explicit CloseAll(Streams& s) : streams(s) {}
        ~CloseAll() { streams.close_all(); }
        Streams& streams;
    };
    CloseAll close_all(streams_);
    host_.report(Health::State::up, "");
    Notifier never(host_.executor());
    co_await never.wait();
}

awaitable<http::Reply> Chat::receive(http::Request request) {
    const auto place = find_place(request.path);
    auto reply = co_await dispatch(request, place);
    co_return with_cors(request, std::move(reply));
}

awaitable<http::Reply> Chat::dispatch(const http::Request& request, const Place& place) {
    // A script element is no business of CORS; everything else answers to allowed sites only.
    if (place.endpoint != Endpoint::widget_script && !gate_.welcomes_origin(request))
        co_return refuse(Refusal::wrong_origin);
    if (place.endpoint == Endpoint::unknown) co_return refuse(Refusal::not_found);
    if (request.method == http::Method::options) co_return preflight();
    if (!allows(place.endpoint, request.method)) co_return refuse(Refusal::wrong_method);

    switch (place.endpoint) {
        case Endpoint::widget_script: co_return serve_widget_script(request);
        case Endpoint::widget_words: co_return serve_widget_words(options_);
        case Endpoint::generate: co_return generate_token(request);
        case Endpoint::refresh: co_return refresh_token(request);
        case Endpoint::conversations: co_return co_await start_conversation(request);
        case Endpoint::conversation: co_return reconnect(request, place);
        case Endpoint::upload: co_return co_await post_upload(request, place);
        case Endpoint::attachment: co_return co_await fetch_attachment(request, place);
        case Endpoint::activities:
            if (request.method == http::Method::post)
                co_return co_await post_activity(request, place);
            co_return co_await list_activities(request, place);
        case Endpoint::stream:  // without the upgrade (RFC 9110, section 15.5.22)
            co_return http::Reply(426).with_header("Upgrade", "websocket");
        case Endpoint::unknown: break;
    }
    co_return refuse(Refusal::not_found);
}

http::Reply Chat::preflight() const {
    http::Reply reply(204);
    reply.headers.set("Access-Control-Allow-Methods", std::string(allowed_methods));
    reply.headers.set("Access-Control-Allow-Headers", std::string(allowed_headers));
    reply.headers.set("Access-Control-Max-Age", "600");
    return reply;
}

http::Reply Chat::with_cors(const http::Request& request, http::Reply reply) const {
    reply.headers.add("Vary", "Origin");
    const auto origin = request.headers.get("Origin");
    if (options_.allows_origin(origin)) {
        reply.headers.set("Access-Control-Allow-Origin", std::string(origin));
        reply.headers.set("Access-Control-Expose-Headers", "Retry-After");
    }
    if (!reply.headers.has("Cache-Control")) reply.headers.set("Cache-Control", "no-store");
    return reply;
}

std::optional<http::Reply> Chat::refuse_if_hasty(Buckets& buckets, const std::string& key) {
    const auto wait = buckets.take(key, host_.clock().now());
    if (!wait) return std::nullopt;
    return refuse(Refusal::too_many_requests, wait);
}

Checked<Visit> Chat::visit_of_starter(const http::Request& request) {
    if (!request.headers.has("Authorization")) return gate_.admit_stranger(request);
    auto visit = gate_.admit(request, "");
    if (!visit || !visit->is_by_secret) return visit;
    auto named = read_named_user(request.body);
    if (!named) return named.error();
    if (!named->conversation.empty() && !gate_.is_conversation(named->conversation))
        return Refusal::not_found;
    visit->pass.user = std::move(named->id);
    visit->pass.name = std::move(named->name);
    visit->pass.conversation = std::move(named->conversation);
    return visit;
}

http::Reply Chat::generate_token(const http::Request& request) {
    // A token begets tokens by refreshing only.
    if (request.headers.has("Authorization") && !gate_.bears_secret(request))
        return refuse(Refusal::unauthorized);
    auto visit = visit_of_starter(request);
    if (!visit) return refuse(visit.error());
    if (!visit->is_by_secret) {
        if (auto hasty = refuse_if_hasty(addresses_, subscriber_of(request.peer)))
            return std::move(*hasty);
    }
    const auto pass = gate_.renew(std::move(visit->pass));
    boost::json::object body;
    body["conversationId"] = pass.conversation;
    body["token"] = gate_.token_of(pass);
    body["expires_in"] = options_.token_lifetime.count();
    return http::Reply::json(200, body);
}

http::Reply Chat::refresh_token(const http::Request& request) {
    auto visit = gate_.admit_for_refresh(request);
    if (!visit) return refuse(visit.error());
    if (auto hasty = refuse_if_hasty(visitors_, visit->pass.conversation)) return std::move(*hasty);
    const auto pass = gate_.renew(std::move(visit->pass));
    boost::json::object body;
    body["conversationId"] = pass.conversation;
    body["token"] = gate_.token_of(pass);
    body["expires_in"] = options_.token_lifetime.count();
    return http::Reply::json(200, body);
}

http::Reply Chat::conversation_reply(int status, const Pass& pass, std::int64_t watermark) const {
    boost::json::object body;
    body["conversationId"] = pass.conversation;
    body["token"] = gate_.token_of(pass);
    body["expires_in"] = options_.token_lifetime.count();
    body["streamUrl"] = gate_.stream_url(pass, watermark);
    body["referenceGrammarId"] = "";
    return http::Reply::json(status, body);
}

awaitable<http::Reply> Chat::start_conversation(const http::Request& request) {
    auto visit = visit_of_starter(request);
    if (!visit) co_return refuse(visit.error());
    const bool is_stranger = !visit->is_by_secret && visit->pass.conversation.empty();
    auto& buckets = is_stranger ? addresses_ : visitors_;
    const auto key = is_stranger ? subscriber_of(request.peer) : visit->pass.conversation;
    if (!visit->is_by_secret) {
        if (auto hasty = refuse_if_hasty(buckets, key)) co_return std::move(*hasty);
    }
    int status = 201;
    if (!visit->pass.conversation.empty()) {
        // A token whose conversation has begun opens it again (Direct Line: 200, not 201).
        const auto log = co_await host_.conversation_log(visit->pass.conversation, 0, 1);
        if (!log.empty()) status = 200;
    }
    const auto pass = gate_.renew(std::move(visit->pass));
    co_return conversation_reply(status, pass, 0);
}

http::Reply Chat::reconnect(const http::Request& request, const Place& place) {
    auto visit = gate_.admit(request, place.conversation);
    if (!visit) return refuse(visit.error());
    const auto watermark =
        read_watermark(http::find_field(request.query, "watermark").value_or(""));
    if (!watermark) return refuse(watermark.error());
    if (auto hasty = refuse_if_hasty(readers_, place.conversation)) return std::move(*hasty);
    const auto pass = gate_.renew(std::move(visit->pass));
    return conversation_reply(200, pass, *watermark);
}

awaitable<SendReceipt> Chat::send(OutboundMessage message) {
    // The answer already stands in the log; whoever is there is shown it now, whoever is not, on
    // return.
    streams_.wake(message.conversation);
    SendReceipt receipt;
    for (auto& recipient : message.to) {
        receipt.emplace_back(std::move(recipient), RecipientResult::State::accepted,
                             "stands in the conversation");
    }
    co_return receipt;
}

awaitable<std::vector<CheckStep>> Chat::check() {
    std::vector<CheckStep> steps;
    std::string sites;
    for (const auto& origin : options_.allowed_origins)
        sites += (sites.empty() ? "" : ", ") + origin;
    steps.emplace_back("pages", true,
                       sites.empty() ? "none; only the secret opens the chat" : sites);
    steps.emplace_back("secret", true,
                       options_.secret.empty() ? "none; no site can vouch for its users" : "set");
    co_return steps;
}

}  // namespace tributary::chat
