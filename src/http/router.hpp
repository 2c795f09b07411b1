// One table of routes: it dispatches, and it yields /openapi.json.
#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/task.hpp"
#include "http/message.hpp"
#include "http/web_socket.hpp"

namespace tributary::http {

using Handler = std::function<awaitable<Reply>(Request)>;
// Called before the upgrade is answered: a Reply refuses it.
using Admission = std::function<awaitable<std::optional<Reply>>(const Request&)>;
using StreamHandler = std::function<awaitable<void>(Request, WebSocket&)>;

// What OpenAPI says of a route. Schemas are JSON Schema objects or {"$ref": "#/components/…"}.
struct RouteDoc {
    std::string summary;
    std::string tag;
    boost::json::value request;   // null: no body
    boost::json::value response;  // of the success; null: none
    int success = 200;
    std::vector<std::string> query;  // names of query parameters
    bool is_internal = false;        // not listed
};

struct Route {
    Method method = Method::get;
    // "/api/v1/tickets/{id}"; a last segment "{rest...}" takes all that follows, slashes included.
    std::string pattern;
    Handler handler;
    RouteDoc doc;
    std::size_t max_body = 1'000'000;
    // WebSocket upgrades go here. A route may have `handler` as well, for requests that are none.
    Admission admit;
    StreamHandler stream;
};

// Who may call a route and what its address names, in the words of the house. There is no default:
// a route without it does not compile. The router only tells it ("x-access" in the description).
struct RouteAccess {
    RouteAccess(std::string_view a, std::string_view s) : audience(a), subject(s) {}
    std::string audience;
    std::string subject;
};

class Router {
 public:
    // Throws std::logic_error when the pattern is malformed or the route is there already.
    void add(Route route, RouteAccess access);
    // Shared parts of the OpenAPI document: components.schemas.
    void add_schema(std::string name, boost::json::value schema);

    struct Match {
        const Route* route = nullptr;  // null: 404, or 405 when `allowed` is not empty
        std::vector<Method> allowed;
        std::map<std::string, std::string> parameters;
    };
    // `path` is decoded. HEAD takes a GET route where it has none of its own. Literal segments win
    // over parameters, and a {rest...} takes only what no other pattern fits, whatever the method.
    Match match(Method method, std::string_view path) const;

    const std::vector<Route>& routes() const { return routes_; }
    const RouteAccess& access(std::size_t route) const { return access_[route]; }
    // OpenAPI 3.1.
    boost::json::value openapi(std::string_view title, std::string_view version) const;

 private:
    struct Segment {
        enum class Kind { literal, parameter, rest };  // in order of precedence
        Kind kind;
        std::string text;  // the literal, or the parameter's name
    };
    using Pattern = std::vector<Segment>;
    static Pattern parse_pattern(const std::string& text);
    static bool fits(const Pattern& pattern, const std::vector<std::string_view>& path);
    static bool precedes(const Pattern& a, const Pattern& b);

    std::vector<Route> routes_;
    std::vector<Pattern> patterns_;    // parallel to routes_
    std::vector<RouteAccess> access_;  // too
    boost::json::object schemas_;
};

}  // namespace tributary::http
