// The HTTP/1.1 and WebSocket server over one type-erased stream, plain or TLS.
//
// Framing is judged by our own rule between header and body (promises M4, M5): exactly one Host, no
// Transfer-Encoding in requests (411), one well-formed Content-Length, no obs-fold; any breach is
// answered and the connection closed. A handler has no deadline of its own and runs to its end even
// when its client has gone.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/task.hpp"
#include "http/router.hpp"

namespace tributary::http {

struct ServerOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 8080;    // 0: any free one
    std::string tls_certificate;  // PEM file; empty: no TLS
    std::string tls_key;
    // Beyond it the one that has waited longest without a request is closed for the new one; 503
    // where all are at work.
    std::size_t max_connections = 10'000;
    std::size_t max_connections_per_peer = 1'000;  // loopback exempt
    std::size_t max_header_bytes = 16 * 1024;
    std::vector<std::string> trusted_proxies;  // addresses whose X-Forwarded-For is believed
    // Fields every reply carries unless its handler set them (security headers).
    std::vector<std::pair<std::string, std::string>> default_headers;

    // How long a client may keep us waiting.
    std::chrono::milliseconds idle_timeout{60'000};  // between requests; silent WebSockets
    std::chrono::milliseconds header_timeout{
        10'000};                                      // first to last byte of a head; TLS handshake
    std::chrono::milliseconds body_timeout{10'000};   // between its bytes; and 1 KiB/s in all
    std::chrono::milliseconds write_timeout{30'000};  // until the peer reads some of a reply
    std::chrono::milliseconds linger_timeout{2'000};  // for the peer to read our last words

    std::size_t max_web_socket_message = 64 * 1024;   // 1009
    std::size_t max_web_socket_backlog = 256 * 1024;  // waiting to be read by the peer; then cut
    // Messages and control frames a peer may send in the long run, and at once; beyond: 1008.
    std::uint32_t web_socket_frames_per_second = 50;
    std::uint32_t web_socket_burst = 200;
};

class Server {
 public:
    // Binds at once; throws Failure(invalid) naming the address when it cannot.
    Server(asio::io_context& io, ServerOptions options, Router router);
    ~Server();

    std::uint16_t port() const;
    // Accepts until stopped.
    void start();
    // Stops accepting, lets running requests end, closes idle connections and WebSockets (1001);
    // resolves when all are gone or `patience` is over, then cuts the rest.
    awaitable<void> drain(std::chrono::steady_clock::duration patience);

    struct Stats {
        std::uint64_t requests = 0;
        std::uint64_t connections = 0;  // open now
        std::uint64_t web_sockets = 0;  // open now
        std::uint64_t refused = 0;      // by limit or framing
    };
    Stats stats() const;
    const Router& router() const;

 private:
    struct Impl;
    // Shared with its connections, which end a turn later than the server when it goes.
    std::shared_ptr<Impl> impl_;
};

}  // namespace tributary::http
