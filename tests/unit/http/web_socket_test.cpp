// The WebSocket end of the server, frame by frame (promises CH5-CH9, CH13-CH15).
#include <gtest/gtest.h>

#include <atomic>

#include "live_server.hpp"

namespace tributary::http {
namespace {

const RouteAccess kOpen("everybody", "nothing");

const std::string kKey = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const std::string kUpgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
const std::string kVersion = "Sec-WebSocket-Version: 13\r\n";

std::string handshake(const std::string& path) {
    return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + kUpgrade + kVersion + kKey + "\r\n";
}

awaitable<void> echo(Request, WebSocket& socket) {
    while (auto text = co_await socket.read())
        co_await socket.write(std::move(*text));
}

// Writes as fast as the peer reads.
awaitable<void> pour(Request, WebSocket& socket) {
    for (;;) {
        std::string text(10'000, 'x');
        co_await socket.write(std::move(text));
    }
}

// A burst that is all queued before anything can leave.
awaitable<void> burst(Request, WebSocket& socket) {
    for (int i = 0; i < 500; ++i)
        co_await socket.write(std::to_string(i));
    co_await socket.read();
}

awaitable<void> say_goodbye(Request, WebSocket& socket) {
    co_await socket.write("last words");
    socket.close(4001, "enough");
}

awaitable<void> crash(Request, WebSocket&) {
    throw std::runtime_error("no reason");
    co_return;
}

awaitable<std::optional<Reply>> admit_friends(const Request& request) {
    if (request.headers.get("Origin") == "https://friend.example") co_return std::nullopt;
    std::optional<Reply> refusal = Reply(403);
    co_return refusal;
}

void add(Router& router, std::string pattern, StreamHandler stream, Admission admit = {}) {
    Route route;
    route.pattern = std::move(pattern);
    route.stream = std::move(stream);
    route.admit = std::move(admit);
    router.add(std::move(route), kOpen);
}

Router make_router() {
    Router router;
    add(router, "/echo", echo);
    add(router, "/pour", pour);
    add(router, "/burst", burst);
    add(router, "/goodbye", say_goodbye);
    add(router, "/crash", crash);
    add(router, "/friends", echo, admit_friends);
    return router;
}

ServerOptions quick_options() {
    ServerOptions options;
    options.write_timeout = Milliseconds(300);
    options.linger_timeout = Milliseconds(300);
    return options;
}

void open(Client& client, const std::string& path) {
    ASSERT_EQ(client.ask(handshake(path)).status, 101);
}

TEST(WebSocket, SharesItsPathWithPlainRequests) {
    Route route;
    route.pattern = "/both";
    route.stream = echo;
    route.handler = [](Request) -> awaitable<Reply> { co_return Reply::text(200, "plain"); };
    Router router;
    router.add(std::move(route), kOpen);
    LiveServer server(quick_options(), std::move(router));
    Client client(server.port());
    EXPECT_EQ(client.ask("GET /both HTTP/1.1\r\nHost: a\r\n\r\n").body, "plain");
    open(client, "/both");
}

TEST(WebSocket, EchoesTextInOrder) {
    LiveServer server(quick_options(), make_router());
    Client client(server.port());
    const Answer answer = client.ask(handshake("/echo"));
    ASSERT_EQ(answer.status, 101);
    EXPECT_TRUE(answer.has("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")) << answer.head;
    EXPECT_FALSE(answer.has("permessage-deflate"));
    const std::string largest(64 * 1024, 'x');
    client.send(frame(0x81, "one") + frame(0x01, "tw") + frame(0x89, "ping") + frame(0x80, "o") +
                frame(0x81, "") + frame(0x81, largest));
    EXPECT_EQ(receive_frame(client).payload, "one");
    std::vector<std::string> rest;
    for (int i = 0; i < 4; ++i) {
        const Frame next = receive_frame(client);
        if (next.opcode == 10) {
            EXPECT_EQ(next.payload, "ping");
        } else {
            rest.push_back(next.payload);
        }
    }
    EXPECT_EQ(rest, (std::vector<std::string>{"two", "", largest}));
    EXPECT_EQ(server.stats().web_sockets, 1u);
    client.send(frame(0x88, "\x03\xe8"));
    EXPECT_EQ(receive_close_code(client), 1000);
    EXPECT_TRUE(client.is_closed());
}

TEST(WebSocket, TakesFramesSentBehindTheHandshake) {
    LiveServer server(quick_options(), make_router());
    Client client(server.port());
    EXPECT_EQ(client.ask(handshake("/echo") + frame(0x81, "early") + frame(0x81, "bird")).status,
              101);
    EXPECT_EQ(receive_frame(client).payload, "early");
    EXPECT_EQ(receive_frame(client).payload, "bird");
}

struct HandshakeCase {
    const char* name;
    std::string request;
    int status;
};

// CH5
TEST(WebSocket, RefusesBadHandshakes) {
    LiveServer server(quick_options(), make_router());
    const std::string get = "GET /echo HTTP/1.1\r\nHost: a\r\n";
    const HandshakeCase cases[] = {
        {"no upgrade", get + "\r\n", 426},
        {"other protocol", get + "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 426},
        {"version 12", get + kUpgrade + kKey + "Sec-WebSocket-Version: 12\r\n\r\n", 426},
        {"no version", get + kUpgrade + kKey + "\r\n", 426},
        {"no key", get + kUpgrade + kVersion + "\r\n", 400},
        {"two keys", get + kUpgrade + kVersion + kKey + kKey + "\r\n", 400},
        {"short key", get + kUpgrade + kVersion + "Sec-WebSocket-Key: YWJj\r\n\r\n", 400},
        {"HTTP/1.0", "GET /echo HTTP/1.0\r\nHost: a\r\n" + kUpgrade + kVersion + kKey + "\r\n",
         426},
        {"body", get + kUpgrade + kVersion + kKey + "Content-Length: 2\r\n\r\nhi", 400},
        {"POST", "POST /echo HTTP/1.1\r\nHost: a\r\n" + kUpgrade + kVersion + kKey + "\r\n", 405},
        {"not admitted", handshake("/friends"), 403},
    };
    for (const HandshakeCase& c : cases) {
        Client client(server.port());
        EXPECT_EQ(client.ask(c.request).status, c.status) << c.name;
    }
    Client stranger(server.port());
    EXPECT_TRUE(stranger.ask(cases[2].request).has("Sec-WebSocket-Version: 13"));
    Client friendly(server.port());
    const std::string request = handshake("/friends");
    EXPECT_EQ(
        friendly
            .ask(request.substr(0, request.size() - 2) + "Origin: https://friend.example\r\n\r\n")
            .status,
        101);
}

struct FrameCase {
    const char* name;
    std::string bytes;
    int close_code;
};

// CH6, CH7, CH9, CH15
TEST(WebSocket, ClosesWithTheCodeOfTheBreach) {
    LiveServer server(quick_options(), make_router());
    std::string unmasked = frame(0x81, "");
    unmasked[1] = 0;
    const std::string huge_length =
        std::string("\x81\xff\x80\0\0\0\0\0\0\0", 10) + std::string(4, '\0');
    const FrameCase cases[] = {
        {"unmasked", unmasked.substr(0, 2) + "xxxx", 1002},
        {"reserved bit", frame(0xc1, "x"), 1002},
        {"reserved opcode", frame(0x83, "x"), 1002},
        {"reserved control opcode", frame(0x8b, "x"), 1002},
        {"long control frame", frame(0x89, std::string(126, 'x')), 1002},
        {"fragmented control frame", frame(0x09, "x"), 1002},
        {"length with high bit", huge_length, 1009},
        {"continuation of nothing", frame(0x80, "x"), 1002},
        {"text within text", frame(0x01, "x") + frame(0x81, "y"), 1002},
        {"64 KiB and one", frame(0x81, std::string(64 * 1024 + 1, 'x')), 1009},
        {"fragments beyond 64 KiB",
         frame(0x01, std::string(40'000, 'x')) + frame(0x80, std::string(40'000, 'x')), 1009},
        {"binary", frame(0x82, "x"), 1003},
        {"invalid UTF-8", frame(0x81, "\xff"), 1007},
        {"invalid UTF-8 across fragments", frame(0x01, "\xf0\x9f") + frame(0x80, "x"), 1007},
        {"cut UTF-8", frame(0x81, "\xf0\x9f"), 1007},
        {"close code 999", frame(0x88, "\x03\xe7"), 1002},
        {"close code 5000", frame(0x88, "\x13\x88"), 5000},
        {"close of one byte", frame(0x88, "x"), 1002},
        {"close without code", frame(0x88, ""), 1000},
    };
    for (const FrameCase& c : cases) {
        Client client(server.port());
        open(client, "/echo");
        client.send(c.bytes);
        EXPECT_EQ(receive_close_code(client), c.close_code) << c.name;
        client.send(frame(0x81, "data after close"));
        client.send(frame(0x88, "\x03\xe8"));
        EXPECT_TRUE(client.ends()) << c.name;
    }
    while (server.stats().connections > 0)
        std::this_thread::yield();
    EXPECT_EQ(server.stats().web_sockets, 0u);
}

TEST(WebSocket, AcceptsTextSplitWithinACharacter) {
    LiveServer server(quick_options(), make_router());
    Client client(server.port());
    open(client, "/echo");
    client.send(frame(0x01, "\xf0\x9f") + frame(0x00, "\x98") + frame(0x80, "\x80"));
    EXPECT_EQ(receive_frame(client).payload, "😀");
}

// CH7
TEST(WebSocket, EndsAStreamOfEmptyFragments) {
    LiveServer server(quick_options(), make_router());
    Client client(server.port());
    open(client, "/echo");
    std::string flood = frame(0x01, "");
    for (int i = 0; i < 10'000; ++i)
        flood += frame(0x00, "");
    for (int i = 0; i < 100 && client.send(flood.substr(i > 0 ? 6 : 0)); ++i) {
    }
    EXPECT_EQ(receive_close_code(client), 1009);
}

// CH13
TEST(WebSocket, EndsFloodsOfMessagesAndPings) {
    ServerOptions options = quick_options();
    options.web_socket_frames_per_second = 1;
    options.web_socket_burst = 20;
    LiveServer server(options, make_router());
    for (const int opcode : {0x81, 0x89}) {
        Client client(server.port());
        open(client, "/echo");
        std::string flood;
        for (int i = 0; i < 100; ++i)
            flood += frame(opcode, "x");
        client.send(flood);
        EXPECT_EQ(receive_close_code(client), 1008) << opcode;
    }
    Client modest(server.port());
    open(modest, "/echo");
    for (int i = 0; i < 19; ++i) {
        modest.send(frame(0x81, "x"));
        EXPECT_EQ(receive_frame(modest).payload, "x");
    }
}

TEST(WebSocket, SendsABurstWholeAndInOrder) {
    LiveServer server(quick_options(), make_router());
    Client client(server.port());
    open(client, "/burst");
    for (int i = 0; i < 500; ++i)
        ASSERT_EQ(receive_frame(client).payload, std::to_string(i));
}

TEST(WebSocket, FlushesBeforeItCloses) {
    LiveServer server(quick_options(), make_router());
    Client client(server.port());
    open(client, "/goodbye");
    EXPECT_EQ(receive_frame(client).payload, "last words");
    const Frame close = receive_frame(client);
    EXPECT_EQ(close.close_code(), 4001);
    EXPECT_EQ(close.payload.substr(2), "enough");
    client.send(frame(0x88, close.payload));
    EXPECT_TRUE(client.is_closed());
}

TEST(WebSocket, SaysSoWhenTheHandlerFails) {
    LiveServer server(quick_options(), make_router());
    Client client(server.port());
    open(client, "/crash");
    EXPECT_EQ(receive_close_code(client), 1011);
}

// CH14
TEST(WebSocket, DropsAReaderThatNeverReads) {
    ServerOptions options = quick_options();
    options.web_socket_burst = 1'000'000;
    LiveServer server(options, make_router());
    Client deaf(server.port(), 4096);
    open(deaf, "/pour");
    Client good(server.port());
    open(good, "/echo");
    while (server.stats().web_sockets < 2)
        std::this_thread::yield();
    while (server.stats().web_sockets > 1) {
        good.send(frame(0x89, "still there?"));
        ASSERT_EQ(receive_frame(good).opcode, 10);
    }
    good.send(frame(0x81, "yes"));
    EXPECT_EQ(receive_frame(good).payload, "yes");
}

// Several writers of one socket do not wait for each other: their backlog is capped.
TEST(WebSocket, DropsAReaderWhoseBacklogIsFull) {
    std::promise<int> outcome;
    StreamHandler handler = [&](Request, WebSocket& socket) -> awaitable<void> {
        std::atomic<int> running = 40;
        int refused = 0;
        const auto executor = co_await asio::this_coro::executor;
        const auto write_one = [&]() -> awaitable<void> {
            try {
                for (;;)
                    co_await socket.write(std::string(30'000, 'x'));
            } catch (const Failure&) {
                ++refused;
            }
            --running;
        };
        for (int i = 0; i < 40; ++i)
            spawn(executor, "writer", write_one());
        while (running > 0)
            co_await sleep_for(Milliseconds(1));
        outcome.set_value(refused);
    };
    Router router;
    add(router, "/", handler);
    ServerOptions options;  // with the long write time-out: it is the cap that bites
    LiveServer server(options, std::move(router));
    Client deaf(server.port(), 4096);
    open(deaf, "/");
    EXPECT_EQ(outcome.get_future().get(), 40);
    EXPECT_TRUE(deaf.ends());
}

TEST(WebSocket, PingsTheSilentAndDropsTheDead) {
    ServerOptions options = quick_options();
    options.idle_timeout = Milliseconds(300);
    LiveServer server(options, make_router());
    Client alive(server.port());
    open(alive, "/echo");
    for (int i = 0; i < 3; ++i) {
        const Frame ping = receive_frame(alive);
        ASSERT_EQ(ping.opcode, 9);
        alive.send(frame(0x8a, ping.payload));
    }
    Client dead(server.port());
    open(dead, "/echo");
    EXPECT_TRUE(dead.ends());
}

// CH15
TEST(WebSocket, LeavesACleanStateWhenTheClientVanishesInAMessage) {
    LiveServer server(quick_options(), make_router());
    Client client(server.port());
    open(client, "/echo");
    client.send(frame(0x81, std::string(1000, 'x')).substr(0, 500));
    client.close();
    while (server.stats().connections > 0)
        std::this_thread::yield();
    EXPECT_EQ(server.stats().web_sockets, 0u);
}

TEST(WebSocket, SaysGoingAwayWhenTheServerDrains) {
    LiveServer server(quick_options(), make_router());
    Client client(server.port());
    open(client, "/echo");
    auto drained = server.drain(Milliseconds(20'000));
    const Frame close = receive_frame(client);
    EXPECT_EQ(close.close_code(), 1001);
    client.send(frame(0x88, close.payload));
    EXPECT_TRUE(client.is_closed());
    drained.get();
}

}  // namespace
}  // namespace tributary::http
