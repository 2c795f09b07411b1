#include <algorithm>
#include <boost/asio/append.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <functional>

#include "base/log.hpp"
#include "base/text.hpp"
#include "http/web_socket_session.hpp"

namespace tributary::http {
namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using boost::system::error_code;

// Above this a writer waits for the peer.
constexpr std::size_t kEasyBacklog = 64 * 1024;
// Frames that wait together leave in one write of at most about this size.
constexpr std::size_t kJoinedBytes = 64 * 1024;
// A message that takes more reads than this is a stream of empty fragments, not a message.
constexpr std::size_t kMaxReadsPerMessage = 1024;
constexpr std::size_t kMaxCloseReason = 123;  // RFC 6455, section 5.5

// What Beast reads from and writes to: the connection, with what arrived early put back in front,
// and with a cork that holds frames back until the last of a batch.
class Transport final : public Stream {
 public:
    Transport(Stream& stream, std::string early, std::function<void()> on_flood)
        : stream_(stream), early_(std::move(early)), on_flood_(std::move(on_flood)) {}

    bool is_tls() const override { return stream_.is_tls(); }
    asio::ip::tcp::socket& socket() override { return stream_.socket(); }

    enum class Cork { in, out };
    void set_cork(Cork cork) { cork_ = cork; }
    std::size_t corked_bytes() const { return corked_.size(); }
    void reset_reads() { reads_ = 0; }

 private:
    void start_read(const ReadBuffers& into, TransferHandler handler) override {
        if (++reads_ > kMaxReadsPerMessage) on_flood_();
        if (early_.empty()) return stream_.async_read_some(into, std::move(handler));
        const std::size_t count = asio::buffer_copy(into, asio::buffer(early_));
        early_.erase(0, count);
        complete(std::move(handler), count);
    }

    void start_write(const WriteBuffers& from, TransferHandler handler) override {
        if (cork_ == Cork::out && corked_.empty())
            return stream_.async_write_some(from, std::move(handler));
        const std::size_t size = asio::buffer_size(from);
        for (const asio::const_buffer& buffer : from)
            corked_.append(static_cast<const char*>(buffer.data()), buffer.size());
        if (cork_ == Cork::in) return complete(std::move(handler), size);
        leaving_ = std::exchange(corked_, {});
        auto on_written = [size, handler = std::move(handler)](error_code error,
                                                               std::size_t) mutable {
            std::move(handler)(error, error ? 0 : size);
        };
        asio::async_write(stream_, asio::buffer(leaving_), std::move(on_written));
    }

    void start_handshake(DoneHandler handler) override {
        stream_.async_handshake(std::move(handler));
    }
    void start_shutdown(DoneHandler handler) override {
        stream_.async_shutdown(std::move(handler));
    }

    void complete(TransferHandler handler, std::size_t count) {
        asio::post(get_executor(), asio::append(std::move(handler), error_code(), count));
    }

    Stream& stream_;
    std::string early_;
    std::function<void()> on_flood_;
    Cork cork_ = Cork::out;
    std::string corked_;
    std::string leaving_;
    std::size_t reads_ = 0;
};

// Beast's customisation points, found by argument-dependent lookup.
template <class Handler>
void async_teardown(beast::role_type, Transport& transport, Handler&& handler) {
    transport.async_shutdown(std::forward<Handler>(handler));
}
void beast_close_socket(Transport& transport) {
    transport.close();
}

// How often the peer may speak: a bucket that refills steadily.
class Allowance {
 public:
    Allowance(std::uint32_t per_second, std::uint32_t burst)
        : per_second_(per_second), burst_(burst), left_(burst) {}

    bool take() {
        const auto now = std::chrono::steady_clock::now();
        const std::chrono::duration<double> passed = now - since_;
        since_ = now;
        left_ = std::min(burst_, left_ + passed.count() * per_second_);
        if (left_ < 1) return false;
        left_ -= 1;
        return true;
    }

 private:
    double per_second_;
    double burst_;
    double left_;
    std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

class Session final : public WebSocketSession {
 public:
    Session(Stream& stream, Deadlines& deadlines, const ServerOptions& options, std::string peer,
            std::string early)
        : options_(options),
          peer_(std::move(peer)),
          stream_(stream),
          socket_(stream, std::move(early), [this] { close_soon(1009, "too many fragments"); }),
          seat_(deadlines, [this] { cut(); }),
          allowance_(options.web_socket_frames_per_second, options.web_socket_burst),
          changed_(stream.get_executor()) {
        socket_.read_message_max(options.max_web_socket_message);
        socket_.write_buffer_bytes(1024);
        socket_.auto_fragment(false);
        socket_.text(true);
        websocket::stream_base::timeout patience;
        patience.handshake_timeout = options.header_timeout;
        patience.idle_timeout = options.idle_timeout;
        patience.keep_alive_pings = true;
        socket_.set_option(patience);
        socket_.control_callback([this](websocket::frame_type, beast::string_view) {
            socket_.next_layer().reset_reads();
            if (!allowance_.take()) close_soon(1008, "too many control frames");
        });
    }

    awaitable<bool> accept(const Request& request) override;
    awaitable<std::optional<std::string>> read() override;
    awaitable<void> write(std::string text) override;
    void close(int code, std::string_view reason) override;
    awaitable<void> finish(int code) override;
    void cut() override;
    bool is_open() const override { return state_ == State::open; }
    const std::string& peer() const override { return peer_; }

 private:
    // closing: the close frame is asked for, and sent behind what is queued (or the handshake).
    enum class State { connecting, open, closing, closed };

    // From within a read, where Beast's stream may not be called. `reason` is a literal.
    void close_soon(int code, std::string_view reason);
    void end();
    void send_next();
    void start_close();

    const ServerOptions& options_;
    std::string peer_;
    Stream& stream_;
    websocket::stream<Transport, false> socket_;
    Deadlines::Seat seat_;
    Allowance allowance_;
    Notifier changed_;
    State state_ = State::connecting;
    std::deque<std::string> queue_;
    std::string leaving_;      // the message being written
    std::size_t backlog_ = 0;  // bytes in both
    int pending_ = 0;          // operations whose handlers refer to this
    bool is_sending_ = false;
    websocket::close_reason close_reason_;
};

Failure closed() {
    return Failure(Outcome::unavailable, "The connection is closed.");
}

awaitable<bool> Session::accept(const Request& request) {
    beast::http::request<beast::http::empty_body> handshake;
    handshake.method(beast::http::verb::get);
    handshake.target(request.target);
    handshake.version(11);
    for (const auto& [name, value] : request.headers.all())
        handshake.insert(name, value);
    error_code error;
    co_await socket_.async_accept(handshake, asio::redirect_error(use_awaitable, error));
    if (error) {
        end();
    } else if (state_ == State::connecting) {
        state_ = State::open;
    } else if (state_ == State::closing) {
        start_close();
    }
    co_return !error;
}

awaitable<std::optional<std::string>> Session::read() {
    if (state_ != State::open) co_return std::nullopt;
    std::string text;
    auto buffer = asio::dynamic_buffer(text);
    error_code error;
    co_await socket_.async_read(buffer, asio::redirect_error(use_awaitable, error));
    socket_.next_layer().reset_reads();
    if (error) {
        end();
        co_return std::nullopt;
    }
    if (!socket_.got_text()) close(1003, "text only");
    if (!allowance_.take()) close(1008, "too many messages");
    if (state_ != State::open) co_return std::nullopt;
    co_return text;
}

awaitable<void> Session::write(std::string text) {
    if (state_ != State::open) throw closed();
    if (backlog_ > 0 && backlog_ + text.size() > options_.max_web_socket_backlog) {
        log::info("http.web_socket_dropped", "reason", "slow_reader", "waiting", backlog_);
        cut();
        throw closed();
    }
    backlog_ += text.size();
    queue_.push_back(std::move(text));
    if (!is_sending_) send_next();
    while (state_ == State::open && backlog_ > kEasyBacklog)
        co_await changed_.wait();
    if (state_ == State::closed) throw closed();
}

void Session::close(int code, std::string_view reason) {
    if (state_ == State::closing || state_ == State::closed) return;
    // Beast's stream may not be closed before its handshake is over.
    const bool is_connecting = state_ == State::connecting;
    state_ = State::closing;
    close_reason_ = websocket::close_reason(static_cast<websocket::close_code>(code),
                                            truncate_utf8(reason, kMaxCloseReason));
    if (!is_sending_ && !is_connecting) start_close();
    changed_.notify_all();
}

void Session::close_soon(int code, std::string_view reason) {
    if (state_ != State::open) return;
    ++pending_;
    asio::post(stream_.get_executor(), [this, code, reason] {
        --pending_;
        close(code, reason);
        changed_.notify_all();
    });
}

awaitable<void> Session::finish(int code) {
    close(code, {});
    while (pending_ > 0)
        co_await changed_.wait();
}

void Session::cut() {
    stream_.close();
    end();
}

void Session::end() {
    state_ = State::closed;
    changed_.notify_all();
}

void Session::send_next() {
    is_sending_ = !queue_.empty() && state_ != State::closed;
    if (!is_sending_) {
        seat_.disarm();
        if (state_ == State::closing) start_close();
        return;
    }
    leaving_ = std::move(queue_.front());
    queue_.pop_front();
    Transport& transport = socket_.next_layer();
    const bool joins = !queue_.empty() && transport.corked_bytes() + leaving_.size() < kJoinedBytes;
    transport.set_cork(joins ? Transport::Cork::in : Transport::Cork::out);
    seat_.arm(options_.write_timeout);
    ++pending_;
    socket_.async_write(asio::buffer(leaving_), [this](error_code error, std::size_t) {
        --pending_;
        backlog_ -= leaving_.size();
        if (error) state_ = State::closed;
        send_next();
        changed_.notify_all();
    });
}

void Session::start_close() {
    ++pending_;
    seat_.arm(options_.linger_timeout);
    socket_.async_close(close_reason_, [this](error_code) {
        --pending_;
        seat_.disarm();
        end();
    });
}

}  // namespace

std::unique_ptr<WebSocketSession> make_web_socket_session(Stream& stream, Deadlines& deadlines,
                                                          const ServerOptions& options,
                                                          std::string peer, std::string early) {
    return std::make_unique<Session>(stream, deadlines, options, std::move(peer), std::move(early));
}

}  // namespace tributary::http
