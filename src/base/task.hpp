// Coroutines of the house: one I/O thread, named tasks, deadlines, work for other threads,
// back-off.
//
// g++ 12 miscompiles some co_await expressions. Before writing one, read the rules in
// ARCHITECTURE.md ("Coroutines"): name capturing lambdas, aggregates and brace lists on their own
// line first; structs passed to coroutines have constructors.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.hpp"
#include "base/time.hpp"

namespace tributary {

namespace asio = boost::asio;
using boost::asio::awaitable;
using boost::asio::use_awaitable;

// Starts `task` on the I/O thread. What escapes it is logged as "task.failed" with its name;
// cancellation is silent. The returned handle's cancel() asks it to stop; dropping it does not.
class TaskHandle {
 public:
    TaskHandle() = default;
    void cancel();  // asks; the task ends at its next suspension
    bool is_running() const { return state_ && state_->running; }
    // Resolves when the task has ended, however it ended.
    awaitable<void> join();

 private:
    friend TaskHandle spawn(asio::any_io_executor, std::string, awaitable<void>);
    struct State {
        explicit State(const asio::any_io_executor& executor) : ended(executor) {
            ended.expires_at(std::chrono::steady_clock::time_point::max());
        }
        asio::cancellation_signal signal;
        asio::steady_timer ended;
        bool running = true;
    };
    std::shared_ptr<State> state_;
};

TaskHandle spawn(asio::any_io_executor executor, std::string name, awaitable<void> task);

// Suspends for `delay`. Throws boost::system::system_error(operation_aborted) when cancelled.
awaitable<void> sleep_for(std::chrono::steady_clock::duration delay);

// True for the exception that cancellation throws.
bool is_cancellation(const std::exception& thrown);

// An event between coroutines of one thread: wait() suspends until notify_all(), a deadline, or
// cancellation. Nothing is remembered: check the condition first, in the same turn. Waiting begins
// in that turn, too, so no notification falls between the check and the wait. Coroutines that are
// still waiting when the io_context goes may outlive the Notifier.
class Notifier {
 public:
    explicit Notifier(asio::any_io_executor executor) : executor_(std::move(executor)) {}
    void notify_all();
    awaitable<void> wait();
    // False when `patience` ran out first.
    awaitable<bool> wait_for(std::chrono::steady_clock::duration patience);

 private:
    awaitable<bool> wait_until(std::chrono::steady_clock::time_point deadline);

    asio::any_io_executor executor_;
    using Waiters = std::vector<asio::steady_timer*>;  // each in the frame of its waiter
    std::shared_ptr<Waiters> waiters_ = std::make_shared<Waiters>();
};

namespace detail {

// Emits `signal` after `patience`; cancelled when it goes.
class DeadlineGuard {
 public:
    DeadlineGuard(const asio::any_io_executor& executor,
                  std::chrono::steady_clock::duration patience, asio::cancellation_signal& signal);
    ~DeadlineGuard();
    DeadlineGuard(const DeadlineGuard&) = delete;
    DeadlineGuard& operator=(const DeadlineGuard&) = delete;
    bool has_expired() const { return *expired_; }

 private:
    asio::steady_timer timer_;
    std::shared_ptr<bool> expired_;
};

[[noreturn]] void throw_timed_out(const char* what);

}  // namespace detail

// Awaits `op`, cancels it when `patience` runs out, and then throws Failure(unavailable, "timed
// out"). Cancellation of the caller reaches `op`. The op must end when cancelled (every Asio
// operation does); a Store call runs to its end regardless, because its transaction must.
template <class T>
awaitable<T> with_timeout(std::chrono::steady_clock::duration patience, awaitable<T> op,
                          const char* what = "operation") {
    auto executor = co_await asio::this_coro::executor;
    auto outer = co_await asio::this_coro::cancellation_state;
    asio::cancellation_signal inner;
    detail::DeadlineGuard deadline(executor, patience, inner);
    auto slot = outer.slot();
    if (slot.is_connected()) {
        slot.assign([&inner](asio::cancellation_type type) { inner.emit(type); });
    }
    struct Unhook {
        explicit Unhook(asio::cancellation_slot s) : slot(std::move(s)) {}
        ~Unhook() {
            if (slot.is_connected()) slot.clear();
        }
        asio::cancellation_slot slot;
    };
    Unhook unhook(slot);
    auto token = asio::bind_cancellation_slot(inner.slot(), use_awaitable);
    try {
        if constexpr (std::is_void_v<T>) {
            co_await asio::co_spawn(executor, std::move(op), token);
            co_return;
        } else {
            co_return co_await asio::co_spawn(executor, std::move(op), token);
        }
    } catch (const boost::system::system_error&) {
        if (!deadline.has_expired()) throw;
    }
    detail::throw_timed_out(what);
}

// Runs `fn` on the pool and resumes on the I/O thread with its result or its exception. `fn` is
// moved to the pool and must not touch I/O-thread state.
class Workers {
 public:
    explicit Workers(std::size_t threads) : pool_(threads) {}
    ~Workers() { stop(); }
    void stop() { pool_.join(); }

    template <class F, class R = std::invoke_result_t<F&>>
    awaitable<R> offload(F fn) {
        // A plain completion pair instead of co_spawn on the pool: the coroutine never changes
        // thread.
        auto initiate = [this](auto handler, F work) {
            auto executor = asio::get_associated_executor(handler);
            auto shared =
                std::make_shared<Job<decltype(handler), F, R>>(std::move(handler), std::move(work));
            auto keep_alive = asio::prefer(executor, asio::execution::outstanding_work.tracked);
            asio::post(pool_, [shared, keep_alive] {
                shared->run();
                asio::post(keep_alive, [shared] { shared->finish(); });
            });
        };
        using Signature = void(std::exception_ptr, std::shared_ptr<Outcome<R>>);
        auto outcome = co_await asio::async_initiate<const asio::use_awaitable_t<>, Signature>(
            initiate, use_awaitable, std::move(fn));
        if constexpr (!std::is_void_v<R>) co_return std::move(*outcome->value);
    }

 private:
    template <class R>
    struct Outcome {
        std::optional<std::conditional_t<std::is_void_v<R>, std::monostate, R>> value;
    };

    template <class Handler, class F, class R>
    struct Job {
        Job(Handler h, F w) : handler(std::move(h)), work(std::move(w)) {}
        void run() {
            try {
                if constexpr (std::is_void_v<R>) {
                    (*work)();
                } else {
                    outcome->value.emplace((*work)());
                }
            } catch (...) {
                error = std::current_exception();
            }
            work.reset();
        }
        void finish() { std::move (*handler)(error, std::move(outcome)); }
        std::optional<Handler> handler;
        std::optional<F> work;
        std::shared_ptr<Outcome<R>> outcome = std::make_shared<Outcome<R>>();
        std::exception_ptr error;
    };

    asio::thread_pool pool_;
};

// Exponential, fully jittered, capped: delay n is uniform in [cap_n/2, cap_n], cap_n = first * 2^n.
class Backoff {
 public:
    Backoff(Milliseconds first, Milliseconds cap) : first_(first), cap_(cap) {}
    Milliseconds next();
    void reset() { attempts_ = 0; }
    int attempts() const { return attempts_; }

 private:
    Milliseconds first_;
    Milliseconds cap_;
    int attempts_ = 0;
};

// The delay before attempt `attempt` (1, 2, …) with the same shape, for work whose attempts are
// counted in the store.
Milliseconds backoff_delay(int attempt, Milliseconds first, Milliseconds cap);

}  // namespace tributary
