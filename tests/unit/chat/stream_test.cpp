// Streams: the log after the watermark, one socket a conversation.
#include <gtest/gtest.h>

#include "chat_host.hpp"

namespace tributary::chat {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view stream_base = "wss://desk.example.com/chat/site-chat";

class StreamTest : public testing::Test {
 protected:
    // The path and query a client would connect to.
    std::string address(const ChatRoom::Visitor& who, const std::string& watermark = "") {
        const auto reply = room.get(who.path() + "?watermark=" + watermark, who.token);
        return text_at(reply, "streamUrl").substr(stream_base.size());
    }
    int admit(const std::string& target, std::string_view origin = site) {
        const auto request = ChatRoom::request(http::Method::get, target, "", origin);
        const auto refusal = room.run(room.chat->admit_stream(request));
        return refusal ? refusal->status : 101;
    }
    TaskHandle connect(TestSocket& socket, const std::string& target,
                       std::string_view origin = site) {
        EXPECT_EQ(admit(target, origin), 101);
        auto request = ChatRoom::request(http::Method::get, target, "", origin);
        auto task = spawn(room.io.get_executor(), "test.stream",
                          room.chat->stream(std::move(request), socket));
        room.settle();
        return task;
    }

    ChatRoom room;
};

TEST_F(StreamTest, WhoMayOpenIt) {
    const auto ann = room.visitor();
    const auto bob = room.visitor();
    const auto ticket = [&] { return address(ann).substr(address(ann).find("t=")); };

    EXPECT_EQ(admit(address(ann), ""), 403);
    EXPECT_EQ(admit(address(ann), "https://evil.test"), 403);
    EXPECT_EQ(admit(address(ann), "https://www.example.com.evil"), 403);
    EXPECT_EQ(admit(ann.path() + "/stream"), 401);
    EXPECT_EQ(admit(ann.path() + "/stream?t=" + ann.token), 401);
    EXPECT_EQ(admit(bob.path() + "/stream?" + ticket()), 404);
    EXPECT_EQ(admit(ann.path() + "/stream?watermark=x&" + ticket()), 400);
    EXPECT_EQ(admit(ann.path() + "/activities?" + ticket()), 404);

    const auto once = address(ann);
    EXPECT_EQ(admit(once), 101);
    EXPECT_EQ(admit(once), 403);
    const auto late = address(ann);
    room.house.time.turn(61s);
    EXPECT_EQ(admit(late), 403);
}

TEST_F(StreamTest, AClientWithoutPageUsesAGeneratedToken) {
    const auto made = room.post("/v3/directline/tokens/generate", std::string(site_secret), "", "");
    const auto started =
        room.post("/v3/directline/conversations", text_at(made, "token"), "{}", "");
    EXPECT_EQ(admit(text_at(started, "streamUrl").substr(stream_base.size()), ""), 101);
}

TEST_F(StreamTest, PushesEchoesAndAnswersAsTheyCome) {
    const auto ann = room.visitor();
    TestSocket socket(room.io);
    auto task = connect(socket, address(ann));
    room.say(ann, "hello", "c1");
    room.settle();
    room.run(room.chat->send(room.house.answer(ann.conversation, "Hello Ann")));
    room.settle();
    EXPECT_EQ(socket.texts(), (std::vector<std::string>{"hello", "Hello Ann"}));
    EXPECT_EQ(boost::json::parse(socket.sent.back()).at("watermark"), "102");
    socket.leave();
    room.settle();
    EXPECT_FALSE(task.is_running());
}

TEST_F(StreamTest, ComesBackAfterARestartWithItsWatermark) {
    const auto ann = room.visitor();
    room.say(ann, "first");
    {
        TestSocket socket(room.io);
        auto task = connect(socket, address(ann));
        EXPECT_EQ(socket.texts(), std::vector<std::string>{"first"});
        socket.leave();
        room.settle();
    }
    room.restart();
    room.house.answer(ann.conversation, "written while nobody was there");
    TestSocket socket(room.io);
    auto task = connect(socket, address(ann, "101"));
    EXPECT_EQ(socket.texts(), std::vector<std::string>{"written while nobody was there"});
    socket.leave();
    room.settle();
}

TEST_F(StreamTest, ALongLogArrivesWholeAndInOrder) {
    const auto ann = room.visitor();
    for (int i = 0; i < 250; ++i)
        room.house.answer(ann.conversation, std::to_string(i));
    TestSocket socket(room.io);
    auto task = connect(socket, address(ann));
    const auto texts = socket.texts();
    ASSERT_EQ(texts.size(), 250U);
    for (int i = 0; i < 250; ++i)
        EXPECT_EQ(texts[i], std::to_string(i));
    socket.leave();
    room.settle();
}

TEST_F(StreamTest, TheNewestSocketWins) {
    const auto ann = room.visitor();
    TestSocket old_socket(room.io);
    TestSocket new_socket(room.io);
    auto old_task = connect(old_socket, address(ann));
    auto new_task = connect(new_socket, address(ann));
    EXPECT_EQ(old_socket.close_code, close_replaced);
    EXPECT_FALSE(old_task.is_running());
    room.say(ann, "hello");
    room.settle();
    EXPECT_TRUE(old_socket.sent.empty());
    EXPECT_EQ(new_socket.texts(), std::vector<std::string>{"hello"});
    new_socket.leave();
    room.settle();
}

TEST_F(StreamTest, NobodyHearsAnothersConversation) {
    const auto ann = room.visitor();
    const auto bob = room.visitor();
    TestSocket socket(room.io);
    auto task = connect(socket, address(ann));
    room.say(bob, "private");
    room.settle();
    EXPECT_TRUE(socket.sent.empty());
    socket.leave();
    room.settle();
}

TEST_F(StreamTest, TypingIsShownUnderTheTokensNameAndNotKept) {
    const auto ann = room.visitor();
    TestSocket socket(room.io);
    auto task = connect(socket, address(ann));
    room.post(ann.path() + "/activities", ann.token,
              R"({"type":"typing","from":{"id":"agent","role":"bot"}})");
    room.settle();
    ASSERT_EQ(socket.sent.size(), 1U);
    const auto shown = boost::json::parse(socket.sent[0]).at("activities").at(0);
    EXPECT_EQ(shown.at("from").at("role"), "user");
    EXPECT_TRUE(shown.at("from").at("id").as_string().starts_with("dl_"));
    EXPECT_TRUE(room.house.log.empty());
    socket.leave();
    room.settle();
}

TEST_F(StreamTest, KeepAlivesAreFineAFloodIsNot) {
    const auto ann = room.visitor();
    TestSocket socket(room.io);
    auto task = connect(socket, address(ann));
    for (int i = 0; i < 20; ++i)
        socket.type("");
    room.settle();
    EXPECT_TRUE(socket.is_open());
    EXPECT_TRUE(socket.sent.empty());
    socket.type("{}");
    room.settle();
    EXPECT_EQ(socket.close_code, close_policy);
    EXPECT_FALSE(task.is_running());
}

TEST_F(StreamTest, AStoreThatIsAwayEndsTheStreamSoThatTheClientComesBack) {
    const auto ann = room.visitor();
    TestSocket socket(room.io);
    auto task = connect(socket, address(ann));
    room.house.is_away = true;
    room.run(room.chat->send(OutboundMessage(room.house.answer(ann.conversation, "later"))));
    room.settle();
    EXPECT_EQ(socket.close_code, close_internal_error);
    EXPECT_FALSE(task.is_running());
}

TEST_F(StreamTest, ACancelledStreamEndsItsPusherFirst) {
    const auto ann = room.visitor();
    auto socket = std::make_unique<TestSocket>(room.io);
    auto task = connect(*socket, address(ann));
    task.cancel();
    room.settle();
    EXPECT_FALSE(task.is_running());
    socket.reset();
    room.say(ann, "nobody listens");
    room.settle();
}

TEST_F(StreamTest, TheConnectorsEndClosesItsSockets) {
    const auto ann = room.visitor();
    TestSocket socket(room.io);
    auto running = spawn(room.io.get_executor(), "test.run", room.chat->run());
    auto task = connect(socket, address(ann));
    EXPECT_TRUE(socket.is_open());
    running.cancel();
    room.settle();
    EXPECT_EQ(socket.close_code, close_going_away);
    EXPECT_FALSE(task.is_running());
}

TEST(Streams, AreLimitedInNumber) {
    auto options = usual_options();
    options.max_sockets = 1;
    ChatRoom room(options);
    const auto ann = room.visitor();
    const auto bob = room.visitor();
    const auto target = [&](const ChatRoom::Visitor& who) {
        return text_at(room.get(who.path(), who.token), "streamUrl").substr(stream_base.size());
    };
    const auto first = ChatRoom::request(http::Method::get, target(ann), "", site);
    EXPECT_FALSE(room.run(room.chat->admit_stream(first)));
    TestSocket socket(room.io);
    auto task = spawn(room.io.get_executor(), "test.stream", room.chat->stream(first, socket));
    room.settle();
    const auto second = ChatRoom::request(http::Method::get, target(bob), "", site);
    const auto refused = room.run(room.chat->admit_stream(second));
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 503);
    socket.leave();
    room.settle();
}

}  // namespace
}  // namespace tributary::chat
