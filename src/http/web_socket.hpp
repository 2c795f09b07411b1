// A WebSocket (RFC 6455) as handlers see it. Text frames only; compression off; limits and pings
// are the server's business.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/task.hpp"

namespace tributary::http {

class WebSocket {
 public:
    virtual ~WebSocket() = default;

    // The next whole text message; nullopt once the peer or the server has closed. A message over
    // the limit, invalid UTF-8 or a binary frame closes with the proper code and gives nullopt.
    virtual awaitable<std::optional<std::string>> read() = 0;
    // Queues and sends in order. Several coroutines may call it. Returns at once while little is
    // waiting, else once the peer has read some: give each socket a coroutine of its own. Throws
    // Failure(unavailable) when the socket is closed or the peer reads too slowly (more than the
    // buffer cap is waiting): then the socket is gone.
    virtual awaitable<void> write(std::string text) = 0;
    // Starts the closing handshake (code 1000 unless said otherwise); read() then ends.
    virtual void close(int code = 1000, std::string_view reason = {}) = 0;
    virtual bool is_open() const = 0;
    virtual const std::string& peer() const = 0;
};

}  // namespace tributary::http
