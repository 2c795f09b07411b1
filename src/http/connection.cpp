#include "http/connection.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/redirect_error.hpp>
#include <exception>

#include "base/log.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "http/reply_head.hpp"
#include "http/request_head.hpp"
#include "http/upgrade.hpp"

namespace tributary::http {
namespace {

using boost::system::error_code;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kReadBytes = 4 * 1024;
constexpr std::size_t kBodyReadBytes = 64 * 1024;
// Up to this size head and body leave as one buffer: one TLS record, one system call.
constexpr std::size_t kJoinedBody = 16 * 1024;
// A body that no route wants is read up to this size, so that the connection can stay.
constexpr std::size_t kUnwantedBody = 64 * 1024;
constexpr std::size_t kMinBytesPerSecond = 1024;

// When the next bytes of a body must be here: within `gap`, and so that the whole keeps the least
// rate.
Clock::time_point body_due(Clock::time_point begun, Milliseconds gap, std::size_t received) {
    const auto now = Clock::now();
    return std::min(begun + gap + std::chrono::seconds(received / kMinBytesPerSecond), now + gap);
}

Error too_large() {
    return Error(Outcome::invalid, "The request is too large.").with_reason("too_large");
}

Error too_slow() {
    return Error(Outcome::rejected, "The request took too long.").with_reason("request_timeout");
}

Reply internal_error() {
    return Reply::problem(
        Error(Outcome::unavailable, "Something went wrong on our side.").with_reason("internal"));
}

Reply unmatched(const Request& request, const std::vector<Method>& allowed) {
    if (allowed.empty()) return Reply::problem(Error(Outcome::not_found, "There is nothing here."));
    std::string names;
    for (const Method method : allowed)
        names.append(to_string(method)).append(", ");
    names += "OPTIONS";
    if (request.method == Method::options) return Reply(204).with_header("Allow", names);
    Error error = Error(Outcome::rejected, "That method is not allowed here.")
                      .with_reason("method_not_allowed");
    return Reply::problem(error).with_header("Allow", names);
}

// To be called while an exception is being handled: logs it and says what the client may know.
Reply reply_to_exception(const Route& route) {
    try {
        throw;
    } catch (const Failure& failure) {
        log::warn("http.request_failed", "route", route.pattern, "error", failure.what());
        return Reply::problem(failure.error());
    } catch (const std::exception& error) {
        log::error("http.handler_failed", "route", route.pattern, "error", error.what());
    } catch (...) {
        log::error("http.handler_failed", "route", route.pattern, "error", "not an exception");
    }
    return internal_error();
}

}  // namespace

Shared::Shared(const asio::any_io_executor& executor, ServerOptions given, Router routes)
    : options(std::move(given)),
      router(std::move(routes)),
      // Deadlines come late by a tick at most: a quarter of the shortest, and no finer than useful.
      deadlines(executor, std::clamp(std::min({options.idle_timeout, options.header_timeout,
                                               options.body_timeout, options.write_timeout,
                                               options.linger_timeout}) /
                                         4,
                                     Milliseconds(10), Milliseconds(500))),
      changed(executor) {}

const std::string& Shared::date() {
    const Timestamp now = SystemClock().now();
    const std::int64_t second = unix_ms(now) / 1000;
    if (second != date_second_) {
        date_second_ = second;
        date_ = http_date(now);
    }
    return date_;
}

Connection::Connection(std::shared_ptr<Shared> shared, std::unique_ptr<Stream> stream,
                       std::string peer, std::function<void()> on_gone)
    : shared_(std::move(shared)),
      stream_(std::move(stream)),
      peer_(std::move(peer)),
      on_gone_(std::move(on_gone)),
      seat_(shared_->deadlines, [this] { on_deadline(); }) {
    shared_->connections.insert(this);
    ++shared_->stats.connections;
}

Connection::~Connection() {
    leave_line();
    shared_->connections.erase(this);
    --shared_->stats.connections;
    shared_->changed.notify_all();
    on_gone_();
}

void Connection::on_deadline() {
    is_late_ = true;
    // While reading there may still be a 408 to write; later there is nothing left to say.
    if (phase_ == Phase::idle || phase_ == Phase::reading) {
        stream_->cancel();
    } else {
        stream_->close();
    }
}

void Connection::drain() {
    is_last_ = true;
    if (phase_ == Phase::idle) stream_->cancel();
    if (phase_ == Phase::lingering) stream_->close();
    if (web_socket_) web_socket_->close(1001, "going away");
}

void Connection::cut() {
    if (web_socket_) web_socket_->cut();
    stream_->close();
}

void Connection::wait_in_line() {
    if (!place_) place_ = shared_->waiting.insert(shared_->waiting.end(), this);
}

void Connection::leave_line() {
    if (place_) shared_->waiting.erase(*place_);
    place_.reset();
}

void Connection::give_way() {
    leave_line();
    is_last_ = true;
    stream_->close();
}

awaitable<void> Connection::run() {
    try {
        co_await converse();
    } catch (const std::exception& error) {
        log::error("http.connection_failed", "error", error.what());
    }
    stream_->close();
}

awaitable<void> Connection::converse() {
    if (stream_->is_tls()) {
        phase_ = Phase::writing;
        seat_.arm(shared_->options.header_timeout);
        error_code error;
        co_await stream_->async_handshake(asio::redirect_error(use_awaitable, error));
        if (error) co_return;
    }
    Next next = Next::request;
    while (next == Next::request)
        next = co_await serve_one();
    if (next == Next::linger) co_await linger();
}

awaitable<Connection::Next> Connection::serve_one() {
    wait_in_line();
    const auto head = co_await receive_head();
    leave_line();
    if (!head) co_return Next::gone;
    if (!*head) co_return co_await refuse(head->error());
    auto read = read_exchange(received().substr(0, **head));
    if (!read) co_return co_await refuse(read.error());
    consumed_ += **head;
    Exchange& exchange = *read;
    ++shared_->stats.requests;
    if (!exchange.framing.is_persistent || shared_->is_draining) is_last_ = true;

    if (const auto refusal = refuse_body(exchange)) {
        ++shared_->stats.refused;
        is_last_ = true;
        co_return co_await send(*refusal, exchange);
    }
    if (exchange.framing.content_length > 0) {
        if (const auto breach = co_await receive_body(exchange)) co_return co_await refuse(*breach);
        if (exchange.request.body.size() < exchange.framing.content_length) co_return Next::gone;
    }
    // A path may serve both: then only an upgrade leads to the stream.
    const Route* route = exchange.match.route;
    if (route && route->stream && (!route->handler || asks_for_upgrade(exchange.request)))
        co_return co_await run_web_socket(exchange);
    const Reply reply = co_await answer(exchange);
    co_return co_await send(reply, exchange);
}

awaitable<bool> Connection::receive() {
    inbox_.erase(0, consumed_);
    consumed_ = 0;
    const std::size_t had = inbox_.size();
    inbox_.resize(had + kReadBytes);
    error_code error;
    const std::size_t count = co_await stream_->async_read_some(
        asio::buffer(inbox_.data() + had, kReadBytes), asio::redirect_error(use_awaitable, error));
    inbox_.resize(had + count);
    co_return !error && count > 0 && !is_late_;
}

awaitable<std::optional<Result<std::size_t>>> Connection::receive_head() {
    HeadLimits limits;
    limits.max_head = shared_->options.max_header_bytes;
    HeadScanner scanner(limits);
    phase_ = Phase::idle;
    seat_.arm(shared_->options.idle_timeout);
    // Draining began while the last reply was written.
    if (is_last_) co_return std::nullopt;
    for (;;) {
        // An empty line before a request is forgiven (RFC 9112, section 2.2).
        if (phase_ == Phase::idle && received().starts_with("\r\n")) consumed_ += 2;
        if (!received().empty() && received() != "\r") {
            if (phase_ == Phase::idle) seat_.arm(shared_->options.header_timeout);
            phase_ = Phase::reading;
            const auto end = scanner.scan(received());
            if (!end) co_return Result<std::size_t>(end.error());
            if (*end) co_return Result<std::size_t>(**end);
        }
        if (co_await receive()) continue;
        if (is_late_ && phase_ == Phase::reading) co_return Result<std::size_t>(too_slow());
        co_return std::nullopt;
    }
}

Result<Connection::Exchange> Connection::read_exchange(std::string_view head) {
    const auto framing = judge_head(head);
    if (!framing) return framing.error();
    auto request = parse_head(head);
    if (!request) return request.error();
    Exchange exchange;
    exchange.framing = *framing;
    exchange.request = std::move(*request);
    Request& asked = exchange.request;
    asked.peer = client_address(asked.headers, peer_, shared_->options.trusted_proxies);
    asked.is_tls = stream_->is_tls();
    exchange.is_head = asked.method == Method::head;
    exchange.match = shared_->router.match(asked.method, asked.path);
    asked.parameters = std::move(exchange.match.parameters);
    return exchange;
}

std::optional<Reply> Connection::refuse_body(const Exchange& exchange) const {
    const Route* route = exchange.match.route;
    if (exchange.framing.content_length <= (route ? route->max_body : kUnwantedBody))
        return std::nullopt;
    if (!route) return unmatched(exchange.request, exchange.match.allowed);
    return Reply::problem(too_large());
}

awaitable<std::optional<Error>> Connection::receive_body(Exchange& exchange) {
    const auto begun = Clock::now();
    const auto length = static_cast<std::size_t>(exchange.framing.content_length);
    std::string& body = exchange.request.body;
    if (exchange.framing.awaits_continue && received().empty()) {
        if (!co_await write("HTTP/1.1 100 Continue\r\n\r\n", {})) co_return std::nullopt;
        phase_ = Phase::reading;
    }
    body = received().substr(0, length);
    consumed_ += body.size();
    while (body.size() < length) {
        const std::size_t had = body.size();
        seat_.arm_at(body_due(begun, shared_->options.body_timeout, had));
        body.resize(std::min(length, had + kBodyReadBytes));
        error_code error;
        const std::size_t count =
            co_await stream_->async_read_some(asio::buffer(body.data() + had, body.size() - had),
                                              asio::redirect_error(use_awaitable, error));
        body.resize(had + count);
        if (is_late_) co_return too_slow();
        if (error) co_return std::nullopt;
    }
    co_return std::nullopt;
}

awaitable<Reply> Connection::answer(Exchange& exchange) {
    seat_.disarm();
    phase_ = Phase::handling;
    const Route* route = exchange.match.route;
    if (!route) co_return unmatched(exchange.request, exchange.match.allowed);
    try {
        co_return co_await route->handler(std::move(exchange.request));
    } catch (...) {
        co_return reply_to_exception(*route);
    }
}

awaitable<Connection::Next> Connection::run_web_socket(Exchange& exchange) {
    seat_.disarm();
    phase_ = Phase::handling;
    const Route& route = *exchange.match.route;
    std::optional<Reply> refusal = refuse_upgrade(exchange.request, exchange.framing);
    if (!refusal && route.admit) {
        try {
            refusal = co_await route.admit(exchange.request);
        } catch (...) {
            refusal = reply_to_exception(route);
        }
    }
    if (refusal) co_return co_await send(*refusal, exchange);
    if (shared_->is_draining) co_return Next::gone;

    phase_ = Phase::web_socket;
    web_socket_ = make_web_socket_session(*stream_, shared_->deadlines, shared_->options,
                                          exchange.request.peer, std::string(received()));
    consumed_ = inbox_.size();
    const bool is_accepted = co_await web_socket_->accept(exchange.request);
    if (is_accepted) {
        ++shared_->stats.web_sockets;
        co_await run_stream(route, std::move(exchange.request));
        --shared_->stats.web_sockets;
    }
    web_socket_.reset();
    co_return is_accepted ? Next::linger : Next::gone;
}

awaitable<void> Connection::run_stream(const Route& route, Request request) {
    int code = 1000;
    try {
        co_await route.stream(std::move(request), *web_socket_);
    } catch (const Failure& failure) {
        // Writing to a socket that is gone ends most streams.
        if (web_socket_->is_open())
            log::warn("http.request_failed", "route", route.pattern, "error", failure.what());
        code = 1011;
    } catch (const std::exception& error) {
        log::error("http.handler_failed", "route", route.pattern, "error", error.what());
        code = 1011;
    }
    co_await web_socket_->finish(code);
}

awaitable<Connection::Next> Connection::refuse(const Error& error) {
    ++shared_->stats.refused;
    is_last_ = true;
    const Exchange nothing;
    const Reply reply = Reply::problem(error);
    co_return co_await send(reply, nothing);
}

awaitable<Connection::Next> Connection::send(const Reply& reply, const Exchange& exchange) {
    if (shared_->is_draining) is_last_ = true;
    ReplyFraming framing;
    framing.is_http_1_0 = exchange.framing.is_http_1_0;
    framing.is_last = is_last_;
    framing.date = shared_->date();
    outbox_.clear();
    append_reply_head(outbox_, reply, shared_->options.default_headers, framing);
    std::string_view body = reply.body;
    if (exchange.is_head || is_bodiless(reply.status)) body = {};
    if (body.size() <= kJoinedBody) {
        outbox_ += body;
        body = {};
    }
    if (!co_await write(outbox_, body)) co_return Next::gone;
    co_return is_last_ ? Next::linger : Next::request;
}

awaitable<bool> Connection::write(std::string_view head, std::string_view body) {
    phase_ = Phase::writing;
    std::size_t sent = 0;
    while (sent < head.size() + body.size()) {
        // The kernel takes more only once the peer has read a good part of its buffer, so that some
        // progress in time is progress enough.
        seat_.arm(shared_->options.write_timeout);
        const std::string_view rest_of_head = head.substr(std::min(sent, head.size()));
        const std::string_view rest_of_body =
            body.substr(sent - (head.size() - rest_of_head.size()));
        const std::array<asio::const_buffer, 2> buffers = {asio::buffer(rest_of_head),
                                                           asio::buffer(rest_of_body)};
        error_code error;
        sent +=
            co_await stream_->async_write_some(buffers, asio::redirect_error(use_awaitable, error));
        if (error) co_return false;
    }
    co_return true;
}

// A socket closed with bytes unread resets the connection, and the peer may lose our last reply
// (RFC 9112, section 9.6): say goodbye, then read on for a moment.
awaitable<void> Connection::linger() {
    phase_ = Phase::lingering;
    seat_.arm(shared_->options.linger_timeout);
    error_code error;
    co_await stream_->async_shutdown(asio::redirect_error(use_awaitable, error));
    while (!error) {
        inbox_.resize(kReadBytes);
        co_await stream_->async_read_some(asio::buffer(inbox_),
                                          asio::redirect_error(use_awaitable, error));
    }
}

}  // namespace tributary::http
