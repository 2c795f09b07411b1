// Reading threads, each with a connection of its own; a step sees one snapshot.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "store/sql.hpp"
#include "store/writer.hpp"

namespace tributary {

class Readers {
 public:
    Readers(std::vector<std::unique_ptr<Connection>> connections, asio::any_io_executor io);
    ~Readers() { stop(); }

    void submit(Job job);  // any thread; after stop() refused through its `done`
    void stop();           // runs what is queued

 private:
    void run(Connection& connection);
    static void run_step(Connection& connection, Job& job);
    void tell(Job job);

    std::vector<std::unique_ptr<Connection>> connections_;
    asio::any_io_executor io_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job> queue_;
    bool is_stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace tributary
