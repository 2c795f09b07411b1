#include "api/guard.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <set>

#include "api/audited.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "store/access.hpp"
#include "store/housekeeping.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

Role least_role(Access access) {
    switch (access) {
        case Access::agent: return Role::agent;
        case Access::admin: return Role::admin;
        default: return Role::reader;
    }
}

http::Reply unauthorized(Error error) {
    http::Reply reply = http::Reply::problem(std::move(error).with_reason("unauthenticated"));
    reply.headers.set("WWW-Authenticate", "Bearer realm=\"tributary\"");
    return reply;
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

awaitable<http::Reply> run_guarded(ApiContext& context, Access access, ActorHandler handler,
                                   const std::vector<std::string>& known_query,
                                   http::Request request) {
    if (access == Access::everybody)
        co_return co_await handler(context, std::move(request), Actor());
    if (request.headers.count("Authorization") > 1)
        co_return unauthorized(Error(Outcome::denied, "Send one Authorization header."));
    std::string authorization(request.headers.get("Authorization"));
    const Result<Actor> actor = co_await authenticate(context, std::move(authorization));
    if (!actor) co_return unauthorized(actor.error());
    const Result<> allowed = require(access, *actor);
    if (!allowed) {
        http::Reply refused = http::Reply::problem(allowed.error());
        Audited what = audited(request, *actor);
        co_await write_down(context, std::move(what), refused.status);
        co_return refused;
    }
    if (const Result<> query = check_query(request, known_query); !query)
        co_return http::Reply::problem(query.error());
    Audited what = audited(request, *actor);
    http::Reply reply = co_await handler(context, std::move(request), *actor);
    const int status = reply.status;
    co_await write_down(context, std::move(what), status);
    co_return reply;
}

json::value schema_ref(const char* name) {
    if (!name) return nullptr;
    return json::object{{"$ref", std::string("#/components/schemas/") + name}};
}

}  // namespace

awaitable<Result<Actor>> authenticate(ApiContext& context, std::string authorization) {
    constexpr std::string_view kScheme = "Bearer ";
    if (!starts_with_ignoring_case(authorization, kScheme))
        co_return Error(Outcome::denied, "Sign in: send an access token.");
    std::string token = authorization.substr(kScheme.size());
    co_return co_await authenticate_token(context, std::move(token));
}

awaitable<Result<Actor>> authenticate_token(ApiContext& context, std::string token) {
    const std::string digest = sha256(trim(token));
    std::optional<ApiToken> found;
    std::optional<Agent> agent;
    co_await context.house.store.read([&](const Tx& tx) {
        found = find_token(tx, digest);
        agent = found ? find_agent(tx, found->agent) : std::nullopt;
    });
    if (!found || !agent || agent->is_disabled)
        co_return Error(Outcome::denied, "This access token is not valid.");
    co_return Actor(agent->id, agent->name, std::min(found->role, agent->role));
}

Result<> require(Access access, const Actor& actor) {
    if (access == Access::everybody || actor.role >= least_role(access)) return {};
    return Error(Outcome::denied, "Your role does not allow this.");
}

void RouteTable::add(http::Method method, std::string pattern, Access access, ActorHandler handler,
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
    route.handler = [&context, access, handler, known = doc.query](http::Request request) {
        return run_guarded(context, access, handler, known, std::move(request));
    };
    route.stream = std::move(stream);
    router_.add(std::move(route));
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
