// The server's end of one WebSocket.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include "http/deadlines.hpp"
#include "http/message.hpp"
#include "http/server.hpp"
#include "http/stream.hpp"
#include "http/web_socket.hpp"

namespace tributary::http {

class WebSocketSession : public WebSocket {
 public:
    // Answers the handshake; false when the connection broke.
    virtual awaitable<bool> accept(const Request& request) = 0;
    // Closes if that has not happened and waits until nothing of it is pending any more; the
    // session may be destroyed only after that.
    virtual awaitable<void> finish(int code) = 0;
    // Without a handshake.
    virtual void cut() = 0;
};

// Everything referred to outlives the session. `early` is what the client sent behind its
// handshake.
std::unique_ptr<WebSocketSession> make_web_socket_session(Stream& stream, Deadlines& deadlines,
                                                          const ServerOptions& options,
                                                          std::string peer, std::string early);

}  // namespace tributary::http
