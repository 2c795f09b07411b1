// A server on loopback with its own I/O thread, and a blocking client that can send anything.
#pragma once

#include <sys/socket.h>
#include <sys/time.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include "base/task.hpp"
#include "http/server.hpp"

namespace tributary::http {

class LiveServer {
 public:
    LiveServer(ServerOptions options, Router router) {
        options.port = 0;
        server_ = std::make_unique<Server>(io_, std::move(options), std::move(router));
        server_->start();
        thread_ = std::thread([this] { io_.run(); });
    }
    ~LiveServer() {
        // Handlers of the tests may be waiting for ever; everything else ends by itself.
        asio::post(io_, [this] {
            server_.reset();
            asio::post(io_, [this] { io_.stop(); });
        });
        thread_.join();
    }

    std::uint16_t port() const { return server_->port(); }
    asio::io_context& io() { return io_; }

    Server::Stats stats() {
        std::promise<Server::Stats> stats;
        asio::post(io_, [&] { stats.set_value(server_->stats()); });
        return stats.get_future().get();
    }
    // Starts draining; the future is ready when it is over.
    std::future<void> drain(Milliseconds patience) {
        auto done = std::make_shared<std::promise<void>>();
        asio::post(io_, [this, done, patience] {
            spawn(io_.get_executor(), "drain", drain_all(done, patience));
        });
        return done->get_future();
    }

 private:
    awaitable<void> drain_all(std::shared_ptr<std::promise<void>> done, Milliseconds patience) {
        co_await server_->drain(patience);
        done->set_value();
    }

    asio::io_context io_;
    asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io_);
    std::unique_ptr<Server> server_;
    std::thread thread_;
};

struct Answer {
    int status = 0;    // 0: none, the connection ended
    std::string head;  // status line and fields, lower case names not guaranteed
    std::string body;
    bool has(std::string_view field) const { return head.find(field) != std::string::npos; }
};

class Client {
 public:
    explicit Client(std::uint16_t port, int receive_buffer = 0) : socket_(io_) {
        socket_.open(asio::ip::tcp::v4());
        if (receive_buffer > 0)
            socket_.set_option(asio::socket_base::receive_buffer_size(receive_buffer));
        socket_.set_option(asio::ip::tcp::no_delay(true));
        socket_.connect(asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), port));
        // A test that waits for ever says less than one that fails.
        const timeval patience{20, 0};
        setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(socket_.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    }

    // False once the other side has closed.
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t count =
                ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }
    // Makes exactly `count` bytes available in inbox(); false when the connection ended first.
    bool receive(std::size_t count) {
        while (inbox_.size() < count) {
            char bytes[16 * 1024];
            const ssize_t got = ::recv(socket_.native_handle(), bytes, sizeof bytes, 0);
            if (got <= 0) return false;
            inbox_.append(bytes, static_cast<std::size_t>(got));
        }
        return true;
    }
    std::string take(std::size_t count) {
        if (!receive(count)) return {};
        std::string bytes = inbox_.substr(0, count);
        inbox_.erase(0, count);
        return bytes;
    }
    // The next reply; `has_body` is false for one to HEAD.
    Answer receive_answer(bool has_body = true) {
        Answer answer;
        std::size_t end = 0;
        while ((end = inbox_.find("\r\n\r\n")) == std::string::npos) {
            if (!receive(inbox_.size() + 1)) return answer;
        }
        answer.head = take(end + 4);
        answer.status = std::stoi(answer.head.substr(9, 3));
        const auto length = answer.head.find("Content-Length: ");
        if (has_body && length != std::string::npos)
            answer.body = take(std::stoul(answer.head.substr(length + 16)));
        return answer;
    }
    Answer ask(std::string_view request) {
        send(request);
        return receive_answer();
    }
    // True when the other side ends the connection in order, with nothing more to read.
    bool is_closed() {
        char byte = 0;
        return inbox_.empty() && ::recv(socket_.native_handle(), &byte, 1, 0) == 0;
    }
    // True when it ends, in order or not, whatever is still to be read.
    bool ends() {
        while (receive(inbox_.size() + 1))
            inbox_.clear();
        return errno != EAGAIN && errno != EWOULDBLOCK;
    }
    void finish_sending() { socket_.shutdown(asio::ip::tcp::socket::shutdown_send); }
    void close() { socket_.close(); }
    int native_handle() { return socket_.native_handle(); }

 private:
    asio::io_context io_;
    asio::ip::tcp::socket socket_;
    std::string inbox_;
};

// Frames as a client sends them, right or wrong (RFC 6455, section 5.2); masked with zeros.
inline std::string frame(int first_byte, const std::string& payload) {
    std::string bytes(1, static_cast<char>(first_byte));
    const std::size_t size = payload.size();
    if (size < 126) {
        bytes += static_cast<char>(0x80 | size);
    } else if (size < 65536) {
        bytes += static_cast<char>(0x80 | 126);
        bytes += static_cast<char>(size >> 8);
        bytes += static_cast<char>(size & 0xff);
    } else {
        bytes += static_cast<char>(0x80 | 127);
        for (int shift = 56; shift >= 0; shift -= 8)
            bytes += static_cast<char>((size >> shift) & 0xff);
    }
    return bytes + std::string(4, '\0') + payload;
}

struct Frame {
    int opcode = -1;  // -1: none, the connection ended
    std::string payload;
    // Of a close frame; 1005 when it has none.
    int close_code() const {
        if (opcode != 8 || payload.size() < 2) return opcode == 8 ? 1005 : -1;
        return static_cast<unsigned char>(payload[0]) * 256 +
               static_cast<unsigned char>(payload[1]);
    }
};

inline Frame receive_frame(Client& client) {
    Frame frame;
    const std::string head = client.take(2);
    if (head.size() < 2) return frame;
    std::size_t size = static_cast<unsigned char>(head[1]);
    const std::size_t extra = size == 126 ? 2 : size == 127 ? 8 : 0;
    const std::string length = client.take(extra);
    if (length.size() < extra) return frame;
    if (extra > 0) size = 0;
    for (const unsigned char byte : length)
        size = size * 256 + byte;
    const std::string payload = client.take(size);
    if (payload.size() < size) return frame;
    frame.payload = payload;
    frame.opcode = static_cast<unsigned char>(head[0]) & 0x0f;
    return frame;
}

// The close code the peer sends, whatever it sends before.
inline int receive_close_code(Client& client) {
    for (;;) {
        const Frame frame = receive_frame(client);
        if (frame.opcode == 8 || frame.opcode == -1) return frame.close_code();
    }
}

}  // namespace tributary::http
