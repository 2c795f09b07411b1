#include "api/guard.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <set>

#include "access/callers.hpp"
#include "api/audited.hpp"
#include "api/browser.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "store/housekeeping.hpp"
#include "store/sessions.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

Error unauthenticated(const char* sentence) {
    return Error(Outcome::denied, sentence).with_reason("unauthenticated");
}

// A session in use is noted once a minute: a write a request would be many.
constexpr Milliseconds kNotedEvery{60'000};

awaitable<void> note_use(ApiContext& context, Session session) {
    const Timestamp now = context.house.clock.now();
    if (now - session.seen_at < std::min(kNotedEvery, context.session_limits.idle / 4)) co_return;
    auto step = [&](Tx& tx) { touch_session(tx, session.id, now); };
    try {
        co_await context.house.store.write(step);
    } catch (const Failure&) {
        // A store that takes no writes may still be read.
    }
}

std::string named_object(const http::Request& request) {
    for (const char* name : {"id", "name"}) {
        const auto found = request.parameters.find(name);
        if (found != request.parameters.end()) return found->second;
    }
    return {};
}

// A misspelt filter would silently show everything.
Result<> check_query(const http::Request& request, const std::vector<std::string>& known) {
    Error error(Outcome::invalid, "The query has parameters that mean nothing here.");
    std::set<std::string_view> seen;
    for (const auto& [name, value] : request.query) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            error.fields.emplace_back("?" + name, "is not known here");
        } else if (!seen.insert(name).second) {
            error.fields.emplace_back("?" + name, "must not stand twice");
        }
    }
    if (error.fields.empty()) return {};
    return error;
}

awaitable<Result<Actor>> identify(ApiContext& context, const http::Request& request) {
    const Result<Credential> credential = credential_of(context, request);
    if (!credential) co_return credential.error();
    if (const auto ours = judge_page(context, request, *credential); !ours) co_return ours.error();
    co_return co_await actor_behind(context, *credential);
}

// Role first, then the object.
awaitable<Result<>> permitted(ApiContext& context, Policy policy, const Actor& actor,
                              const http::Request& request) {
    const Result<> reaches = permit(policy.audience, actor);
    if (!reaches || actor.scope.is_everything() || policy.subject == Subject::nothing)
        co_return reaches;
    const std::string named = named_object(request);
    auto look = [&](const Tx& tx) { return permit(tx, policy.subject, actor, named); };
    co_return co_await context.house.store.read(look);
}

awaitable<http::Reply> run_guarded(ApiContext& context, Policy policy, ActorHandler handler,
                                   const std::vector<std::string>& known_query,
                                   http::Request request) {
    if (policy.audience == Audience::everybody)
        co_return co_await handler(context, std::move(request), Actor());
    const Result<Actor> actor = co_await identify(context, request);
    if (!actor) co_return refused_reply(actor.error());
    Audited what = audited(request, *actor);
    Result<> allowed = co_await permitted(context, policy, *actor, request);
    if (allowed) allowed = check_query(request, known_query);
    http::Reply reply;
    if (allowed) {
        reply = co_await handler(context, std::move(request), *actor);
    } else {
        reply = refused_reply(allowed.error());
    }
    const int status = reply.status;
    co_await write_down(context, std::move(what), status);
    co_return reply;
}

json::value schema_ref(const char* name) {
    if (!name) return nullptr;
    return json::object{{"$ref", std::string("#/components/schemas/") + name}};
}

}  // namespace

void require_own_page(const ApiContext& context, const http::Request& request) {
    const Result<> ours = judge_origin(request, context.house.public_url);
    if (!ours) throw Failure(ours.error());
}

http::Reply refused_reply(const Error& error) {
    http::Reply reply = http::Reply::problem(error);
    if (reply.status == 401) reply.headers.set("WWW-Authenticate", "Bearer realm=\"tributary\"");
    return reply;
}

Result<Credential> credential_of(const ApiContext& context, const http::Request& request) {
    constexpr std::string_view kScheme = "Bearer ";
    if (request.headers.count("Authorization") > 1)
        return unauthenticated("Send one Authorization header.");
    const std::string_view authorization = request.headers.get("Authorization");
    if (starts_with_ignoring_case(authorization, kScheme))
        return Credential(Credential::Kind::token,
                          sha256(trim(authorization.substr(kScheme.size()))));
    const std::string secret = session_secret(request, transport_of(context.house.public_url));
    if (request.headers.has("Authorization") || secret.empty())
        return unauthenticated("Sign in, or send an access token.");
    return Credential(Credential::Kind::session, sha256(secret));
}

awaitable<Result<Actor>> actor_behind(ApiContext& context, Credential credential) {
    if (credential.kind == Credential::Kind::token) {
        auto look = [&](const Tx& tx) { return actor_of_token(tx, credential.sha256); };
        co_return co_await context.house.store.read(look);
    }
    const Timestamp now = context.house.clock.now();
    auto look = [&](const Tx& tx) {
        return actor_of_session(tx, credential.sha256, context.session_limits, now);
    };
    const Result<SignedInActor> found = co_await context.house.store.read(look);
    if (!found) co_return found.error();
    co_await note_use(context, found->session);
    co_return found->actor;
}

Result<> judge_page(const ApiContext& context, const http::Request& request,
                    const Credential& credential) {
    if (credential.kind != Credential::Kind::session) return {};
    return judge_session_request(request, context.house.public_url,
                                 csrf_token(context.house.instance_key, credential.sha256));
}

void RouteTable::add(http::Method method, std::string pattern, Policy policy, ActorHandler handler,
                     const ApiDoc& doc, http::StreamHandler stream) {
    http::Route route;
    route.method = method;
    route.pattern = std::move(pattern);
    route.max_body = doc.max_body;
    route.doc.summary = doc.summary;
    route.doc.tag = tag_;
    route.doc.request = schema_ref(doc.request);
    route.doc.response = schema_ref(doc.response);
    route.doc.success = doc.success;
    route.doc.query = doc.query;
    ApiContext& context = context_;
    route.handler = [&context, policy, handler, known = doc.query](http::Request request) {
        return run_guarded(context, policy, handler, known, std::move(request));
    };
    route.stream = std::move(stream);
    router_.add(std::move(route),
                http::RouteAccess(to_string(policy.audience), to_string(policy.subject)));
}

awaitable<http::Reply> write_once(ApiContext& context, const http::Request& request,
                                  const Actor& actor, std::function<http::Reply(Tx&)> step) {
    const std::string key(request.headers.get("Idempotency-Key"));
    const bool is_printable = std::all_of(key.begin(), key.end(),
                                          [](char letter) { return letter > ' ' && letter < 127; });
    if (key.size() > 200 || !is_printable)
        throw Failure(
            Error(Outcome::invalid, "The Idempotency-Key cannot be used.")
                .with_field("Idempotency-Key", "must have at most 200 printable ASCII letters"));
    const std::string scope = actor.id.text() + " " + request.path;
    const std::string body_hash = key.empty() ? std::string() : sha256(request.body);
    const Timestamp now = context.house.clock.now();
    auto write = [&](Tx& tx) {
        if (key.empty()) return step(tx);
        if (const auto earlier = find_idempotency(tx, scope, key)) {
            if (earlier->request_sha256 != body_hash)
                throw Failure(
                    Error(Outcome::invalid, "This Idempotency-Key was used for another request.")
                        .with_field("Idempotency-Key", "belongs to another body"));
            http::Reply again(earlier->status);
            again.headers.set("Content-Type", "application/json");
            again.body = earlier->body;
            return again;
        }
        http::Reply reply = step(tx);
        RememberedReply remembered;
        remembered.request_sha256 = body_hash;
        remembered.status = reply.status;
        remembered.body = reply.body;
        remember_idempotency(tx, scope, key, remembered, now);
        return reply;
    };
    co_return co_await context.house.store.write(write);
}

PageRequest page_request(const http::Request& request) {
    PageRequest page;
    if (const auto limit = http::find_field(request.query, "limit")) {
        const char* end = limit->data() + limit->size();
        const auto [stop, error] = std::from_chars(limit->data(), end, page.limit);
        if (error != std::errc() || stop != end || page.limit < 1 || page.limit > 200)
            throw Failure(Error(Outcome::invalid, "The page size is not possible.")
                              .with_field("limit", "must be a number from 1 to 200"));
    }
    page.cursor = http::find_field(request.query, "cursor").value_or("");
    return page;
}

json::object json_body(const http::Request& request,
                       std::initializer_list<std::string_view> known) {
    const std::string_view type = trim(split(request.headers.get("Content-Type"), ';').front());
    if (!equals_ignoring_case(type, "application/json"))
        throw Failure(Error(Outcome::invalid, "Send JSON.")
                          .with_reason("unsupported_media_type")
                          .with_field("Content-Type", "must be application/json"));
    Result<json::value> parsed = http::parse_json(request.body);
    if (!parsed) throw Failure(parsed.error());
    if (!parsed->is_object())
        throw Failure(
            Error(Outcome::invalid, "Send a JSON object.").with_field("", "must be an object"));
    Error unknown(Outcome::invalid, "The request has fields that do not belong there.");
    for (const auto& [key, value] : parsed->get_object())
        if (std::find(known.begin(), known.end(), std::string_view(key)) == known.end())
            unknown.fields.emplace_back("/" + std::string(key), "unknown field");
    if (!unknown.fields.empty()) throw Failure(unknown);
    return std::move(parsed->get_object());
}

std::optional<std::string> text_member(const json::object& body, std::string_view key,
                                       std::size_t limit) {
    const json::value* value = body.if_contains(key);
    if (!value || value->is_null()) return std::nullopt;
    const std::string pointer = "/" + std::string(key);
    if (!value->is_string())
        throw Failure(Error(Outcome::invalid, "A field has the wrong type.")
                          .with_field(pointer, "must be text"));
    if (value->get_string().size() > limit)
        throw Failure(
            Error(Outcome::invalid, "A field is too long.")
                .with_field(pointer, "must not exceed " + std::to_string(limit) + " bytes"));
    return std::string(value->get_string());
}

std::string required_text(const json::object& body, std::string_view key, std::size_t limit) {
    auto text = text_member(body, key, limit);
    if (!text || trim(*text).empty())
        throw Failure(Error(Outcome::invalid, "A field is missing.")
                          .with_field("/" + std::string(key), "is required"));
    return *text;
}

std::string connector_member(const ApiContext& context, const json::object& body) {
    const std::string name = text_member(body, "connector", 40).value_or("");
    if (!name.empty() && !context.supervisor.find(name))
        throw Failure(Error(Outcome::invalid, "There is no such connector.")
                          .with_field("/connector", "is not configured"));
    return name;
}

std::optional<AgentId> agent_value(const json::value& value, const Actor& actor,
                                   const char* pointer) {
    if (value.is_null()) return std::nullopt;
    if (value.is_string() && value.get_string() == "me") return actor.id;
    if (value.is_string())
        if (const auto id = AgentId::parse(value.get_string())) return *id;
    throw Failure(Error(Outcome::invalid, "An agent is not known.")
                      .with_field(pointer, "must be an id, \"me\" or null"));
}

std::optional<std::int64_t> if_match(const http::Request& request) {
    std::string_view tag = trim(request.headers.get("If-Match"));
    if (tag.empty() || tag == "*") return std::nullopt;
    if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"')
        tag = tag.substr(1, tag.size() - 2);
    std::int64_t version = 0;
    const auto [stop, error] = std::from_chars(tag.data(), tag.data() + tag.size(), version);
    if (error != std::errc() || stop != tag.data() + tag.size())
        throw Failure(Error(Outcome::invalid, "If-Match is not one of our tags.")
                          .with_field("If-Match", "unknown tag"));
    return version;
}

}  // namespace tributary
