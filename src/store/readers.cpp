#include "store/readers.hpp"

#include <utility>

#include "base/thread_name.hpp"

namespace tributary {

Readers::Readers(std::vector<std::unique_ptr<Connection>> connections, asio::any_io_executor io)
    : connections_(std::move(connections)), io_(std::move(io)) {
    for (const auto& connection : connections_) {
        threads_.emplace_back([this, &connection = *connection] { run(connection); });
    }
}

void Readers::submit(Job job) {
    {
        const std::lock_guard lock(mutex_);
        if (!is_stopping_) {
            queue_.push_back(std::move(job));
            wake_.notify_one();
            return;
        }
    }
    job.error = std::make_exception_ptr(refused_because_stopped());
    tell(std::move(job));
}

void Readers::stop() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) {
        if (thread.joinable()) thread.join();
    }
}

void Readers::run(Connection& connection) {
    name_this_thread("store-reader");
    while (true) {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return is_stopping_ || !queue_.empty(); });
        if (queue_.empty()) return;
        Job job = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        run_step(connection, job);
        tell(std::move(job));
    }
}

void Readers::run_step(Connection& connection, Job& job) {
    try {
        connection.begin_read();
        Tx tx(connection);
        job.step(tx);
    } catch (...) {
        job.error = std::current_exception();
    }
    connection.rollback();
}

void Readers::tell(Job job) {
    std::vector<Job> ended;
    ended.push_back(std::move(job));
    tell_ends(io_, std::move(ended), nullptr, 0);
}

}  // namespace tributary
