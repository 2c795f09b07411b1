// The HTTP server as a client on loopback sees it.
#include "http/server.hpp"

#include <gtest/gtest.h>

#include "live_server.hpp"

namespace tributary::http {
namespace {

const RouteAccess kOpen("everybody", "nothing");

awaitable<Reply> echo(Request request) {
    Reply reply = Reply::text(200, request.method_name + " " + request.path + " " + request.body);
    co_return reply;
}

awaitable<Reply> fail(Request) {
    throw Failure(Outcome::unavailable, "The store is away.", "secret detail");
    co_return Reply();
}

awaitable<Reply> crash(Request) {
    throw std::runtime_error("secret detail");
    co_return Reply();
}

awaitable<Reply> grow(Request) {
    Reply reply = Reply::text(200, std::string(3'000'000, 'x'));
    co_return reply;
}

void add(Router& router, Method method, std::string pattern, Handler handler,
         std::size_t max_body = 1000) {
    Route route;
    route.method = method;
    route.pattern = std::move(pattern);
    route.handler = std::move(handler);
    route.max_body = max_body;
    router.add(std::move(route), kOpen);
}

Router make_router() {
    Router router;
    add(router, Method::get, "/", echo);
    add(router, Method::post, "/echo", echo);
    add(router, Method::get, "/echo", echo);
    add(router, Method::post, "/large", echo, 10'000'000);
    add(router, Method::options, "/cors", echo);
    add(router, Method::post, "/cors", echo);
    add(router, Method::get, "/fail", fail);
    add(router, Method::get, "/crash", crash);
    add(router, Method::get, "/grow", grow);
    return router;
}

ServerOptions quick_options() {
    ServerOptions options;
    options.default_headers = {{"X-Frame-Options", "DENY"}};
    options.idle_timeout = std::chrono::milliseconds(400);
    options.header_timeout = std::chrono::milliseconds(200);
    options.body_timeout = std::chrono::milliseconds(200);
    options.write_timeout = std::chrono::milliseconds(300);
    options.linger_timeout = std::chrono::milliseconds(300);
    return options;
}

const std::string kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

std::string post(const std::string& path, const std::string& body) {
    return "POST " + path +
           " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
           body;
}

TEST(Server, KeepsTheConnectionAndAnswersInOrder) {
    LiveServer server(ServerOptions(), make_router());
    Client client(server.port());
    for (int i = 0; i < 3; ++i) {
        const Answer answer = client.ask(post("/echo", "hello"));
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.body, "POST /echo hello");
        EXPECT_TRUE(answer.has("\r\nDate: ")) << answer.head;
        EXPECT_FALSE(answer.has("Connection:"));
    }
    std::string many;
    for (int i = 0; i < 1000; ++i)
        many += post("/echo", std::to_string(i));
    ASSERT_TRUE(client.send(many));
    for (int i = 0; i < 1000; ++i)
        ASSERT_EQ(client.receive_answer().body, "POST /echo " + std::to_string(i));
    EXPECT_EQ(server.stats().requests, 1003u);
    EXPECT_EQ(server.stats().connections, 1u);
}

TEST(Server, ReadsRequestsThatArriveByteByByte) {
    LiveServer server(ServerOptions(), make_router());
    Client client(server.port());
    for (const char byte : "\r\n" + post("/echo", "slow"))
        ASSERT_TRUE(client.send({&byte, 1}));
    EXPECT_EQ(client.receive_answer().body, "POST /echo slow");
}

struct BreachCase {
    const char* name;
    std::string bytes;
    int status;
};

// R1 to R8
TEST(Server, AnswersEveryBreachOfFramingAndCloses) {
    LiveServer server(ServerOptions(), make_router());
    const std::string head = "POST /echo HTTP/1.1\r\nHost: a\r\n";
    const std::string chunks = "5\r\nhello\r\n0\r\n";
    const BreachCase cases[] = {
        {"TE+CL",
         head + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + chunks + "\r\n", 400},
        {"CL+TE",
         head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + "\r\n", 400},
        {"TE gzip", head + "Transfer-Encoding: gzip\r\n\r\n" + kGet, 400},
        {"TE chunked twice", head + "Transfer-Encoding: chunked, chunked\r\n\r\n" + chunks, 400},
        {"chunked in 1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks,
         400},
        {"chunked", head + "Transfer-Encoding: chunked\r\n\r\n" + chunks + "\r\n", 411},
        {"100 kB trailer",
         head + "Transfer-Encoding: chunked\r\n\r\n" + chunks + "X: " + std::string(100'000, 'x') +
             "\r\n\r\n",
         411},
        {"100 kB chunk extension",
         head + "Transfer-Encoding: chunked\r\n\r\n5;" + std::string(100'000, 'x') +
             "\r\nhello\r\n0\r\n\r\n",
         411},
        {"obs-fold", head + "X: a\r\n b\r\n\r\n", 400},
        {"CL list", head + "Content-Length: 5, 5\r\n\r\nhello", 400},
        {"CL plus", head + "Content-Length: +5\r\n\r\nhello", 400},
        {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
        {"space before colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
        {"bare LF", "GET / HTTP/1.1\nHost: a\n\n", 400},
        {"9 kB field", "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(9'000, 'x') + "\r\n\r\n",
         431},
        {"9 kB target", "GET /" + std::string(9'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},
        {"TLS hello", "\x16\x03\x01", 400},
        {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
    };
    for (const BreachCase& c : cases) {
        Client client(server.port());
        client.send(c.bytes);
        client.finish_sending();
        const Answer answer = client.receive_answer();
        EXPECT_EQ(answer.status, c.status) << c.name;
        EXPECT_TRUE(answer.has("Connection: close")) << c.name;
        EXPECT_TRUE(client.is_closed()) << c.name;
    }
    Client good(server.port());
    EXPECT_EQ(good.ask(kGet).status, 200);
    EXPECT_EQ(server.stats().refused, std::size(cases));
}

TEST(Server, ServesNoRequestBehindABreach) {
    LiveServer server(ServerOptions(), make_router());
    Client client(server.port());
    client.send("GET / HTTP/1.1\r\nX: y\r\n\r\n" + kGet);
    EXPECT_EQ(client.receive_answer().status, 400);
    EXPECT_TRUE(client.is_closed());
}

TEST(Server, GivesUnknownAndUnsafePathsTheSameAnswer) {
    LiveServer server(ServerOptions(), make_router());
    Client client(server.port());
    const auto ask = [&](const std::string& target) {
        return client.ask("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
    };
    const Answer unknown = ask("/unknown");
    EXPECT_EQ(unknown.status, 404);
    for (const char* target :
         {"/..", "/%2e%2e/echo", "/echo%00", "/a\\b", "/%c0%ae/", "/echo;a=b", "//echo"}) {
        const Answer answer = ask(target);
        EXPECT_EQ(answer.status, 404) << target;
        EXPECT_EQ(answer.body, unknown.body) << target;
    }
}

TEST(Server, AnswersMethodsByTheTable) {
    LiveServer server(quick_options(), make_router());
    Client client(server.port());
    client.send("HEAD /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    const Answer head = client.receive_answer(false);
    EXPECT_EQ(head.status, 200);
    EXPECT_TRUE(head.has("Content-Length: 11")) << head.head;

    const Answer trace = client.ask("TRACE /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(trace.status, 405);
    EXPECT_TRUE(trace.has("Allow: POST, GET, HEAD, OPTIONS")) << trace.head;
    EXPECT_TRUE(trace.has("X-Frame-Options: DENY"));

    const Answer options = client.ask("OPTIONS /echo HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(options.status, 204);
    EXPECT_TRUE(options.has("Allow: POST, GET, HEAD, OPTIONS"));
    EXPECT_FALSE(options.has("Content-Length"));

    EXPECT_EQ(client.ask("OPTIONS /cors HTTP/1.1\r\nHost: a\r\n\r\n").body, "OPTIONS /cors ");
    EXPECT_EQ(client.ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").status, 404);
}

TEST(Server, LivesOnWhenAHandlerThrows) {
    LiveServer server(quick_options(), make_router());
    Client client(server.port());
    const Answer failed = client.ask("GET /fail HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(failed.status, 503);
    EXPECT_TRUE(failed.has("application/problem+json"));
    EXPECT_NE(failed.body.find("The store is away."), std::string::npos);
    const Answer crashed = client.ask("GET /crash HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(crashed.status, 500);
    EXPECT_TRUE(crashed.has("X-Frame-Options: DENY"));
    EXPECT_EQ((failed.body + crashed.body).find("secret"), std::string::npos);
    EXPECT_EQ(client.ask(kGet).status, 200);
}

TEST(Server, RefusesABodyOverItsRoutesLimitBeforeItArrives) {
    LiveServer server(quick_options(), make_router());
    Client exact(server.port());
    EXPECT_EQ(exact.ask(post("/echo", std::string(1000, 'x'))).status, 200);
    Client client(server.port());
    const Answer answer =
        client.ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n");
    EXPECT_EQ(answer.status, 413);
    EXPECT_TRUE(client.is_closed());
    // The reply arrives although the client sends all of it first.
    Client stubborn(server.port());
    stubborn.send(post("/echo", std::string(200'000, 'x')));
    EXPECT_EQ(stubborn.receive_answer().status, 413);
}

TEST(Server, CarriesLargeBodiesBothWays) {
    LiveServer server(ServerOptions(), make_router());
    Client client(server.port());
    const std::string body(5'000'000, 'y');
    EXPECT_EQ(client.ask(post("/large", body)).body, "POST /large " + body);
    EXPECT_EQ(client.ask("GET /grow HTTP/1.1\r\nHost: a\r\n\r\n").body.size(), 3'000'000u);
}

// R9
TEST(Server, SaysContinueOnlyWhenTheBodyIsWelcome) {
    LiveServer server(quick_options(), make_router());
    const std::string head =
        "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: ";
    Client client(server.port());
    EXPECT_EQ(client.ask(head + "5\r\n\r\n").status, 100);
    EXPECT_EQ(client.ask("hello").body, "POST /echo hello");
    EXPECT_EQ(client.ask(head + "5000\r\n\r\n").status, 413);
    Client silent(server.port());
    EXPECT_EQ(silent.ask(head + "5\r\n\r\n").status, 100);
    EXPECT_EQ(silent.receive_answer().status, 408);
    EXPECT_TRUE(silent.is_closed());
}

// R9
TEST(Server, IgnoresAnUpgradeItDoesNotSpeak) {
    LiveServer server(quick_options(), make_router());
    Client client(server.port());
    EXPECT_EQ(client
                  .ask("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                       "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n")
                  .status,
              200);
}

TEST(Server, SpeaksHttp10) {
    LiveServer server(quick_options(), make_router());
    Client client(server.port());
    EXPECT_TRUE(client.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                    .has("Connection: keep-alive"));
    EXPECT_TRUE(client.ask("GET / HTTP/1.0\r\n\r\n").has("Connection: close"));
    EXPECT_TRUE(client.is_closed());
}

TEST(Server, DropsThoseWhoKeepItWaiting) {
    LiveServer server(quick_options(), make_router());
    Client silent(server.port());
    Client slow_header(server.port());
    Client slow_body(server.port());
    slow_header.send("GET / HTTP/1.1\r\nHost");
    slow_body.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhel");
    EXPECT_EQ(slow_header.receive_answer().status, 408);
    EXPECT_TRUE(slow_header.is_closed());
    EXPECT_EQ(slow_body.receive_answer().status, 408);
    EXPECT_TRUE(slow_body.is_closed());
    EXPECT_TRUE(silent.is_closed());
}

TEST(Server, DropsAReaderThatNeverReads) {
    LiveServer server(quick_options(), make_router());
    Client client(server.port(), 4096);
    for (int i = 0; i < 3; ++i)
        client.send("GET /grow HTTP/1.1\r\nHost: a\r\n\r\n");
    Client good(server.port());
    EXPECT_EQ(good.ask(kGet).status, 200);
    while (server.stats().connections > 0)
        std::this_thread::yield();
}

TEST(Server, CompletesTheHandlerWhenTheClientHasGone) {
    Router router;
    std::promise<void> begun;
    std::promise<void> go_on;
    std::promise<std::string> completed;
    const auto waiting = go_on.get_future().share();
    Handler handler = [&](Request request) -> awaitable<Reply> {
        begun.set_value();
        while (waiting.wait_for(Milliseconds(0)) != std::future_status::ready)
            co_await sleep_for(Milliseconds(1));
        completed.set_value(request.body);
        co_return Reply(204);
    };
    add(router, Method::post, "/", handler);
    LiveServer server(quick_options(), std::move(router));
    Client client(server.port());
    client.send(post("/", "kept"));
    begun.get_future().wait();
    client.close();
    go_on.set_value();
    EXPECT_EQ(completed.get_future().get(), "kept");
}

TEST(Server, ClosesTheLongestIdleForTheNewest) {
    ServerOptions options;
    options.max_connections = 2;
    LiveServer server(options, make_router());
    Client first(server.port());
    Client second(server.port());
    EXPECT_EQ(first.ask(kGet).status, 200);
    EXPECT_EQ(second.ask(kGet).status, 200);
    Client third(server.port());
    EXPECT_EQ(third.ask(kGet).status, 200);
    EXPECT_TRUE(first.is_closed());
    EXPECT_EQ(second.ask(kGet).status, 200);
    // Half a head counts as waiting, too.
    third.send("GET / HT");
    EXPECT_EQ(second.ask(kGet).status, 200);
    Client fourth(server.port());
    EXPECT_EQ(fourth.ask(kGet).status, 200);
    EXPECT_TRUE(third.is_closed());
}

// A handler that answers when it is let.
struct Held {
    std::promise<void> begun;
    std::promise<void> go_on;
    Handler handler = [this](Request) -> awaitable<Reply> {
        begun.set_value();
        while (waiting_.wait_for(Milliseconds(0)) != std::future_status::ready)
            co_await sleep_for(Milliseconds(1));
        co_return Reply::text(200, "done");
    };

 private:
    std::shared_future<void> waiting_ = go_on.get_future().share();
};

TEST(Server, TurnsAwayWhoeverComesWhileAllAreAtWork) {
    Router router = make_router();
    Held held;
    add(router, Method::get, "/slow", held.handler);
    ServerOptions options;
    options.max_connections = 1;
    LiveServer server(options, std::move(router));
    Client busy(server.port());
    busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    held.begun.get_future().wait();
    Client other(server.port());
    EXPECT_EQ(other.receive_answer().status, 503);
    EXPECT_TRUE(other.is_closed());
    held.go_on.set_value();
    EXPECT_EQ(busy.receive_answer().status, 200);
}

TEST(Server, DrainsUnderLoad) {
    Router router = make_router();
    Held held;
    add(router, Method::get, "/slow", held.handler);
    LiveServer server(ServerOptions(), std::move(router));
    const std::uint16_t port = server.port();
    Client idle(port);
    EXPECT_EQ(idle.ask(kGet).status, 200);
    Client busy(port);
    busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n" + kGet);
    held.begun.get_future().wait();
    auto drained = server.drain(Milliseconds(20'000));
    EXPECT_TRUE(idle.is_closed());
    EXPECT_THROW(Client{port}, boost::system::system_error);
    held.go_on.set_value();
    const Answer answer = busy.receive_answer();
    EXPECT_EQ(answer.body, "done");
    EXPECT_TRUE(answer.has("Connection: close"));
    EXPECT_TRUE(busy.is_closed());
    busy.close();
    drained.get();
    EXPECT_EQ(server.stats().connections, 0u);
}

TEST(Server, CutsWhatDoesNotDrainInTime) {
    Router router;
    std::promise<void> begun;
    Handler handler = [&](Request) -> awaitable<Reply> {
        begun.set_value();
        co_await sleep_for(std::chrono::hours(1));
        co_return Reply(200);
    };
    add(router, Method::get, "/", handler);
    LiveServer server(ServerOptions(), std::move(router));
    Client client(server.port());
    client.send(kGet);
    begun.get_future().wait();
    server.drain(Milliseconds(10)).get();
    EXPECT_TRUE(client.ends());
}

TEST(Server, NamesTheAddressItCannotBind) {
    asio::io_context io;
    ServerOptions options;
    options.port = 0;
    const Server first(io, options, Router());
    options.port = first.port();
    try {
        const Server second(io, options, Router());
        FAIL() << "bound twice";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.error().outcome, Outcome::invalid);
        EXPECT_NE(failure.error().message.find("127.0.0.1:" + std::to_string(options.port)),
                  std::string::npos);
    }
    options.host = "nowhere";
    EXPECT_THROW(Server(io, options, Router()), Failure);
}

}  // namespace
}  // namespace tributary::http
