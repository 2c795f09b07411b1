#include "http/server.hpp"

#include <sys/resource.h>
#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <unordered_map>

#include "base/log.hpp"
#include "http/connection.hpp"
#include "http/stream.hpp"

namespace tributary::http {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

// Descriptors left to the store, outgoing connections and the like.
constexpr std::size_t kReservedDescriptors = 64;
constexpr std::size_t kLeaving = 16;  // on their way out, beyond the limit
constexpr std::string_view kFull =
    "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: "
    "close\r\n\r\n";

std::size_t connection_limit(std::size_t wanted) {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return wanted;
    const auto descriptors = static_cast<std::size_t>(limit.rlim_cur);
    const std::size_t reserved = std::min(kReservedDescriptors, descriptors / 2);
    return std::min(wanted, descriptors - reserved);
}

// IPv4 mapped into IPv6 is IPv4.
asio::ip::address plain_address(const asio::ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    return address;
}

// One subscriber holds a whole /64: its addresses count as one peer.
std::string peer_key(const asio::ip::address& address) {
    if (address.is_v4()) return address.to_string();
    auto bytes = address.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), static_cast<unsigned char>(0));
    return asio::ip::address_v6(bytes).to_string();
}

bool is_exhaustion(const error_code& error) {
    return error == asio::error::no_descriptors || error == asio::error::no_buffer_space ||
           error == asio::error::no_memory ||
           error == boost::system::errc::too_many_files_open_in_system;
}

awaitable<void> serve(std::unique_ptr<Connection> connection) {
    co_await connection->run();
}

}  // namespace

struct Server::Impl : Shared, std::enable_shared_from_this<Server::Impl> {
    Impl(asio::io_context& io, ServerOptions given, Router routes)
        : Shared(io.get_executor(), std::move(given), std::move(routes)),
          acceptor(io),
          max_connections(connection_limit(options.max_connections)) {}

    void listen();
    awaitable<void> accept_all();
    awaitable<void> keep_deadlines();
    void admit(tcp::socket socket);
    bool has_room(const asio::ip::address& peer);
    bool is_exempt(const asio::ip::address& peer) const;

    tcp::acceptor acceptor;
    std::size_t max_connections;
    std::optional<asio::ssl::context> tls;
    std::unordered_map<std::string, std::size_t> per_peer;
};

void Server::Impl::listen() {
    const std::string where = options.host + ":" + std::to_string(options.port);
    error_code error;
    const auto address =
        asio::ip::make_address(options.host == "localhost" ? "127.0.0.1" : options.host, error);
    if (error)
        throw Failure(Outcome::invalid, "Cannot listen on " + where + ": not an IP address.");
    const tcp::endpoint endpoint(address, options.port);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
    if (error)
        throw Failure(Outcome::invalid, "Cannot listen on " + where + ": " + error.message() + ".");
}

bool Server::Impl::is_exempt(const asio::ip::address& peer) const {
    // Behind a proxy all clients share one address.
    return peer.is_loopback() || std::ranges::find(options.trusted_proxies, peer.to_string()) !=
                                     options.trusted_proxies.end();
}

// A crowd that only sits there must not keep others out: the longest waiting one gives way. It goes
// a turn later, so for a moment there are more than the limit.
bool Server::Impl::has_room(const asio::ip::address& peer) {
    if (connections.size() >= max_connections + kLeaving) return false;
    if (connections.size() >= max_connections) {
        if (waiting.empty()) return false;
        ++stats.refused;
        waiting.front()->give_way();
    }
    if (is_exempt(peer)) return true;
    const auto count = per_peer.find(peer_key(peer));
    return count == per_peer.end() || count->second < options.max_connections_per_peer;
}

void Server::Impl::admit(tcp::socket socket) {
    error_code error;
    const auto endpoint = socket.remote_endpoint(error);
    if (error) return;  // gone already
    const auto peer = plain_address(endpoint.address());
    if (!has_room(peer)) {
        ++stats.refused;
        socket.non_blocking(true, error);
        if (!tls) socket.write_some(asio::buffer(kFull), error);
        return;
    }
    socket.set_option(tcp::no_delay(true), error);
    std::function<void()> on_gone = [] {};
    if (!is_exempt(peer)) {
        ++per_peer[peer_key(peer)];
        on_gone = [this, key = peer_key(peer)] {
            if (--per_peer[key] == 0) per_peer.erase(key);
        };
    }
    auto stream =
        tls ? make_tls_stream(std::move(socket), *tls) : make_plain_stream(std::move(socket));
    auto connection = std::make_unique<Connection>(shared_from_this(), std::move(stream),
                                                   peer.to_string(), std::move(on_gone));
    spawn(acceptor.get_executor(), "http.connection", serve(std::move(connection)));
}

awaitable<void> Server::Impl::accept_all() {
    const auto self = shared_from_this();
    Backoff pause(Milliseconds(50), Milliseconds(1000));
    while (acceptor.is_open()) {
        tcp::socket socket(acceptor.get_executor());
        error_code error;
        co_await acceptor.async_accept(socket, asio::redirect_error(use_awaitable, error));
        if (!error) {
            pause.reset();
            admit(std::move(socket));
        } else if (is_exhaustion(error)) {
            if (pause.attempts() == 0) log::warn("http.accept_paused", "error", error.message());
            co_await sleep_for(pause.next());
        }
    }
}

awaitable<void> Server::Impl::keep_deadlines() {
    const auto self = shared_from_this();
    co_await deadlines.run();
}

Server::Server(asio::io_context& io, ServerOptions options, Router router)
    : impl_(std::make_shared<Impl>(io, std::move(options), std::move(router))) {
    const ServerOptions& given = impl_->options;
    if (!given.tls_certificate.empty())
        impl_->tls.emplace(make_tls_context(given.tls_certificate, given.tls_key));
    impl_->listen();
}

Server::~Server() {
    error_code ignored;
    impl_->acceptor.close(ignored);
    impl_->deadlines.stop();
    for (Connection* connection : impl_->connections)
        connection->cut();
}

std::uint16_t Server::port() const {
    error_code ignored;
    return impl_->acceptor.local_endpoint(ignored).port();
}

void Server::start() {
    const auto executor = impl_->acceptor.get_executor();
    spawn(executor, "http.accept", impl_->accept_all());
    spawn(executor, "http.deadlines", impl_->keep_deadlines());
}

awaitable<void> Server::drain(std::chrono::steady_clock::duration patience) {
    const auto impl = impl_;
    const auto until = std::chrono::steady_clock::now() + patience;
    impl->is_draining = true;
    error_code ignored;
    impl->acceptor.close(ignored);
    for (Connection* connection : impl->connections)
        connection->drain();
    while (!impl->connections.empty()) {
        const auto left = until - std::chrono::steady_clock::now();
        if (left.count() <= 0 || !co_await impl->changed.wait_for(left)) break;
    }
    for (Connection* connection : impl->connections)
        connection->cut();
}

Server::Stats Server::stats() const {
    return impl_->stats;
}

const Router& Server::router() const {
    return impl_->router;
}

}  // namespace tributary::http
