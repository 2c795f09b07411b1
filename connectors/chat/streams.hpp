// The open streams of one connector, one a conversation. I/O thread only.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

#include "base/task.hpp"
#include "http/web_socket.hpp"

namespace tributary::chat {

// Close codes the widget knows (RFC 6455, section 7.4.2 leaves 4000–4999 to applications).
inline constexpr int close_replaced = 4000;
inline constexpr int close_policy = 1008;
inline constexpr int close_going_away = 1001;
inline constexpr int close_internal_error = 1011;

// One visitor's socket and what it waits for. Lives in the coroutine that serves the socket.
class Stream {
 public:
    Stream(http::WebSocket& socket, const asio::any_io_executor& executor, std::int64_t after)
        : socket_(socket), news_(executor), after_(after) {}

    http::WebSocket& socket() { return socket_; }

    // The log may hold more than was read.
    void wake();
    // Shown if somebody is there, else forgotten.
    void show(std::string transient);

    // The pusher's side: begin_read() before reading the log, then wait() if nothing was there.
    void begin_read() { is_stale_ = false; }
    awaitable<void> wait(std::chrono::steady_clock::duration at_most);
    bool has_transient() const { return !transients_.empty(); }
    std::string take_transient();
    std::int64_t after() const { return after_; }
    void advance(std::int64_t seq) { after_ = seq; }

 private:
    http::WebSocket& socket_;
    Notifier news_;
    std::int64_t after_;  // the last seq that was sent
    bool is_stale_ = true;
    std::deque<std::string> transients_;
};

class Streams {
 public:
    // The newest socket of a conversation wins; the one before is closed.
    void add(const std::string& conversation, Stream& stream);
    void remove(const std::string& conversation, const Stream& stream);
    Stream* find(const std::string& conversation);
    void wake(const std::string& conversation);
    void close_all();
    std::size_t size() const { return streams_.size(); }

 private:
    std::unordered_map<std::string, Stream*> streams_;
};

}  // namespace tributary::chat
