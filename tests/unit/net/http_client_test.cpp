#include "net/http_client.hpp"

#include <gtest/gtest.h>

#include "tests/support/coroutines.hpp"

namespace tributary::net {
namespace {

using Socket = test::LoopbackServer::Socket;

awaitable<std::string> read_head(Socket& socket, std::string& buffer) {
    const std::size_t end = co_await asio::async_read_until(socket, asio::dynamic_buffer(buffer),
                                                            "\r\n\r\n", use_awaitable);
    std::string head = buffer.substr(0, end);
    buffer.erase(0, end);
    co_return head;
}

// Answers every request of a connection with `reply`, and remembers the last head.
class HttpClientTest : public testing::Test {
 protected:
    Result<ClientReply> ask(ClientRequest request) {
        return test::run(io, client.request(std::move(request)));
    }
    ClientRequest request_for(const std::string& path) const {
        ClientRequest request;
        request.url = "http://127.0.0.1:" + server.port() + path;
        request.reach = Reach::private_too;
        return request;
    }
    awaitable<void> answer(Socket& socket) {
        std::string buffer;
        while (true) {
            head = co_await read_head(socket, buffer);
            if (reply.empty()) continue;
            co_await asio::async_write(socket, asio::buffer(reply), use_awaitable);
        }
    }

    std::string head;
    std::string reply = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Sign:  yes \r\n\r\nhi";
    asio::io_context io;
    Curl curl{io};
    HttpClient client{curl};
    test::LoopbackServer server{io, [this](Socket& socket) { return answer(socket); }};
};

TEST_F(HttpClientTest, GivesStatusHeadersAndBody) {
    const auto got = ask(request_for("/a?b=c"));
    ASSERT_TRUE(got.has_value()) << describe(got.error());
    EXPECT_EQ(got->status, 200);
    EXPECT_EQ(got->body, "hi");
    ASSERT_EQ(got->headers.size(), 2u);
    EXPECT_EQ(got->headers[1].first, "X-Sign");
    EXPECT_EQ(got->headers[1].second, "yes");
    EXPECT_TRUE(head.starts_with("GET /a?b=c HTTP/1.1\r\n")) << head;
}

TEST_F(HttpClientTest, SendsMethodHeadersAndBody) {
    ClientRequest request = request_for("/hook");
    request.method = "PUT";
    request.headers = {{"Content-Type", "application/json"}, {"X-Empty", ""}};
    request.body = std::string(2'000'000, 'x');
    ASSERT_TRUE(ask(request).has_value());
    EXPECT_TRUE(head.starts_with("PUT /hook HTTP/1.1\r\n")) << head;
    EXPECT_NE(head.find("Content-Type: application/json\r\n"), std::string::npos) << head;
    EXPECT_NE(head.find("X-Empty:\r\n"), std::string::npos) << head;
    EXPECT_NE(head.find("Content-Length: 2000000\r\n"), std::string::npos) << head;
    EXPECT_EQ(head.find("Expect:"), std::string::npos) << head;
}

TEST_F(HttpClientTest, UsesAConnectionAgain) {
    ASSERT_TRUE(ask(request_for("/1")).has_value());
    ASSERT_TRUE(ask(request_for("/2")).has_value());
    EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpClientTest, AnyStatusIsAReplyAndRedirectsAreNotFollowed) {
    reply = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
    const auto got = ask(request_for("/"));
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(got->status, 302);
    EXPECT_EQ(server.connections(), 1);
}

TEST_F(HttpClientTest, TheReplyHasALimit) {
    ClientRequest request = request_for("/");
    request.max_reply = 2;
    EXPECT_TRUE(ask(request).has_value());
    request.max_reply = 1;
    const auto got = ask(request);
    ASSERT_TRUE(got.has_error());
    EXPECT_EQ(got.error().outcome, Outcome::rejected);
    EXPECT_EQ(got.error().reason, "too_large");
}

TEST_F(HttpClientTest, HeadersHaveALimit) {
    reply = "HTTP/1.1 200 OK\r\n";
    for (int i = 0; i < 5000; ++i)
        reply += "X-Flood: " + std::string(60, 'x') + "\r\n";
    reply += "\r\n";
    const auto got = ask(request_for("/"));
    ASSERT_TRUE(got.has_error());
    EXPECT_EQ(got.error().reason, "too_large");
}

TEST_F(HttpClientTest, SilenceEndsAtTheDeadline) {
    reply.clear();
    ClientRequest request = request_for("/");
    request.timeout = std::chrono::seconds(1);
    const auto got = ask(request);
    ASSERT_TRUE(got.has_error());
    EXPECT_EQ(got.error().outcome, Outcome::unavailable);
}

TEST_F(HttpClientTest, ACancelledRequestLeavesTheClientUsable) {
    const std::string good = std::exchange(reply, "");
    EXPECT_THROW(test::run(io, with_timeout(std::chrono::milliseconds(50),
                                            client.request(request_for("/")))),
                 Failure);
    reply = good;
    EXPECT_TRUE(ask(request_for("/")).has_value());
}

TEST_F(HttpClientTest, RefusesTheInside) {
    const std::string port = ":" + server.port() + "/";
    for (const std::string host :
         {"127.0.0.1", "2130706433", "017700000001", "0x7f.1", "0x7f000001", "127.1",
          // Names that resolve to the inside are judged by what they resolve to.
          "localhost", "LOCALHOST", "[::1]", "0.0.0.0", "0", "[::]", "[::ffff:127.0.0.1]",
          "[::ffff:10.0.0.1]", "[::127.0.0.1]", "169.254.169.254", "[fe80::1]", "[fd00::1]",
          "[64:ff9b::7f00:1]", "[2002:7f00:1::]"}) {
        ClientRequest request;
        request.url = "http://" + host + port;
        const auto got = ask(request);
        ASSERT_TRUE(got.has_error()) << host;
        EXPECT_EQ(got.error().outcome, Outcome::rejected) << host << ": " << describe(got.error());
    }
    // With a final dot they are names, which some resolvers know and others do not.
    for (const std::string host : {"127.0.0.1.", "localhost."}) {
        ClientRequest request;
        request.url = "http://" + host + port;
        EXPECT_TRUE(ask(request).has_error()) << host;
    }
    EXPECT_EQ(server.connections(), 0);
}

TEST_F(HttpClientTest, AConnectionOpenedForTheInsideDoesNotServeTheOutside) {
    ASSERT_TRUE(ask(request_for("/")).has_value());
    ClientRequest request = request_for("/");
    request.reach = Reach::public_only;
    head.clear();
    const auto got = ask(request);
    ASSERT_TRUE(got.has_error());
    EXPECT_EQ(got.error().reason, "private_address");
    EXPECT_EQ(head, "");
}

TEST_F(HttpClientTest, RefusesWhatIsNoPlainWebRequest) {
    for (const std::string url : {"",
                                  "/etc/passwd",
                                  "file:///etc/passwd",
                                  "gopher://example.com/",
                                  "ftp://example.com/",
                                  "dict://example.com:11211/",
                                  "ldap://example.com/",
                                  "smtp://example.com/",
                                  "unix:///run/docker.sock",
                                  "http+unix:///run/docker.sock",
                                  "javascript:alert(1)",
                                  "http://user@example.com/",
                                  "http://example.com@127.0.0.1/",
                                  "http://example.com:25/",
                                  "http://example.com:22/",
                                  "http://example.com:0/",
                                  "http://example.com:65536/",
                                  "http://exa mple.com/",
                                  "http://example.com/\r\nX: y",
                                  "http://example.com\r\nX: y/",
                                  "//example.com/"}) {
        ClientRequest request;
        request.url = url;
        const auto got = ask(request);
        ASSERT_TRUE(got.has_error()) << url;
        EXPECT_EQ(got.error().outcome, Outcome::rejected) << url << ": " << describe(got.error());
    }
    ClientRequest split = request_for("/");
    split.headers = {{"X-A", "1\r\nX-B: 2"}};
    EXPECT_TRUE(ask(split).has_error());
    split = request_for("/");
    split.method = "GET / HTTP/1.1\r\nX:";
    EXPECT_TRUE(ask(split).has_error());
    EXPECT_EQ(server.connections(), 0);
}

}  // namespace
}  // namespace tributary::net
