#include "http/stream.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509err.h>
#include <boost/asio/append.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <ctime>

#include "base/error.hpp"
#include "base/log.hpp"
#include "http/certificate.hpp"

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

constexpr int warn_before_s = 30 * 24 * 3600;

std::string time_text(const ASN1_TIME* time) {
    std::tm broken{};
    char text[32] = "";
    if (ASN1_TIME_to_tm(time, &broken) == 1)
        std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &broken);
    return text;
}

// Clients would refuse what has ended or not begun, and tell nobody here.
void check_dates(const SSL_CTX* context, const std::string& file) {
    const X509* certificate = SSL_CTX_get0_certificate(context);
    const ASN1_TIME* begin = X509_get0_notBefore(certificate);
    const ASN1_TIME* end = X509_get0_notAfter(certificate);
    if (X509_cmp_current_time(begin) > 0)
        throw Failure(Outcome::invalid, "The TLS certificate " + file + " is valid only from " +
                                            time_text(begin) + " on.");
    if (X509_cmp_current_time(end) < 0)
        throw Failure(Outcome::invalid,
                      "The TLS certificate " + file + " ended at " + time_text(end) + ".");
    std::time_t soon = std::time(nullptr) + warn_before_s;
    if (X509_cmp_time(end, &soon) < 0)
        log::warn("http.certificate_ends_soon", "file", file, "at", time_text(end), "do",
                  "put the renewed one in its place and restart");
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
    // A key under a password cannot be used by a daemon; without this OpenSSL asks the terminal.
    context.set_password_callback([](std::size_t, auto) { return std::string(); }, error);
    context.use_certificate_chain_file(certificate, error);
    if (error) throw_unusable("The TLS certificate " + certificate + " cannot be used.", error);
    check_dates(native, certificate);
    const auto good = check_chain(certificate);
    if (!good) throw Failure(good.error());
    context.use_private_key_file(key, asio::ssl::context::pem, error);
    // OpenSSL compares key and certificate as it loads the second of them.
    const int reason = ERR_GET_REASON(static_cast<unsigned long>(error.value()));
    if (error && (reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH))
        throw_unusable("The TLS key " + key + " does not belong to " + certificate + ".", error);
    if (error) throw_unusable("The TLS key " + key + " cannot be used.", error);
    return context;
}

}  // namespace tributary::http
