// A child process whose standard input and output are one socket to us. I/O thread.
#pragma once

#include <sys/types.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <string>
#include <vector>

#include "base/task.hpp"

namespace tributary {

// How a process ended: by a signal, or by itself with an exit code.
struct ChildEnd {
    ChildEnd() = default;
    int signal = 0;  // 0: it exited
    int exit_code = 0;
};

class Child {
 public:
    // `executable` is a path; the child's environment is empty, its error stream goes nowhere, and
    // it has no other descriptor of ours. Throws Failure(unavailable) when there can be no process.
    Child(const asio::any_io_executor& executor, const std::string& executable,
          const std::vector<std::string>& arguments);
    // Kills it.
    ~Child();
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    asio::local::stream_protocol::socket& socket() { return socket_; }
    // Kills it unless it is dead already, and tells how it died. Later calls tell the same.
    ChildEnd end();

 private:
    asio::local::stream_protocol::socket socket_;
    pid_t pid_ = 0;
    ChildEnd end_;
};

}  // namespace tributary
