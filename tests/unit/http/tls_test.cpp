// TLS with certificates made on the spot.
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "http/certificate.hpp"
#include "http/stream.hpp"
#include "live_server.hpp"

namespace tributary::http {
namespace {

const RouteAccess kOpen("everybody", "nothing");

namespace fs = std::filesystem;

class Tls : public testing::Test {
 protected:
    static void SetUpTestSuite() {
        folder_ = fs::temp_directory_path() / ("tributary-tls-" + std::to_string(getpid()));
        fs::create_directories(folder_);
        for (const std::string name : {"own", "other"}) {
            const std::string command =
                "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
                "-subj /CN=localhost"
                " -keyout " +
                file(name + ".key") + " -out " + file(name + ".pem") + " 2>/dev/null";
            ASSERT_EQ(std::system(command.c_str()), 0);
        }
        std::ofstream(file("garbage.pem")) << "not a certificate";
        openssl("ec -in " + file("own.key") + " -aes128 -passout pass:secret -out " +
                file("sealed.key"));
        openssl("req -new -subj /CN=leaf -key " + file("own.key") + " -out " + file("leaf.csr"));
        openssl("x509 -req -days 2 -in " + file("leaf.csr") + " -CA " + file("other.pem") +
                " -CAkey " + file("other.key") + " -CAcreateserial -out " + file("leaf.pem"));
        join("chain.pem", {"leaf.pem", "other.pem"});
        join("disorder.pem", {"own.pem", "other.pem"});
    }
    static void TearDownTestSuite() { fs::remove_all(folder_); }
    static std::string file(const std::string& name) { return (folder_ / name).string(); }

    static void openssl(const std::string& arguments) {
        ASSERT_EQ(std::system(("openssl " + arguments + " 2>/dev/null").c_str()), 0) << arguments;
    }
    static void join(const std::string& name, const std::vector<std::string>& parts) {
        std::ofstream whole(file(name));
        for (const std::string& part : parts)
            whole << std::ifstream(file(part)).rdbuf();
    }

    static ServerOptions options() {
        ServerOptions options;
        options.tls_certificate = file("own.pem");
        options.tls_key = file("own.key");
        options.header_timeout = Milliseconds(300);
        return options;
    }
    static Router router() {
        Route route;
        route.method = Method::post;
        route.pattern = "/";
        route.max_body = 1'000'000;
        route.handler = [](Request request) -> awaitable<Reply> {
            co_return Reply::text(request.is_tls ? 200 : 500, request.body);
        };
        Route socket;
        socket.pattern = "/socket";
        socket.stream = [](Request, WebSocket& peer) -> awaitable<void> {
            while (auto text = co_await peer.read())
                co_await peer.write(std::move(*text));
        };
        Router router;
        router.add(std::move(route), kOpen);
        router.add(std::move(socket), kOpen);
        return router;
    }

    static inline fs::path folder_;
};

// A blocking TLS client that trusts the test's own certificate only.
class TlsClient {
 public:
    TlsClient(std::uint16_t port, const std::string& certificate, int newest = 0)
        : stream_(io_, context_) {
        context_.load_verify_file(certificate);
        stream_.set_verify_mode(asio::ssl::verify_peer);
        if (newest > 0) SSL_set_max_proto_version(stream_.native_handle(), newest);
        stream_.next_layer().connect({asio::ip::address_v4::loopback(), port});
        stream_.handshake(asio::ssl::stream_base::client);
    }
    std::string ask(const std::string& request, const std::string& until) {
        asio::write(stream_, asio::buffer(request));
        const std::size_t size = asio::read_until(stream_, asio::dynamic_buffer(inbox_), until);
        std::string answer = inbox_.substr(0, size);
        inbox_.erase(0, size);
        return answer;
    }

 private:
    asio::io_context io_;
    asio::ssl::context context_{asio::ssl::context::tls_client};
    asio::ssl::stream<asio::ip::tcp::socket> stream_;
    std::string inbox_;
};

std::string post(const std::string& body) {
    return "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

TEST_F(Tls, ServesRequestsAndWebSockets) {
    LiveServer server(options(), router());
    TlsClient client(server.port(), file("own.pem"));
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(client.ask(post("hello."), "hello.").substr(0, 15), "HTTP/1.1 200 OK");
    const std::string large = std::string(300'000, 'x') + "END";
    EXPECT_GT(client.ask(post(large), "END").size(), large.size());

    const std::string handshake =
        "GET /socket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    EXPECT_EQ(client.ask(handshake, "\r\n\r\n").substr(0, 12), "HTTP/1.1 101");
    EXPECT_EQ(client.ask(frame(0x81, "hello"), "hello"), "\x81\x05hello");
}

TEST_F(Tls, SpeaksNothingOlderThan12) {
    LiveServer server(options(), router());
    EXPECT_NO_THROW(TlsClient(server.port(), file("own.pem"), TLS1_2_VERSION));
    EXPECT_THROW(TlsClient(server.port(), file("own.pem"), TLS1_1_VERSION),
                 boost::system::system_error);
}

TEST_F(Tls, DropsThoseWhoDoNotShakeHands) {
    LiveServer server(options(), router());
    Client silent(server.port());
    EXPECT_TRUE(silent.ends());
    Client plain(server.port());
    plain.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(plain.ends());
}

struct FilesCase {
    std::string certificate;
    std::string key;
    std::string sentence;
};

TEST_F(Tls, NamesTheFileThatIsWrong) {
    const FilesCase cases[] = {
        {"missing.pem", "own.key",
         "The TLS certificate " + file("missing.pem") + " cannot be used."},
        {"garbage.pem", "own.key",
         "The TLS certificate " + file("garbage.pem") + " cannot be used."},
        {"own.pem", "missing.key", "The TLS key " + file("missing.key") + " cannot be used."},
        {"own.pem", "garbage.pem", "The TLS key " + file("garbage.pem") + " cannot be used."},
        // Nobody is asked for the passphrase.
        {"own.pem", "sealed.key", "The TLS key " + file("sealed.key") + " cannot be used."},
        {"disorder.pem", "own.key",
         "The TLS certificate " + file("disorder.pem") +
             " is in disorder: certificate 2 of the file did not issue the one before it."},
        {"own.pem", "other.key",
         "The TLS key " + file("other.key") + " does not belong to " + file("own.pem") + "."},
    };
    for (const FilesCase& c : cases) {
        try {
            make_tls_context(file(c.certificate), file(c.key));
            FAIL() << c.sentence;
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.error().outcome, Outcome::invalid);
            EXPECT_EQ(failure.error().message, c.sentence);
        }
    }
}

TEST_F(Tls, TakesAChainInOrder) {
    EXPECT_NO_THROW(make_tls_context(file("chain.pem"), file("own.key")));
}

TEST_F(Tls, KnowsWhenACertificateEnds) {
    const Timestamp now = SystemClock().now();
    const auto end = certificate_end(file("chain.pem"));
    ASSERT_TRUE(end);
    EXPECT_GT(*end, now + std::chrono::hours(47));
    EXPECT_LE(*end, now + std::chrono::hours(48));
    EXPECT_FALSE(certificate_end(file("garbage.pem")));
    EXPECT_FALSE(certificate_end(file("missing.pem")));
}

}  // namespace
}  // namespace tributary::http
