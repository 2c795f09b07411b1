// What write(), read() and stop() promise, whatever the engine.
#include <semaphore>
#include <thread>

#include "store_fixture.hpp"

namespace tributary::test {
namespace {

class Engine : public StoreTest {
 protected:
    // Starts a write; its end is counted, its failure kept.
    void start_write(std::function<void(Tx&)> step) {
        asio::co_spawn(house_.io(), write(&house_.store(), std::move(step)),
                       [this](std::exception_ptr error) {
                           ++ended_;
                           if (error) failures_.push_back(error);
                       });
    }
    // Keeps the writer busy, so that what is started next queues up behind it, until opened.
    void start_gate() {
        start_write([this](Tx&) { gate_.acquire(); });
        house_.io().poll();
    }
    void open_gate() {
        house_.io().poll();
        gate_.release();
    }
    void finish() {
        house_.io().restart();
        house_.io().run();
    }
    void note(Tx& tx, const std::string& what) { note_event(tx, what, "", at(0)); }
    std::int64_t count(const std::string& what) {
        return house_.read([&](const Tx& tx) { return count_events(tx, what, "", at(0)); });
    }

    int ended_ = 0;
    std::vector<std::exception_ptr> failures_;
    std::binary_semaphore gate_{0};

 private:
    static awaitable<void> write(Store* store, std::function<void(Tx&)> step) {
        co_await store->write(std::move(step));
    }
};
INSTANTIATE_STORE_TESTS(Engine);

TEST_P(Engine, StepsThatWaitTogetherShareACommit) {
    start_gate();
    for (int number = 0; number < 100; ++number) {
        start_write([this](Tx& tx) { note(tx, "shared"); });
    }
    open_gate();
    finish();
    EXPECT_EQ(ended_, 101);
    EXPECT_EQ(count("shared"), 100);
    const StoreStats stats = house_.store().stats();
    EXPECT_EQ(stats.steps, 101u);
    EXPECT_LE(stats.commits, 15u);
    EXPECT_EQ(stats.queued, 0u);
    EXPECT_GT(stats.worst_commit_ms, 0);
    EXPECT_EQ(stats.batch_steps.sum(), 101);
    std::uint64_t observed = 0;
    for (const std::uint64_t count : stats.commit_seconds.counts())
        observed += count;
    EXPECT_EQ(observed, stats.commits);
}

TEST_P(Engine, AThrowingStepIsUndoneAloneWhileItsBatchCommits) {
    struct Odd {};
    start_gate();
    start_write([this](Tx& tx) { note(tx, "before"); });
    start_write([this](Tx& tx) {
        note(tx, "lost");
        throw Odd();
    });
    start_write([this](Tx& tx) {
        note(tx, "lost");
        throw Failure(Outcome::conflict, "stale");
    });
    start_write([this](Tx& tx) { note(tx, "after"); });
    open_gate();
    finish();
    EXPECT_EQ(count("before"), 1);
    EXPECT_EQ(count("after"), 1);
    EXPECT_EQ(count("lost"), 0);
    ASSERT_EQ(failures_.size(), 2u);
    EXPECT_THROW(std::rethrow_exception(failures_[0]), Odd);
    EXPECT_THROW(std::rethrow_exception(failures_[1]), Failure);
    EXPECT_EQ(house_.store().stats().failed_steps, 2u);
}

TEST_P(Engine, AStepThatIsAloneIsUndoneToo) {
    EXPECT_EQ(failure_of([&] {
                  house_.write([&](Tx& tx) {
                      note(tx, "lost");
                      throw Failure(Outcome::denied, "no");
                  });
              }),
              Outcome::denied);
    house_.write([&](Tx& tx) { note(tx, "next"); });
    EXPECT_EQ(count("lost"), 0);
    EXPECT_EQ(count("next"), 1);
}

awaitable<void> read_own_write(Store& store) {
    auto insert = [](Tx& tx) { return append_change(tx, "x", {}, at(0)); };
    const std::int64_t seq = co_await store.write(insert);
    const std::int64_t newest = co_await store.read(newest_change);
    EXPECT_EQ(newest, seq);
    auto fail = [](const Tx&) -> int { throw Failure(Outcome::not_found, "nothing"); };
    bool has_thrown = false;
    try {
        co_await store.read(fail);
    } catch (const Failure& failure) {
        has_thrown = failure.error().outcome == Outcome::not_found;
    }
    EXPECT_TRUE(has_thrown);
}

TEST_P(Engine, ACoroutineReadsWhatItWroteAndSeesFailures) {
    house_.run(read_own_write(house_.store()));
}

TEST_P(Engine, AReadSeesOneSnapshot) {
    std::binary_semaphore has_looked(0);
    std::binary_semaphore has_written(0);
    std::thread writer([&] {
        has_looked.acquire();
        house_.write([&](Tx& tx) { note(tx, "late"); });
        has_written.release();
    });
    house_.read([&](const Tx& tx) {
        EXPECT_EQ(count_events(tx, "late", "", at(0)), 0);
        has_looked.release();
        has_written.acquire();
        EXPECT_EQ(count_events(tx, "late", "", at(0)), 0);
    });
    writer.join();
    EXPECT_EQ(count("late"), 1);
}

TEST_P(Engine, AReadCannotWrite) {
    EXPECT_EQ(failure_of([&] {
                  house_.store().read_now([&](const Tx& tx) { note(const_cast<Tx&>(tx), "x"); });
              }),
              Outcome::unavailable);
    EXPECT_EQ(count("x"), 0);
}

TEST_P(Engine, ListenersHearTheNewestChangeOfACommit) {
    std::vector<std::int64_t> heard;
    const auto io_thread = std::this_thread::get_id();
    house_.store().on_change([&](std::int64_t seq) {
        EXPECT_EQ(std::this_thread::get_id(), io_thread);
        heard.push_back(seq);
    });
    start_gate();
    for (const bool fails : {false, false, true}) {
        start_write([fails](Tx& tx) {
            append_change(tx, "x", {}, at(0));
            if (fails) throw Failure(Outcome::invalid, "no");
        });
    }
    start_write([this](Tx& tx) { note(tx, "not a change"); });
    open_gate();
    finish();
    EXPECT_EQ(heard, std::vector<std::int64_t>{2});
}

TEST_P(Engine, StopRunsWhatIsQueuedAndThenRefuses) {
    start_gate();
    for (int number = 0; number < 20; ++number) {
        start_write([this](Tx& tx) { note(tx, "queued"); });
    }
    open_gate();
    house_.store().stop();
    start_write([this](Tx& tx) { note(tx, "late"); });
    finish();
    EXPECT_EQ(ended_, 22);
    ASSERT_EQ(failures_.size(), 1u);
    EXPECT_EQ(failure_of([&] { std::rethrow_exception(failures_[0]); }), Outcome::unavailable);
    EXPECT_EQ(failure_of([&] { count("queued"); }), Outcome::unavailable);
    house_.close();
    house_.open();
    EXPECT_EQ(count("queued"), 20);
    EXPECT_EQ(count("late"), 0);
}

TEST_P(Engine, MayGoBeforeItsEndsAreTold) {
    start_gate();
    start_write([this](Tx& tx) { note(tx, "done"); });
    open_gate();
    house_.close();
    finish();
    EXPECT_EQ(ended_, 2);
    EXPECT_TRUE(failures_.empty());
}

TEST_P(Engine, ATooLongQueueIsRefusedAndNothingHappened) {
    house_.close();
    StoreOptions options = house_.options();
    options.max_queued_writes = 2;
    house_.open(options);
    start_gate();
    while (house_.store().stats().queued > 0)
        std::this_thread::yield();
    for (int number = 0; number < 5; ++number) {
        start_write([this](Tx& tx) { note(tx, "queued"); });
    }
    open_gate();
    finish();
    EXPECT_EQ(failures_.size(), 3u);
    EXPECT_EQ(count("queued"), 2);
}

TEST_P(Engine, ManyThreadsWriteAndReadAtOnce) {
    std::vector<std::thread> threads;
    for (int number = 0; number < 4; ++number) {
        threads.emplace_back([this] {
            for (int turn = 0; turn < 25; ++turn) {
                house_.store().write_now([&](Tx& tx) { note(tx, "many"); });
                house_.store().read_now([](const Tx& tx) { newest_change(tx); });
            }
        });
    }
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(count("many"), 100);
}

}  // namespace
}  // namespace tributary::test
