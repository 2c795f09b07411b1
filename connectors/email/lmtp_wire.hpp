// One connection of a mail server that hands mail in: a socket's bytes, then those within TLS. And
// those bytes as lines.
#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/task.hpp"
#include "http/stream.hpp"

namespace tributary::email {

// On the I/O thread; throws boost::system::system_error when the client goes.
class LmtpWire {
 public:
    using Socket = asio::generic::stream_protocol::socket;

    explicit LmtpWire(Socket socket);

    awaitable<std::size_t> read_some(asio::mutable_buffer space);
    awaitable<void> write(std::string bytes);
    // The handshake as server; from here on everything is within TLS. `context` outlives the wire.
    awaitable<void> encrypt(asio::ssl::context& context);
    // Tells the client within TLS that this was all.
    awaitable<void> close();

 private:
    Socket socket_;
    std::unique_ptr<http::Stream> tls_;  // has the socket from encrypt() on
};

// The lines of what was received; CR LF, and nothing else, ends one. Pure.
class LmtpLines {
 public:
    explicit LmtpLines(std::size_t max_line) : max_line_(max_line) {}

    // Where `size` bytes may be received; then says how many came.
    asio::mutable_buffer space(std::size_t size);
    void received(std::size_t count, std::size_t size);
    void forget();  // all that was received

    struct Line {
        explicit Line(std::string_view t) : text(t) {}
        std::string_view text;     // without its CR LF; good until the next call
        bool is_too_long = false;  // and thrown away; told once, before its end is known
    };
    std::optional<Line> next();

 private:
    std::size_t max_line_;
    std::string received_;
    std::size_t consumed_ = 0;
    bool is_skipping_ = false;  // the rest of a line that is too long
};

}  // namespace tributary::email
