// The one thread that writes: steps queue up and share commits.
//
// A step runs in a savepoint of its own unless it is alone in its batch. What a batch's steps were
// promised is told in one post to the I/O thread, after the commit is durable. When the disk fails
// the process ends here: what cannot be made durable is never acknowledged, nor tried again.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/task.hpp"
#include "store/sql.hpp"
#include "store/store.hpp"

namespace tributary {

using Step = std::function<void(Tx&)>;
using Done = std::function<void(std::exception_ptr)>;

// Where a step's end is told.
enum class Tell { on_io, on_this_thread };

struct Job {
    Step step;
    Done done;
    Tell tell = Tell::on_io;
    std::exception_ptr error;
    std::function<void(Connection&)> alone =
        nullptr;  // instead of `step`: no transaction, no batch
};

// Called on the I/O thread only, by posts that may outlive the store: hence shared.
struct ChangeListener {
    std::function<void(std::int64_t)> notify;
};

Failure refused_because_stopped();

class Writer {
 public:
    Writer(std::unique_ptr<Connection> connection, asio::any_io_executor io,
           std::shared_ptr<ChangeListener> listener, std::size_t max_queued);
    ~Writer() { stop(); }

    // Any thread. Beyond its bounds, and after stop(), the job is refused through its `done`.
    void submit(Job job);
    StoreStats stats() const;
    void stop();

 private:
    class Batch;

    void run();
    bool wait_for_work();
    std::optional<Job> next_job(const Batch& batch);
    bool is_next_alone();
    void run_alone();
    void commit_batch();
    void run_steps(Batch& batch);
    void run_step(Batch& batch, Job& job);
    void finish(Batch& batch);
    void checkpoint();
    void count(const Batch& batch);

    std::unique_ptr<Connection> connection_;
    asio::any_io_executor io_;
    std::shared_ptr<ChangeListener> listener_;
    std::size_t max_queued_;

    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> queue_;
    bool is_stopping_ = false;
    StoreStats stats_;
    std::thread thread_;
};

// Tells `jobs` how they ended; those on the I/O thread in one post, then `newest_change` if any.
void tell_ends(const asio::any_io_executor& io, std::vector<Job> jobs,
               const std::shared_ptr<ChangeListener>& listener, std::int64_t newest_change);

}  // namespace tributary
