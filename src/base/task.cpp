#include "base/task.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/log.hpp"

namespace tributary {

void TaskHandle::cancel() {
    if (is_running()) state_->signal.emit(asio::cancellation_type::terminal);
}

awaitable<void> TaskHandle::join() {
    auto state = state_;
    while (state && state->running) {
        boost::system::error_code ignored;
        co_await state->ended.async_wait(asio::redirect_error(use_awaitable, ignored));
        if ((co_await asio::this_coro::cancellation_state).cancelled() !=
            asio::cancellation_type::none)
            co_return;
    }
}

TaskHandle spawn(asio::any_io_executor executor, std::string name, awaitable<void> task) {
    TaskHandle handle;
    handle.state_ = std::make_shared<TaskHandle::State>(executor);
    auto state = handle.state_;
    auto on_end = [state, name = std::move(name)](std::exception_ptr thrown) {
        state->running = false;
        state->ended.cancel();
        if (!thrown) return;
        try {
            std::rethrow_exception(thrown);
        } catch (const std::exception& error) {
            if (!is_cancellation(error))
                log::error("task.failed", "task", name, "error", error.what());
        } catch (...) {
            log::error("task.failed", "task", name, "error", "not an exception");
        }
    };
    asio::co_spawn(executor, std::move(task),
                   asio::bind_cancellation_slot(state->signal.slot(), std::move(on_end)));
    return handle;
}

awaitable<void> sleep_for(std::chrono::steady_clock::duration delay) {
    asio::steady_timer timer(co_await asio::this_coro::executor, delay);
    co_await timer.async_wait(use_awaitable);
}

bool is_cancellation(const std::exception& thrown) {
    const auto* system = dynamic_cast<const boost::system::system_error*>(&thrown);
    return system && system->code() == asio::error::operation_aborted;
}

void Notifier::notify_all() {
    for (asio::steady_timer* waiter : *waiters_)
        waiter->cancel();
}

awaitable<void> Notifier::wait() {
    co_await wait_until(std::chrono::steady_clock::time_point::max());
}

awaitable<bool> Notifier::wait_for(std::chrono::steady_clock::duration patience) {
    co_return co_await wait_until(std::chrono::steady_clock::now() + patience);
}

awaitable<bool> Notifier::wait_until(std::chrono::steady_clock::time_point deadline) {
    asio::steady_timer timer(executor_, deadline);
    struct Registered {
        Registered(std::shared_ptr<Waiters> l, asio::steady_timer* t)
            : list(std::move(l)), timer(t) {
            list->push_back(timer);
        }
        ~Registered() { std::erase(*list, timer); }
        std::shared_ptr<Waiters> list;
        asio::steady_timer* timer;
    };
    Registered registered(waiters_, &timer);
    boost::system::error_code error;
    co_await timer.async_wait(asio::redirect_error(use_awaitable, error));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
    co_return error == asio::error::operation_aborted;
}

namespace detail {

DeadlineGuard::DeadlineGuard(const asio::any_io_executor& executor,
                             std::chrono::steady_clock::duration patience,
                             asio::cancellation_signal& signal)
    : timer_(executor, patience), expired_(std::make_shared<bool>(false)) {
    timer_.async_wait(
        [expired = std::weak_ptr<bool>(expired_), &signal](boost::system::error_code error) {
            auto alive = expired.lock();
            if (error || !alive) return;
            *alive = true;
            signal.emit(asio::cancellation_type::terminal);
        });
}

DeadlineGuard::~DeadlineGuard() = default;

void throw_timed_out(const char* what) {
    throw Failure(Outcome::unavailable, "It took too long.", std::string(what) + " timed out");
}

}  // namespace detail

Milliseconds backoff_delay(int attempt, Milliseconds first, Milliseconds cap) {
    const int doublings = std::clamp(attempt - 1, 0, 40);
    const auto wanted =
        std::min<std::int64_t>(cap.count(), first.count() << std::min(doublings, 30));
    const std::int64_t half = std::max<std::int64_t>(wanted / 2, 1);
    std::uint64_t random = 0;
    fill_random(&random, sizeof random);
    return Milliseconds(half +
                        static_cast<std::int64_t>(random % static_cast<std::uint64_t>(half + 1)));
}

Milliseconds Backoff::next() {
    return backoff_delay(++attempts_, first_, cap_);
}

}  // namespace tributary
