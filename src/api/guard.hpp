// Who stands behind a request, and the two ways a handler answers: by reading, or by one remembered
// write. Who may call what is said by desk/policy.hpp.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/context.hpp"
#include "desk/actions.hpp"
#include "desk/policy.hpp"
#include "http/router.hpp"
#include "store/page.hpp"

namespace tributary {

using ActorHandler = awaitable<http::Reply> (*)(ApiContext&, http::Request, Actor);

// The secret that came with a request, as the store knows it.
struct Credential {
    enum class Kind { token, session };
    Credential(Kind k, std::string digest) : kind(k), sha256(std::move(digest)) {}
    Kind kind;
    std::string sha256;
};
// Of "Authorization: Bearer …" (exactly one such header), else of the session's cookie; denied with
// the reason "unauthenticated" when there is neither.
Result<Credential> credential_of(const ApiContext& context, const http::Request& request);
// Who acts with it, judged anew each time.
awaitable<Result<Actor>> actor_behind(ApiContext& context, Credential credential);
// A request that came with a session's cookie must come from a page of ours.
Result<> judge_page(const ApiContext& context, const http::Request& request,
                    const Credential& credential);

// Where nobody is signed in yet there is no token to ask for, but a foreign page must not sign
// somebody in as somebody else. Throws Failure(denied).
void require_own_page(const ApiContext& context, const http::Request& request);
// The problem, with WWW-Authenticate where it is 401.
http::Reply refused_reply(const Error& error);

// A fresh API token, "trib_…"; only its SHA-256 is ever stored.
std::string make_token_secret();

// What the table says of a route to its readers. Schema names are those of schemas.cpp.
struct ApiDoc {
    const char* summary;
    const char* request = nullptr;   // schema of the body
    const char* response = nullptr;  // schema of the success
    int success = 200;
    std::vector<std::string> query = {};
    std::size_t max_body = 1'000'000;
};

// Adds routes of one tag, each behind its guard: 401 without a valid token or session, 403 when the
// role does not reach or another site sent the request, 404 when the object that the address names
// ({id}, {name}) is out of scope. A route without a Policy does not compile.
class RouteTable {
 public:
    RouteTable(http::Router& router, ApiContext& context, std::string tag)
        : router_(router), context_(context), tag_(std::move(tag)) {}
    // `stream`, when given, serves WebSocket upgrades of the same path; it judges access itself.
    void add(http::Method method, std::string pattern, Policy policy, ActorHandler handler,
             const ApiDoc& doc, http::StreamHandler stream = nullptr);

 private:
    http::Router& router_;
    ApiContext& context_;
    std::string tag_;
};

// Runs `step` in one transaction and honours Idempotency-Key in the same one: the same key with the
// same body gives the first answer again, with another body 422.
awaitable<http::Reply> write_once(ApiContext& context, const http::Request& request,
                                  const Actor& actor, std::function<http::Reply(Tx&)> step);

// --- reading requests --------------------------------------------------------------------------

// `?limit=` (1–200) and `?cursor=`.
PageRequest page_request(const http::Request& request);  // throws Failure(invalid)
// The route parameter `name` as an id; Failure(not_found) when it is not one.
template <class Tag>
Id<Tag> path_id(const http::Request& request, const char* name) {
    const auto found = request.parameters.find(name);
    if (found != request.parameters.end())
        if (const auto id = Id<Tag>::parse(found->second)) return *id;
    throw Failure(Outcome::not_found, "There is nothing under this address.");
}
// The body as a JSON object whose keys are all among `known`; Failure(invalid) names the others.
boost::json::object json_body(const http::Request& request,
                              std::initializer_list<std::string_view> known);
// Typed members of such an object; Failure(invalid) with the pointer when of another type.
std::optional<std::string> text_member(const boost::json::object& body, std::string_view key,
                                       std::size_t limit);
std::string required_text(const boost::json::object& body, std::string_view key, std::size_t limit);
// "connector" of the body, which must be configured; "" when absent.
std::string connector_member(const ApiContext& context, const boost::json::object& body);
// An agent's id, "me" or null.
std::optional<AgentId> agent_value(const boost::json::value& value, const Actor& actor,
                                   const char* pointer);
// If-Match as a version; nullopt when absent, Failure(invalid) when malformed.
std::optional<std::int64_t> if_match(const http::Request& request);

template <class T, class Shape>
http::Reply page_reply(const Page<T>& page, Shape shape) {
    boost::json::array items;
    for (const T& item : page.items)
        items.push_back(shape(item));
    boost::json::object body;
    body["items"] = std::move(items);
    body["next"] = page.next ? boost::json::value(*page.next) : boost::json::value(nullptr);
    return http::Reply::json(200, body);
}

}  // namespace tributary
