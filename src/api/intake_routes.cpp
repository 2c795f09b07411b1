#include <boost/json.hpp>

#include <exception>
#include <set>

#include "api/routes.hpp"
#include "base/log.hpp"
#include "desk/policy.hpp"

namespace tributary {
namespace {

constexpr std::size_t kMaxIntakeBody = 30'000'000;
constexpr std::chrono::milliseconds kAnswerWithin{4'000};

using SlotPtr = std::shared_ptr<Supervisor::Slot>;

// The connector under this mount. Another mount's connector is as unknown as none at all.
SlotPtr find_mounted(ApiContext& context, const std::string& mount, const http::Request& request) {
    const auto named = request.parameters.find("connector");
    if (named == request.parameters.end()) return nullptr;
    SlotPtr slot = context.supervisor.find(named->second);
    return slot && slot->config.type->mount == mount ? slot : nullptr;
}

// The connector sees the path behind its mount.
void strip_mount(http::Request& request) {
    const auto rest = request.parameters.find("rest");
    request.path = rest == request.parameters.end() ? std::string() : "/" + rest->second;
}

http::Reply unknown_address() {
    return http::Reply::problem(Error(Outcome::not_found, "There is nothing under this address."));
}

// What became of a request; shared with who may have stopped waiting for it.
struct Pending {
    explicit Pending(asio::any_io_executor executor) : settled(std::move(executor)) {}
    bool is_settled() const { return reply || trouble; }
    std::optional<http::Reply> reply;
    std::exception_ptr trouble;
    Notifier settled;
};

awaitable<void> settle(SlotPtr slot, http::Request request, std::shared_ptr<Pending> pending) {
    try {
        pending->reply = co_await slot->connector->receive(std::move(request));
    } catch (...) {
        // For who waits; it is not ours to judge.
        pending->trouble = std::current_exception();
    }
    pending->settled.notify_all();
}

// What is still under way when nobody waits for it any more is left to its slot.
class Begun {
 public:
    Begun(SlotPtr slot, TaskHandle task, const Pending& pending)
        : slot_(std::move(slot)), task_(std::move(task)), pending_(pending) {}
    ~Begun() {
        if (!pending_.is_settled()) slot_->note_late(std::move(task_));
    }
    Begun(const Begun&) = delete;
    Begun& operator=(const Begun&) = delete;

 private:
    SlotPtr slot_;
    TaskHandle task_;
    const Pending& pending_;
};

// Senders give up after five or ten seconds and then do not know. When the store is slow they are
// told sooner to come again: what was begun goes on, and the second try finds it done.
awaitable<http::Reply> receive_in_time(SlotPtr slot, http::Request request) {
    const auto executor = co_await asio::this_coro::executor;
    const auto pending = std::make_shared<Pending>(executor);
    TaskHandle task = spawn(executor, "receive", settle(slot, std::move(request), pending));
    const Begun begun(slot, std::move(task), *pending);
    if (!pending->is_settled()) co_await pending->settled.wait_for(kAnswerWithin);
    if (pending->trouble) std::rethrow_exception(pending->trouble);
    if (pending->reply) co_return std::move(*pending->reply);
    log::warn("intake.late", "connector", slot->config.name);
    co_return http::Reply::problem(
        Error(Outcome::unavailable, "It takes too long now.").with_retry_after(Seconds(5)));
}

awaitable<http::Reply> receive(ApiContext& context, std::string mount, http::Request request) {
    const SlotPtr slot = find_mounted(context, mount, request);
    if (!slot) co_return unknown_address();
    if (context.is_draining)
        co_return http::Reply::problem(
            Error(Outcome::unavailable, "The service is restarting.").with_retry_after(Seconds(5)));
    strip_mount(request);
    if (request.method == http::Method::post)
        co_return co_await receive_in_time(slot, std::move(request));
    co_return co_await slot->connector->receive(std::move(request));
}

awaitable<std::optional<http::Reply>> admit(ApiContext& context, std::string mount,
                                            const http::Request& request) {
    const SlotPtr slot = find_mounted(context, mount, request);
    if (!slot) co_return unknown_address();
    http::Request stripped = request;
    strip_mount(stripped);
    co_return co_await slot->connector->admit_stream(stripped);
}

awaitable<void> stream(ApiContext& context, std::string mount, http::Request request,
                       http::WebSocket& socket) {
    const SlotPtr slot = find_mounted(context, mount, request);
    if (!slot) co_return;
    strip_mount(request);
    co_await slot->connector->stream(std::move(request), socket);
}

void add_mount(http::Router& router, ApiContext& context, const std::string& mount) {
    using http::Method;
    for (const Method method : {Method::get, Method::post, Method::put, Method::patch,
                                Method::delete_, Method::options}) {
        for (const char* tail : {"", "/{rest...}"}) {
            http::Route route;
            route.method = method;
            route.pattern = "/" + mount + "/{connector}" + tail;
            route.max_body = kMaxIntakeBody;
            route.doc.tag = "intake";
            route.doc.summary = "Handled by the connector";
            route.doc.is_internal = method != Method::post && method != Method::get;
            route.handler = [&context, mount](http::Request request) {
                return receive(context, mount, std::move(request));
            };
            if (method == Method::get) {
                route.admit = [&context, mount](const http::Request& request) {
                    return admit(context, mount, request);
                };
                route.stream = [&context, mount](http::Request request, http::WebSocket& socket) {
                    return stream(context, mount, std::move(request), socket);
                };
            }
            // Visitors and machines: the connector judges signatures, tokens and origins itself.
            router.add(std::move(route), http::RouteAccess(to_string(Audience::everybody),
                                                           to_string(Subject::nothing)));
        }
    }
}

}  // namespace

void add_intake_routes(http::Router& router, ApiContext& context) {
    std::set<std::string> mounts;
    for (const ConnectorType* type : connector_types())
        if (!type->mount.empty()) mounts.insert(type->mount);
    for (const std::string& mount : mounts)
        add_mount(router, context, mount);
}

}  // namespace tributary
