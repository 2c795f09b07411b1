// The HTTP/1.1 and WebSocket server over one type-erased stream, plain or TLS.
//
// Framing is judged by our own rule between header and body (promises M4, M5): exactly one Host, no
// Transfer-Encoding in requests (411), one well-formed Content-Length, no obs-fold; any breach is
// answered and the connection closed. Deadlines: header 10 s, body at least 1 KiB/s, idle 60 s, write 30 s.
#pragma once

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
    std::uint16_t port = 8080;           // 0: any free one
    std::string tls_certificate;         // PEM file; empty: no TLS
    std::string tls_key;
    std::size_t max_connections = 10'000;
    std::size_t max_connections_per_peer = 1'000;  // loopback exempt
    std::size_t max_header_bytes = 16 * 1024;
    std::vector<std::string> trusted_proxies;      // addresses whose X-Forwarded-For is believed
    // Fields every reply carries unless its handler set them (security headers).
    std::vector<std::pair<std::string, std::string>> default_headers;
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
        std::uint64_t connections = 0;       // open now
        std::uint64_t web_sockets = 0;       // open now
        std::uint64_t refused = 0;           // by limit or framing
    };
    Stats stats() const;
    const Router& router() const;

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tributary::http
