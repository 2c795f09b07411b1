#include "connectors/email/lmtp_wire.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

namespace tributary::email {

LmtpWire::LmtpWire(Socket socket) : socket_(std::move(socket)) {}

awaitable<std::size_t> LmtpWire::read_some(asio::mutable_buffer space) {
    if (tls_) co_return co_await tls_->async_read_some(space, use_awaitable);
    co_return co_await socket_.async_read_some(space, use_awaitable);
}

awaitable<void> LmtpWire::write(std::string bytes) {
    const asio::const_buffer from = asio::buffer(bytes);
    if (tls_) {
        co_await asio::async_write(*tls_, from, use_awaitable);
    } else {
        co_await asio::async_write(socket_, from, use_awaitable);
    }
}

awaitable<void> LmtpWire::encrypt(asio::ssl::context& context) {
    using asio::ip::tcp;
    const bool is_v6 = socket_.local_endpoint().protocol().family() == tcp::v6().family();
    tcp::socket socket(socket_.get_executor(), is_v6 ? tcp::v6() : tcp::v4(), socket_.release());
    tls_ = http::make_tls_stream(std::move(socket), context);
    co_await tls_->async_handshake(use_awaitable);
}

awaitable<void> LmtpWire::close() {
    if (tls_) co_await tls_->async_shutdown(use_awaitable);
}

asio::mutable_buffer LmtpLines::space(std::size_t size) {
    received_.erase(0, consumed_);
    consumed_ = 0;
    received_.resize(received_.size() + size);
    return asio::buffer(received_.data() + received_.size() - size, size);
}

void LmtpLines::received(std::size_t count, std::size_t size) {
    received_.resize(received_.size() - size + count);
}

void LmtpLines::forget() {
    received_.clear();
    consumed_ = 0;
    is_skipping_ = false;
}

std::optional<LmtpLines::Line> LmtpLines::next() {
    while (true) {
        const std::string_view rest = std::string_view(received_).substr(consumed_);
        const auto end = rest.find("\r\n");
        // A CR at the end may be the first half of the line's end.
        const std::size_t size =
            end == std::string_view::npos ? rest.size() - rest.ends_with('\r') : end;
        const bool is_long = size > max_line_;
        if (is_long && !is_skipping_) {
            is_skipping_ = true;
            Line line("");
            line.is_too_long = true;
            return line;
        }
        if (end == std::string_view::npos) {
            if (is_skipping_) consumed_ += size;
            return std::nullopt;
        }
        consumed_ += end + 2;
        if (!is_skipping_) return Line(rest.substr(0, end));
        is_skipping_ = false;
    }
}

}  // namespace tributary::email
