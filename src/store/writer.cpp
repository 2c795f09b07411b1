#include "store/writer.hpp"

#include <algorithm>

#include <chrono>
#include <cstdlib>
#include <utility>

#include "base/log.hpp"
#include "base/thread_name.hpp"

namespace tributary {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::size_t most_steps = 256;
constexpr auto longest_batch = std::chrono::milliseconds(25);

[[noreturn]] void die_of(const DiskFault& fault) {
    log::error("store.disk_failed", "detail", fault.error().detail, "do",
               "check the disk and the file system; the daemon stops rather than acknowledge what "
               "may not be stored");
    log::flush();
    std::abort();
}

}  // namespace

Failure refused_because_stopped() {
    return Failure(Outcome::unavailable, "The store is closing.");
}

void tell_ends(const asio::any_io_executor& io, std::vector<Job> jobs,
               const std::shared_ptr<ChangeListener>& listener, std::int64_t newest_change) {
    std::vector<Job> on_io;
    for (Job& job : jobs) {
        if (job.tell == Tell::on_io) {
            on_io.push_back(std::move(job));
        } else {
            job.done(std::move(job.error));
        }
    }
    if (on_io.empty() && newest_change == 0) return;
    asio::post(io, [ended = std::move(on_io), listener, newest_change] {
        for (const Job& job : ended)
            job.done(job.error);
        if (newest_change > 0 && listener->notify) listener->notify(newest_change);
    });
}

class Writer::Batch {
 public:
    std::vector<Job> jobs;
    std::int64_t newest_change = 0;
    // What waited when the batch began, and no more: who comes while it runs forms the next one, so
    // that those just answered and those being committed keep both threads busy. On a slow disk the
    // queue grows during the flush, and the batches with it.
    std::size_t planned = 1;
    bool is_alone() const { return planned == 1; }  // needs no savepoint
    const SteadyClock::time_point began = SteadyClock::now();

    bool is_full() const {
        return jobs.size() >= planned || SteadyClock::now() - began >= longest_batch;
    }
    // Those whose own step failed keep their own reason.
    void fail(const std::string& detail) {
        newest_change = 0;
        const Failure failure(Outcome::unavailable, "The store could not commit; try again.",
                              detail);
        for (Job& job : jobs) {
            if (!job.error) job.error = std::make_exception_ptr(failure);
        }
    }
    double seconds() const {
        return std::chrono::duration<double>(SteadyClock::now() - began).count();
    }
};

Writer::Writer(std::unique_ptr<Connection> connection, asio::any_io_executor io,
               std::shared_ptr<ChangeListener> listener, std::size_t max_queued)
    : connection_(std::move(connection)),
      io_(std::move(io)),
      listener_(std::move(listener)),
      max_queued_(max_queued),
      thread_([this] { run(); }) {}

void Writer::submit(Job job) {
    {
        const std::lock_guard lock(mutex_);
        if (is_stopping_) {
            job.error = std::make_exception_ptr(refused_because_stopped());
        } else if (queue_.size() >= max_queued_) {
            job.error = std::make_exception_ptr(
                Failure(Outcome::unavailable, "The store has too much to do; try again."));
        } else {
            queue_.push_back(std::move(job));
            wake_.notify_one();
            return;
        }
    }
    std::vector<Job> refused;
    refused.push_back(std::move(job));
    tell_ends(io_, std::move(refused), listener_, 0);
}

StoreStats Writer::stats() const {
    const std::lock_guard lock(mutex_);
    StoreStats stats = stats_;
    stats.queued = queue_.size();
    return stats;
}

void Writer::stop() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void Writer::run() {
    name_this_thread("store-writer");
    try {
        while (wait_for_work()) {
            if (is_next_alone()) {
                run_alone();
            } else {
                commit_batch();
            }
        }
    } catch (const DiskFault& fault) {
        die_of(fault);
    }
}

bool Writer::wait_for_work() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return is_stopping_ || !queue_.empty(); });
    return !queue_.empty();
}

std::optional<Job> Writer::next_job(const Batch& batch) {
    if (batch.is_full()) return std::nullopt;
    const std::lock_guard lock(mutex_);
    if (queue_.empty() || queue_.front().alone) return std::nullopt;
    Job job = std::move(queue_.front());
    queue_.pop_front();
    return job;
}

bool Writer::is_next_alone() {
    const std::lock_guard lock(mutex_);
    return queue_.front().alone != nullptr;
}

void Writer::run_alone() {
    std::vector<Job> jobs;
    {
        const std::lock_guard lock(mutex_);
        jobs.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    try {
        jobs.front().alone(*connection_);
    } catch (const DiskFault&) {
        throw;
    } catch (...) {
        jobs.front().error = std::current_exception();
    }
    tell_ends(io_, std::move(jobs), listener_, 0);
}

void Writer::commit_batch() {
    Batch batch;
    {
        const std::lock_guard lock(mutex_);
        batch.planned = std::min(queue_.size(), most_steps);
        batch.jobs.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    try {
        connection_->begin_write();
        run_steps(batch);
        if (connection_->is_in_transaction()) connection_->commit();
    } catch (const DiskFault&) {
        throw;
    } catch (const std::exception& thrown) {
        connection_->rollback();
        batch.fail(thrown.what());
        log::warn("store.commit_failed", "steps", batch.jobs.size(), "reason", thrown.what());
    }
    finish(batch);
    checkpoint();
}

void Writer::run_steps(Batch& batch) {
    run_step(batch, batch.jobs.back());
    while (auto job = next_job(batch)) {
        batch.jobs.push_back(std::move(*job));
        run_step(batch, batch.jobs.back());
    }
}

void Writer::run_step(Batch& batch, Job& job) {
    if (!batch.is_alone()) connection_->begin_step();
    Tx tx(*connection_);
    try {
        job.step(tx);
    } catch (const DiskFault&) {
        throw;
    } catch (...) {
        job.error = std::current_exception();
    }
    // A full disk can make SQLite roll back everything, the steps before this one, too.
    if (!connection_->is_in_transaction()) {
        throw Failure(Outcome::unavailable, "The store gave up the transaction.");
    }
    if (batch.is_alone()) {
        if (job.error) connection_->rollback();
    } else if (job.error) {
        connection_->undo_step();
    } else {
        connection_->end_step();
    }
    if (!job.error && tx.newest_change() > 0) batch.newest_change = tx.newest_change();
}

void Writer::finish(Batch& batch) {
    count(batch);
    tell_ends(io_, std::move(batch.jobs), listener_, batch.newest_change);
}

// After the acknowledgements: nobody waits for it but the next batch.
void Writer::checkpoint() {
    try {
        connection_->checkpoint_if_due();
    } catch (const DiskFault&) {
        throw;
    } catch (const Failure& failure) {
        log::warn("store.checkpoint_failed", "reason", failure.what());
    }
}

void Writer::count(const Batch& batch) {
    const std::lock_guard lock(mutex_);
    ++stats_.commits;
    stats_.steps += batch.jobs.size();
    for (const Job& job : batch.jobs)
        stats_.failed_steps += job.error ? 1 : 0;
    const double seconds = batch.seconds();
    stats_.worst_commit_ms = std::max(stats_.worst_commit_ms, seconds * 1000);
    stats_.commit_seconds.observe(seconds);
    stats_.batch_steps.observe(static_cast<double>(batch.jobs.size()));
}

}  // namespace tributary
