#include <boost/json.hpp>

#include <charconv>

#include "api/guard.hpp"
#include "api/json.hpp"
#include "api/routes.hpp"
#include "base/crypto.hpp"
#include "store/changes.hpp"
#include "store/scope.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

constexpr std::chrono::seconds kLongPoll{25};
constexpr std::chrono::seconds kSignInPatience{10};
constexpr std::size_t kChangesAtOnce = 500;

std::int64_t after_of(const http::Request& request) {
    const std::string text = http::find_field(request.query, "after").value_or("0");
    std::int64_t after = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), after);
    if (error != std::errc() || stop != text.data() + text.size() || after < 0)
        throw Failure(Error(Outcome::invalid, "The change number is not valid.")
                          .with_field("after", "must be a number from 0"));
    return after;
}

// What may be told to an actor, and how far that goes.
struct Told {
    Told() = default;
    std::vector<Change> changes;
    std::int64_t up_to = 0;
    bool has_more = false;
};

awaitable<Told> tell(ApiContext& context, Scope scope, std::int64_t after) {
    co_return co_await context.house.store.read([&](const Tx& tx) {
        Told told;
        told.up_to = after;
        std::vector<Change> all = changes_after(tx, after, kChangesAtOnce);
        if (!all.empty()) told.up_to = all.back().seq;
        told.has_more = all.size() == kChangesAtOnce;
        told.changes = seen_changes(tx, scope, std::move(all));
        return told;
    });
}

http::Reply told_reply(const Told& told) {
    json::array items;
    for (const Change& change : told.changes)
        items.push_back(change_json(change));
    return http::Reply::json(200,
                             json::object{{"items", std::move(items)}, {"newest", told.up_to}});
}

// Whose access was changed while they waited is answered as if they had just asked.
awaitable<http::Reply> poll(ApiContext& context, http::Request request, Actor actor) {
    Told told;
    told.up_to = after_of(request);
    const auto until = std::chrono::steady_clock::now() + kLongPoll;
    while (true) {
        const std::int64_t epoch = context.watch.epoch();
        told = co_await tell(context, actor.scope, told.up_to);
        const auto left = until - std::chrono::steady_clock::now();
        if (!told.changes.empty() || left.count() <= 0 || context.is_draining) break;
        if (told.has_more) continue;
        co_await context.changes.wait_beyond(told.up_to, left);
        if (context.watch.epoch() == epoch) continue;
        const Result<Credential> credential = credential_of(context, request);
        Result<Actor> still = co_await actor_behind(context, *credential);
        if (!still) co_return http::Reply::problem(still.error());
        actor = *still;
    }
    co_return told_reply(told);
}

struct Subscription {
    explicit Subscription(Credential c) : credential(std::move(c)) {}
    Credential credential;
    std::int64_t after = -1;
};

// The first frame: {"token": "…", "after": N}; a token in the URL would end up in logs. A page that
// is signed in sends none: its session's cookie came with the request, and its origin is judged.
std::optional<Subscription> parse_subscription(const ApiContext& context,
                                               const http::Request& request,
                                               const std::string& text) {
    const Result<json::value> parsed = http::parse_json(text);
    const json::object* object = parsed ? parsed->if_object() : nullptr;
    if (!object) return std::nullopt;
    const json::value* token = object->if_contains("token");
    const json::value* after = object->if_contains("after");
    if ((token && !token->is_string()) || (after && !after->is_int64())) return std::nullopt;
    Result<Credential> credential = credential_of(context, request);
    if (token) credential = Credential(Credential::Kind::token, sha256(token->get_string()));
    if (!credential) return std::nullopt;
    if (!token && (!request.headers.has("Origin") || !judge_page(context, request, *credential)))
        return std::nullopt;
    Subscription subscription(std::move(*credential));
    subscription.after = after ? after->get_int64() : -1;
    return subscription;
}

// Client frames mean nothing after the first; reading notices that the peer is gone.
awaitable<void> drain_frames(http::WebSocket& socket) {
    for (;;) {
        const std::optional<std::string> frame = co_await socket.read();
        if (!frame) co_return;
    }
}

// How long until a session that only listens is looked at, in case it ended by time.
constexpr std::chrono::seconds kRecheck{30};

awaitable<void> push_changes(ApiContext& context, http::WebSocket& socket,
                             Subscription subscription, Actor actor) {
    std::int64_t after = subscription.after < 0 ? context.changes.newest() : subscription.after;
    std::int64_t epoch = context.watch.epoch();
    auto judged = std::chrono::steady_clock::now();
    while (socket.is_open()) {
        const Told told = co_await tell(context, actor.scope, after);
        after = told.up_to;
        if (!told.changes.empty()) {
            json::array frame;
            for (const Change& change : told.changes)
                frame.push_back(change_json(change));
            std::string text = json::serialize(frame);
            co_await socket.write(std::move(text));
        } else if (!told.has_more) {
            co_await context.changes.wait_beyond(after, kRecheck);
        }
        const bool is_due = std::chrono::steady_clock::now() - judged >= kRecheck;
        if (epoch == context.watch.epoch() && !is_due) continue;
        epoch = context.watch.epoch();
        judged = std::chrono::steady_clock::now();
        const Result<Actor> still = co_await actor_behind(context, subscription.credential);
        if (!still) {
            socket.close(4401, "signed out");
            co_return;
        }
        actor = *still;
    }
}

awaitable<void> stream(ApiContext& context, http::Request request, http::WebSocket& socket) {
    std::optional<std::string> first;
    bool is_late = false;
    try {
        first = co_await with_timeout(kSignInPatience, socket.read());
    } catch (const Failure&) {
        is_late = true;
    }
    if (is_late || !first) {
        socket.close(4401, "sign in first");
        co_return;
    }
    std::optional<Subscription> subscription = parse_subscription(context, request, *first);
    Result<Actor> actor = Error(Outcome::denied, "");
    if (subscription) actor = co_await actor_behind(context, subscription->credential);
    if (!actor) {
        socket.close(4401, "sign in first");
        co_return;
    }
    TaskHandle reader =
        spawn(context.house.io.get_executor(), "changes reader", drain_frames(socket));
    std::exception_ptr failed;
    try {
        co_await push_changes(context, socket, std::move(*subscription), *actor);
    } catch (...) {
        failed = std::current_exception();
    }
    socket.close();
    reader.cancel();
    co_await reader.join();
    if (failed) std::rethrow_exception(failed);
}

}  // namespace

void add_change_routes(http::Router& router, ApiContext& context) {
    using http::Method;
    RouteTable table(router, context, "changes");
    table.add(
        Method::get, "/api/v1/changes", Policy(Audience::reader, Subject::nothing), poll,
        {"What changed since a number; waits up to 25 s. As a WebSocket: a first frame {token, "
         "after}, then "
         "arrays of changes",
         nullptr,
         "ChangePage",
         200,
         {"after"}},
        [&context](http::Request request, http::WebSocket& socket) {
            return stream(context, std::move(request), socket);
        });
}

}  // namespace tributary
