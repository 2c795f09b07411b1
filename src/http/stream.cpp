#include "http/stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509err.h>
#include <boost/asio/append.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "base/error.hpp"

namespace tributary::http {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

class PlainStream final : public Stream {
 public:
    explicit PlainStream(tcp::socket socket) : socket_(std::move(socket)) {}

    bool is_tls() const override { return false; }
    tcp::socket& socket() override { return socket_; }

 private:
    void start_read(const ReadBuffers& into, TransferHandler handler) override {
        socket_.async_read_some(into, std::move(handler));
    }
    void start_write(const WriteBuffers& from, TransferHandler handler) override {
        socket_.async_write_some(from, std::move(handler));
    }
    void start_handshake(DoneHandler handler) override {
        asio::post(socket_.get_executor(), asio::append(std::move(handler), error_code()));
    }
    void start_shutdown(DoneHandler handler) override {
        error_code error;
        socket_.shutdown(tcp::socket::shutdown_send, error);
        asio::post(socket_.get_executor(), asio::append(std::move(handler), error));
    }

    tcp::socket socket_;
};

class TlsStream final : public Stream {
 public:
    TlsStream(tcp::socket socket, asio::ssl::context& context)
        : stream_(std::move(socket), context) {}

    bool is_tls() const override { return true; }
    tcp::socket& socket() override { return stream_.next_layer(); }

 private:
    void start_read(const ReadBuffers& into, TransferHandler handler) override {
        stream_.async_read_some(into, std::move(handler));
    }
    void start_write(const WriteBuffers& from, TransferHandler handler) override {
        stream_.async_write_some(from, std::move(handler));
    }
    void start_handshake(DoneHandler handler) override {
        stream_.async_handshake(asio::ssl::stream_base::server, std::move(handler));
    }
    void start_shutdown(DoneHandler handler) override {
        stream_.async_shutdown(std::move(handler));
    }

    asio::ssl::stream<tcp::socket> stream_;
};

[[noreturn]] void throw_unusable(const std::string& sentence, const error_code& error) {
    throw Failure(Outcome::invalid, sentence, error.message());
}

}  // namespace

void Stream::cancel() {
    error_code ignored;
    socket().cancel(ignored);
}

void Stream::close() {
    error_code ignored;
    socket().close(ignored);
}

std::unique_ptr<Stream> make_plain_stream(tcp::socket socket) {
    return std::make_unique<PlainStream>(std::move(socket));
}

std::unique_ptr<Stream> make_tls_stream(tcp::socket socket, asio::ssl::context& context) {
    return std::make_unique<TlsStream>(std::move(socket), context);
}

asio::ssl::context make_tls_context(const std::string& certificate, const std::string& key) {
    asio::ssl::context context(asio::ssl::context::tls_server);
    SSL_CTX* native = context.native_handle();
    SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
    SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    // TLS 1.2 with forward secrecy and authenticated encryption only; 1.3 has nothing else.
    SSL_CTX_set_cipher_list(native, "ECDHE+AESGCM:ECDHE+CHACHA20");
    // Idle connections give their record buffers back.
    SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);

    error_code error;
    context.use_certificate_chain_file(certificate, error);
    if (error) throw_unusable("The TLS certificate " + certificate + " cannot be used.", error);
    context.use_private_key_file(key, asio::ssl::context::pem, error);
    // OpenSSL compares key and certificate as it loads the second of them.
    const int reason = ERR_GET_REASON(static_cast<unsigned long>(error.value()));
    if (error && (reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH))
        throw_unusable("The TLS key " + key + " does not belong to " + certificate + ".", error);
    if (error) throw_unusable("The TLS key " + key + " cannot be used.", error);
    return context;
}

}  // namespace tributary::http
