// Running coroutines in a test, and TCP servers on loopback for them to talk to.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

#include "base/task.hpp"

namespace tributary::test {

// Runs `task` to its end on `io` and gives its result; a test that hangs fails after `patience`.
template <class T>
T run(asio::io_context& io, awaitable<T> task,
      std::chrono::steady_clock::duration patience = std::chrono::seconds(20)) {
    std::optional<std::conditional_t<std::is_void_v<T>, std::monostate, T>> result;
    std::exception_ptr thrown;
    bool is_over = false;
    auto on_end = [&](std::exception_ptr error, auto... value) {
        is_over = true;
        thrown = error;
        if (!error) result.emplace(std::move(value)...);
    };
    asio::co_spawn(io, std::move(task), on_end);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    io.restart();
    while (!is_over) {
        if (io.run_one_until(deadline) == 0) throw std::runtime_error("the test's coroutine hangs");
    }
    if (thrown) std::rethrow_exception(thrown);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

// Listens on a free loopback port; `serve` runs once a connection, each in a task of its own.
class LoopbackServer {
 public:
    using Socket = asio::ip::tcp::socket;
    using Serve = std::function<awaitable<void>(Socket&)>;

    LoopbackServer(asio::io_context& io, Serve serve)
        : acceptor_(io, {asio::ip::address_v4::loopback(), 0}), serve_(std::move(serve)) {
        accepting_ = spawn(io.get_executor(), "test.accept", accept());
    }
    ~LoopbackServer() { accepting_.cancel(); }

    std::string port() const { return std::to_string(acceptor_.local_endpoint().port()); }
    int connections() const { return connections_; }

 private:
    awaitable<void> accept() {
        while (true) {
            Socket socket = co_await acceptor_.async_accept(use_awaitable);
            socket.set_option(asio::ip::tcp::no_delay(true));
            ++connections_;
            spawn(acceptor_.get_executor(), "test.serve", serve_one(std::move(socket)));
        }
    }
    awaitable<void> serve_one(Socket socket) {
        try {
            co_await serve_(socket);
        } catch (const boost::system::system_error&) {
            // The client went away: what the test wanted, or what it will notice.
        }
    }

    asio::ip::tcp::acceptor acceptor_;
    Serve serve_;
    TaskHandle accepting_;
    int connections_ = 0;
};

}  // namespace tributary::test
