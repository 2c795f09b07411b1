#include "base/task.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "base/log.hpp"
#include "tests/support/coroutines.hpp"

namespace tributary {
namespace {

using namespace std::chrono_literals;
using test::run;

// Long enough that a loaded machine does not reach it, short enough to wait for in vain.
constexpr auto kLong = 1h;
constexpr auto kShort = 5ms;

awaitable<int> answer() {
    co_return 42;
}
awaitable<void> nothing() {
    co_return;
}

awaitable<int> fail_with(Outcome outcome) {
    throw Failure(outcome, "As told.");
    co_return 0;
}

// Notes that it was cancelled, not merely dropped.
awaitable<void> wait_for_ever(bool& was_cancelled) {
    try {
        co_await sleep_for(kLong);
    } catch (const boost::system::system_error& error) {
        was_cancelled = is_cancellation(error);
        throw;
    }
}

awaitable<void> with_patience(std::chrono::steady_clock::duration patience, bool& was_cancelled) {
    co_await with_timeout(patience, wait_for_ever(was_cancelled), "the wait");
}

TEST(with_timeout, gives_what_the_operation_gives) {
    asio::io_context io;
    EXPECT_EQ(run(io, with_timeout(kLong, answer())), 42);
    run(io, with_timeout(kLong, nothing()));
}

TEST(with_timeout, expiry_cancels_the_operation_and_is_unavailable) {
    asio::io_context io;
    bool was_cancelled = false;
    try {
        run(io, with_patience(kShort, was_cancelled));
        FAIL() << "it should have timed out";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.error().outcome, Outcome::unavailable);
        EXPECT_EQ(failure.error().detail, "the wait timed out");
    }
    EXPECT_TRUE(was_cancelled);
}

TEST(with_timeout, the_operations_exceptions_pass_through) {
    asio::io_context io;
    try {
        run(io, with_timeout(kLong, fail_with(Outcome::conflict)));
        FAIL() << "it should have thrown";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.error().outcome, Outcome::conflict);
    }
}

TEST(with_timeout, the_callers_cancellation_reaches_the_operation) {
    asio::io_context io;
    bool was_cancelled = false;
    TaskHandle task = spawn(io.get_executor(), "waiting", with_patience(kLong, was_cancelled));
    asio::post(io, [&] { task.cancel(); });
    run(io, task.join());
    EXPECT_TRUE(was_cancelled);
    EXPECT_FALSE(task.is_running());
}

awaitable<void> nested(std::chrono::steady_clock::duration outer,
                       std::chrono::steady_clock::duration inner, bool& was_cancelled) {
    co_await with_timeout(outer, with_patience(inner, was_cancelled), "the outer wait");
}

TEST(with_timeout, of_two_nested_ones_the_shorter_speaks) {
    struct Case {
        std::chrono::steady_clock::duration outer;
        std::chrono::steady_clock::duration inner;
        const char* detail;
    };
    const Case cases[] = {{kShort, kLong, "the outer wait timed out"},
                          {kLong, kShort, "the wait timed out"}};
    for (const Case& c : cases) {
        asio::io_context io;
        bool was_cancelled = false;
        try {
            run(io, nested(c.outer, c.inner, was_cancelled));
            FAIL() << "it should have timed out";
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.error().detail, c.detail);
        }
        EXPECT_TRUE(was_cancelled);
    }
}

awaitable<int> many_timeouts(int count) {
    int sum = 0;
    for (int i = 0; i < count; ++i)
        sum += co_await with_timeout(kLong, answer());
    co_return sum;
}

TEST(with_timeout, leaves_nothing_behind_when_the_operation_is_quicker) {
    asio::io_context io;
    EXPECT_EQ(run(io, many_timeouts(1000)), 42'000);
    // The deadlines are gone: nothing keeps the context busy for an hour.
    const auto start = std::chrono::steady_clock::now();
    io.restart();
    io.run();
    EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
}

awaitable<void> timeout_twice(int& timeouts, bool& second_ran) {
    for (int i = 0; i < 2; ++i) {
        bool was_cancelled = false;
        try {
            co_await with_timeout(kShort, wait_for_ever(was_cancelled));
        } catch (const Failure&) {
            ++timeouts;
        }
    }
    co_await sleep_for(0ms);
    second_ran = true;
}

TEST(with_timeout, an_expiry_does_not_poison_the_coroutine) {
    asio::io_context io;
    int timeouts = 0;
    bool second_ran = false;
    run(io, timeout_twice(timeouts, second_ran));
    EXPECT_EQ(timeouts, 2);
    EXPECT_TRUE(second_ran);
}

awaitable<std::thread::id> offload_and_see(Workers& workers, std::thread::id& there) {
    co_await workers.offload([&] { there = std::this_thread::get_id(); });
    co_return std::this_thread::get_id();
}

TEST(workers, the_coroutine_comes_back_to_the_io_thread) {
    asio::io_context io;
    Workers workers(2);
    std::thread::id there;
    EXPECT_EQ(run(io, offload_and_see(workers, there)), std::this_thread::get_id());
    EXPECT_NE(there, std::this_thread::get_id());
}

awaitable<std::string> offload_a_move(Workers& workers) {
    auto text = std::make_unique<std::string>("moved there and back");
    auto work = [text = std::move(text)] { return std::move(*text); };
    co_return co_await workers.offload(std::move(work));
}

TEST(workers, carries_results_that_only_move) {
    asio::io_context io;
    Workers workers(1);
    EXPECT_EQ(run(io, offload_a_move(workers)), "moved there and back");
}

awaitable<void> offload_failure(Workers& workers) {
    co_await workers.offload([] { throw Failure(Outcome::rejected, "No."); });
}

TEST(workers, carries_exceptions_back) {
    asio::io_context io;
    Workers workers(1);
    try {
        run(io, offload_failure(workers));
        FAIL() << "it should have thrown";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.error().outcome, Outcome::rejected);
    }
}

awaitable<void> add_up(Workers& workers, int number, int& sum) {
    sum += co_await workers.offload([&number] { return number * 2; });
}

TEST(workers, many_at_once) {
    asio::io_context io;
    Workers workers(2);
    int sum = 0;
    std::vector<TaskHandle> tasks;
    for (int i = 0; i < 500; ++i)
        tasks.push_back(spawn(io.get_executor(), "adding", add_up(workers, i, sum)));
    io.run();
    EXPECT_EQ(sum, 499 * 500);
    for (const TaskHandle& task : tasks)
        EXPECT_FALSE(task.is_running());
}

awaitable<void> throw_a_sentence() {
    throw std::runtime_error("went wrong in the test");
    co_return;
}

TEST(spawn, what_escapes_is_logged_with_the_tasks_name) {
    asio::io_context io;
    testing::internal::CaptureStderr();
    TaskHandle task = spawn(io.get_executor(), "the.task", throw_a_sentence());
    run(io, task.join());
    log::flush();
    const std::string logged = testing::internal::GetCapturedStderr();
    EXPECT_NE(logged.find(R"(task.failed task="the.task" error="went wrong in the test")"),
              std::string::npos)
        << logged;
}

TEST(spawn, cancellation_is_silent_and_join_waits_for_the_end) {
    asio::io_context io;
    bool was_cancelled = false;
    testing::internal::CaptureStderr();
    TaskHandle task = spawn(io.get_executor(), "sleeper", wait_for_ever(was_cancelled));
    io.poll();
    EXPECT_TRUE(task.is_running());
    task.cancel();
    run(io, task.join());
    log::flush();
    EXPECT_TRUE(was_cancelled);
    EXPECT_FALSE(task.is_running());
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    task.cancel();                 // again: nothing to do
    run(io, task.join());          // and nothing to wait for
    run(io, TaskHandle().join());  // nor without a task
}

TEST(spawn, dropping_the_handle_does_not_stop_the_task) {
    asio::io_context io;
    bool was_cancelled = false;
    int sum = 0;
    Workers workers(1);
    spawn(io.get_executor(), "goes on", add_up(workers, 21, sum));
    io.run();
    EXPECT_EQ(sum, 42);
    EXPECT_FALSE(was_cancelled);
}

awaitable<void> wait_and_count(Notifier& notifier, int& woken) {
    co_await notifier.wait();
    ++woken;
}

TEST(notifier, wakes_all_who_wait_and_remembers_nothing) {
    asio::io_context io;
    Notifier notifier(io.get_executor());
    int woken = 0;
    notifier.notify_all();
    for (int i = 0; i < 3; ++i)
        spawn(io.get_executor(), "waiter", wait_and_count(notifier, woken));
    io.poll();
    EXPECT_EQ(woken, 0);
    notifier.notify_all();
    io.poll();
    EXPECT_EQ(woken, 3);
}

TEST(notifier, a_cancelled_wait_is_not_a_notification) {
    asio::io_context io;
    Notifier notifier(io.get_executor());
    int woken = 0;
    TaskHandle task = spawn(io.get_executor(), "waiter", wait_and_count(notifier, woken));
    io.poll();
    task.cancel();
    run(io, task.join());
    EXPECT_EQ(woken, 0);
}

awaitable<bool> wait_a_moment(Notifier& notifier) {
    co_return co_await notifier.wait_for(kShort);
}
awaitable<bool> wait_long(Notifier& notifier) {
    co_return co_await notifier.wait_for(kLong);
}

TEST(notifier, patience_runs_out) {
    asio::io_context io;
    Notifier notifier(io.get_executor());
    EXPECT_FALSE(run(io, wait_a_moment(notifier)));
    asio::post(io,
               [&] { asio::post(io, [&] { asio::post(io, [&] { notifier.notify_all(); }); }); });
    spawn(io.get_executor(), "notify", [](Notifier& n) -> awaitable<void> {
        co_await sleep_for(kShort);
        n.notify_all();
    }(notifier));
    EXPECT_TRUE(run(io, wait_long(notifier)));
}

TEST(backoff, doubles_within_its_bounds_up_to_the_cap) {
    Backoff backoff(100ms, 1500ms);
    for (const int cap : {100, 200, 400, 800, 1500, 1500, 1500}) {
        const auto delay = backoff.next();
        EXPECT_GE(delay.count(), cap / 2);
        EXPECT_LE(delay.count(), cap);
    }
    EXPECT_EQ(backoff.attempts(), 7);
    backoff.reset();
    EXPECT_LE(backoff.next(), 100ms);
}

TEST(backoff, the_jitter_fills_the_bounds) {
    Milliseconds low = 1h;
    Milliseconds high = 0ms;
    for (int i = 0; i < 2000; ++i) {
        const auto delay = backoff_delay(4, 100ms, 1h);
        low = std::min(low, delay);
        high = std::max(high, delay);
    }
    EXPECT_GE(low, 400ms);
    EXPECT_LT(low, 440ms);
    EXPECT_LE(high, 800ms);
    EXPECT_GT(high, 760ms);
}

TEST(backoff, no_attempt_is_too_many) {
    for (const int attempt : {-1, 0, 1, 30, 31, 40, 100, 2'000'000'000}) {
        const auto delay = backoff_delay(attempt, 1000ms, 1h);
        EXPECT_GE(delay, 500ms) << attempt;
        EXPECT_LE(delay, 1h) << attempt;
    }
    EXPECT_GE(backoff_delay(1, 0ms, 0ms), 0ms);
}

}  // namespace
}  // namespace tributary
