// A server that follows a script: what it says, and what it expects to hear.
//
//   S: * OK ready           sends the line with CRLF
//   C: A001 CAPABILITY      the client must send exactly this line
//   C: *                    any one line
//   C: ...                  any lines up to and including a single dot
//   X:                      closes the connection
//
// Each connection starts the next script; after its end the server waits for the client to leave.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "tests/support/coroutines.hpp"

namespace tributary::test {

class ScriptedServer {
 public:
    ScriptedServer(asio::io_context& io, std::vector<std::string> scripts)
        : scripts_(std::move(scripts)),
          server_(io, [this](LoopbackServer::Socket& socket) { return follow(socket); }) {}

    std::string port() const { return server_.port(); }
    int connections() const { return server_.connections(); }
    // Everything heard in reply to "C: ...", line ends as they came.
    const std::string& heard() const { return heard_; }

 private:
    using Socket = LoopbackServer::Socket;

    awaitable<void> follow(Socket& socket) {
        const auto number = static_cast<std::size_t>(server_.connections() - 1);
        if (number >= scripts_.size()) {
            ADD_FAILURE() << "one connection too many";
            co_return;
        }
        std::string buffer;
        for (std::string_view step : split(scripts_[number], '\n')) {
            step = trim(step);
            if (step.empty()) continue;
            const std::string_view rest = step.substr(std::min<std::size_t>(3, step.size()));
            if (step.starts_with("X:")) co_return;
            if (step.starts_with("S:")) {
                const std::string line = std::string(rest) + "\r\n";
                co_await asio::async_write(socket, asio::buffer(line), use_awaitable);
            } else if (rest == "...") {
                co_await hear_all(socket, buffer);
            } else {
                const std::string line = co_await hear(socket, buffer);
                const bool is_expected = rest == "*" || line == std::string(rest) + "\r\n";
                EXPECT_TRUE(is_expected) << "expected " << rest << ", heard " << line;
                if (!is_expected) co_return;
            }
        }
        co_await hear(socket, buffer);
    }

    awaitable<std::string> hear(Socket& socket, std::string& buffer) {
        const std::size_t end = co_await asio::async_read_until(
            socket, asio::dynamic_buffer(buffer), '\n', use_awaitable);
        std::string line = buffer.substr(0, end);
        buffer.erase(0, end);
        co_return line;
    }

    awaitable<void> hear_all(Socket& socket, std::string& buffer) {
        std::string line;
        while (line != ".\r\n") {
            line = co_await hear(socket, buffer);
            heard_ += line;
        }
    }

    std::vector<std::string> scripts_;
    std::string heard_;
    LoopbackServer server_;
};

}  // namespace tributary::test
