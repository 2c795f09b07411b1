// One connection's bytes, plain or TLS, behind one type: everything above is compiled once, and
// Beast's templates are instantiated once (an AsyncReadStream and AsyncWriteStream in its words).
#pragma once

#include <array>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "base/task.hpp"

namespace tributary::http {

class Stream {
 public:
    using executor_type = asio::any_io_executor;
    using TransferSignature = void(boost::system::error_code, std::size_t);
    using TransferHandler = asio::any_completion_handler<TransferSignature>;
    using DoneSignature = void(boost::system::error_code);
    using DoneHandler = asio::any_completion_handler<DoneSignature>;

    // Up to sixteen buffers of one operation; the _some operations may leave the rest for the next.
    template <class Buffer>
    class Gathered {
     public:
        template <class Sequence>
        explicit Gathered(const Sequence& buffers) {
            const auto last = asio::buffer_sequence_end(buffers);
            for (auto it = asio::buffer_sequence_begin(buffers);
                 it != last && count_ < buffers_.size(); ++it) {
                const Buffer buffer(*it);
                if (buffer.size() > 0) buffers_[count_++] = buffer;
            }
        }
        const Buffer* begin() const { return buffers_.data(); }
        const Buffer* end() const { return buffers_.data() + count_; }

     private:
        std::array<Buffer, 16> buffers_;
        std::size_t count_ = 0;
    };
    using ReadBuffers = Gathered<asio::mutable_buffer>;
    using WriteBuffers = Gathered<asio::const_buffer>;

    virtual ~Stream() = default;

    executor_type get_executor() { return socket().get_executor(); }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        auto start = [this](auto handler, const ReadBuffers& into) {
            start_read(into, TransferHandler(std::move(handler)));
        };
        return asio::async_initiate<Token, TransferSignature>(start, token, ReadBuffers(buffers));
    }
    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        auto start = [this](auto handler, const WriteBuffers& from) {
            start_write(from, TransferHandler(std::move(handler)));
        };
        return asio::async_initiate<Token, TransferSignature>(start, token, WriteBuffers(buffers));
    }
    // TLS: the handshake as server. Plain: succeeds at once.
    template <class Token>
    auto async_handshake(Token&& token) {
        auto start = [this](auto handler) { start_handshake(DoneHandler(std::move(handler))); };
        return asio::async_initiate<Token, DoneSignature>(start, token);
    }
    // Says goodbye so that the peer reads all that was written: close_notify, then FIN.
    template <class Token>
    auto async_shutdown(Token&& token) {
        auto start = [this](auto handler) { start_shutdown(DoneHandler(std::move(handler))); };
        return asio::async_initiate<Token, DoneSignature>(start, token);
    }

    virtual bool is_tls() const = 0;
    virtual asio::ip::tcp::socket& socket() = 0;
    // Ends what is pending with operation_aborted; the connection stays usable.
    void cancel();
    // Cuts the connection; what is pending ends.
    void close();

 private:
    virtual void start_read(const ReadBuffers& into, TransferHandler handler) = 0;
    virtual void start_write(const WriteBuffers& from, TransferHandler handler) = 0;
    virtual void start_handshake(DoneHandler handler) = 0;
    virtual void start_shutdown(DoneHandler handler) = 0;
};

std::unique_ptr<Stream> make_plain_stream(asio::ip::tcp::socket socket);
std::unique_ptr<Stream> make_tls_stream(asio::ip::tcp::socket socket, asio::ssl::context& context);

// TLS 1.2 and up with the certificate chain and key in these PEM files. Throws Failure(invalid)
// that names the file when one cannot be used or the two do not belong together.
asio::ssl::context make_tls_context(const std::string& certificate, const std::string& key);

}  // namespace tributary::http
