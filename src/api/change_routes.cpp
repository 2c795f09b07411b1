#include <boost/json.hpp>

#include <charconv>

#include "api/guard.hpp"
#include "api/json.hpp"
#include "api/routes.hpp"
#include "store/changes.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

constexpr std::chrono::seconds kLongPoll{25};
constexpr std::chrono::seconds kSignInPatience{10};
constexpr std::chrono::seconds kRecheck{5};  // a revoked token ends its sockets this soon
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

awaitable<std::vector<Change>> changes_now(ApiContext& context, std::int64_t after) {
    co_return co_await context.house.store.read(
        [&](const Tx& tx) { return changes_after(tx, after, kChangesAtOnce); });
}

awaitable<http::Reply> poll(ApiContext& context, http::Request request, Actor) {
    const std::int64_t after = after_of(request);
    std::vector<Change> changes = co_await changes_now(context, after);
    if (changes.empty() && co_await context.changes.wait_beyond(after, kLongPoll))
        changes = co_await changes_now(context, after);
    json::array items;
    for (const Change& change : changes)
        items.push_back(change_json(change));
    json::object body;
    body["items"] = std::move(items);
    body["newest"] =
        changes.empty() ? std::max(after, context.changes.newest()) : changes.back().seq;
    co_return http::Reply::json(200, body);
}

struct Subscription {
    Subscription() = default;
    std::string token;
    std::int64_t after = 0;
};

// The first frame: {"token": "…", "after": N}. A token in the URL would end up in logs.
std::optional<Subscription> parse_subscription(const std::string& text) {
    const Result<json::value> parsed = http::parse_json(text);
    const json::object* object = parsed ? parsed->if_object() : nullptr;
    const json::value* token = object ? object->if_contains("token") : nullptr;
    const json::value* after = object ? object->if_contains("after") : nullptr;
    if (!token || !token->is_string() || (after && !after->is_int64())) return std::nullopt;
    Subscription subscription;
    subscription.token = std::string(token->get_string());
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

awaitable<void> push_changes(ApiContext& context, http::WebSocket& socket,
                             Subscription subscription) {
    std::int64_t after = subscription.after < 0 ? context.changes.newest() : subscription.after;
    auto checked = std::chrono::steady_clock::now();
    while (socket.is_open()) {
        const std::vector<Change> changes = co_await changes_now(context, after);
        if (!changes.empty()) {
            json::array frame;
            for (const Change& change : changes)
                frame.push_back(change_json(change));
            after = changes.back().seq;
            std::string text = json::serialize(frame);
            co_await socket.write(std::move(text));
        } else {
            co_await context.changes.wait_beyond(after, kRecheck);
        }
        if (std::chrono::steady_clock::now() - checked < kRecheck) continue;
        checked = std::chrono::steady_clock::now();
        const Result<Actor> still = co_await authenticate_token(context, subscription.token);
        if (!still) {
            socket.close(4401, "signed out");
            co_return;
        }
    }
}

awaitable<void> stream(ApiContext& context, http::WebSocket& socket) {
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
    std::optional<Subscription> subscription = parse_subscription(*first);
    const bool may_try = subscription.has_value();
    Result<Actor> actor = Error(Outcome::denied, "");
    if (may_try) actor = co_await authenticate_token(context, subscription->token);
    if (!actor) {
        socket.close(4401, "sign in first");
        co_return;
    }
    TaskHandle reader =
        spawn(context.house.io.get_executor(), "changes reader", drain_frames(socket));
    std::exception_ptr failed;
    try {
        co_await push_changes(context, socket, std::move(*subscription));
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
        Method::get, "/api/v1/changes", Access::reader, poll,
        {"What changed since a number; waits up to 25 s. As a WebSocket: a first frame {token, "
         "after}, then "
         "arrays of changes",
         nullptr,
         "ChangePage",
         200,
         {"after"}},
        [&context](http::Request, http::WebSocket& socket) { return stream(context, socket); });
}

}  // namespace tributary
