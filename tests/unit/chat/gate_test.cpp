// Who gets in, from where, and for how long.
#include <gtest/gtest.h>

#include "chat_host.hpp"

namespace tributary::chat {
namespace {

using namespace std::chrono_literals;

constexpr const char* generate = "/v3/directline/tokens/generate";
constexpr const char* refresh = "/v3/directline/tokens/refresh";
constexpr const char* conversations = "/v3/directline/conversations";

TEST(Gate, OriginsAreComparedWholeAndNormalised) {
    struct Row {
        const char* origin;
        int status;
    };
    const Row rows[] = {
        {"https://www.example.com", 200},
        {"HTTPS://WWW.EXAMPLE.COM:443", 200},
        {"https://www.example.com:8443", 403},
        {"http://www.example.com", 403},
        {"https://www.example.com.evil.test", 403},
        {"https://evil.test/https://www.example.com", 403},
        {"https://www.example.com@evil.test", 403},
        {"null", 403},
        {"file://", 403},
        {"", 401},  // neither a page nor a secret
    };
    for (const auto& row : rows) {
        ChatRoom room;
        EXPECT_EQ(room.post(generate, "", "", row.origin).status, row.status) << row.origin;
    }
}

TEST(Gate, AnswersTheOriginAndNeverAStar) {
    ChatRoom room;
    auto allowed = room.post(generate, "", "");
    EXPECT_EQ(allowed.headers.get("Access-Control-Allow-Origin"), site);
    EXPECT_EQ(allowed.headers.get("Vary"), "Origin");
    auto foreign = room.post(generate, "", "", "https://evil.test");
    EXPECT_FALSE(foreign.headers.has("Access-Control-Allow-Origin"));

    auto asked = ChatRoom::request(http::Method::options, generate, "", site);
    auto preflight = room.run(room.chat->receive(asked));
    EXPECT_EQ(preflight.status, 204);
    EXPECT_NE(preflight.headers.get("Access-Control-Allow-Headers").find("Authorization"),
              std::string_view::npos);
    asked.headers.set("Origin", "https://evil.test");
    EXPECT_EQ(room.run(room.chat->receive(asked)).status, 403);
}

TEST(Gate, WithoutOriginsOnlyTheSecretOpens) {
    auto options = usual_options();
    options.allowed_origins.clear();
    ChatRoom room(options);
    EXPECT_EQ(room.post(generate, "", "").status, 403);
    EXPECT_EQ(room.post(generate, "wrong", "", "").status, 401);
    EXPECT_EQ(room.post(generate, std::string(site_secret), "", "").status, 200);
}

TEST(Gate, ATokenIsBoundToItsConversationAndItsSite) {
    auto options = usual_options();
    options.allowed_origins.push_back("https://shop.example.com");
    ChatRoom room(options);
    const auto ann = room.visitor();
    const auto bob = room.visitor();
    EXPECT_EQ(room.get(ann.path() + "/activities", ann.token).status, 200);
    EXPECT_EQ(room.get(ann.path() + "/activities", ann.token, "https://shop.example.com").status,
              403);
    EXPECT_EQ(room.get(ann.path() + "/activities", ann.token, "").status, 403);

    // Another's conversation, one that never was, and wildcards look alike.
    const auto missing = room.get(bob.path() + "/activities", ann.token);
    EXPECT_EQ(missing.status, 404);
    const std::string others[] = {"%", "_", "*", "nothing", "../" + ann.conversation};
    for (const auto& id : others) {
        const auto reply =
            room.get("/v3/directline/conversations/" + id + "/activities", ann.token);
        EXPECT_EQ(reply.status, 404) << id;
        EXPECT_EQ(reply.body, missing.body) << id;
    }
    const auto made_up = room.get("/v3/directline/conversations/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                  std::string(site_secret), "");
    EXPECT_EQ(made_up.status, 404);
}

TEST(Gate, AChangedTokenOpensNothing) {
    ChatRoom room;
    const auto ann = room.visitor();
    for (std::size_t i = 0; i < ann.token.size(); i += 7) {
        auto changed = ann.token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_EQ(room.get(ann.path() + "/activities", changed).status, 401) << i;
    }
    EXPECT_EQ(room.get(ann.path() + "/activities", "").status, 401);
    EXPECT_EQ(room.get(ann.path() + "/activities", std::string(100'000, '.')).status, 401);

    ChatRoom other;
    other.house.name = "other-chat";
    other.restart();
    EXPECT_EQ(other.get(ann.path() + "/activities", ann.token).status, 401);
}

TEST(Gate, AnAnonymousTokenEndsButCanBeRefreshedForAWeek) {
    ChatRoom room;
    const auto ann = room.visitor();
    room.house.time.turn(31min);
    const auto late = room.get(ann.path() + "/activities", ann.token);
    EXPECT_EQ(late.status, 403);
    EXPECT_EQ(boost::json::parse(late.body).at("error").at("code"), "TokenExpired");

    const auto refreshed = room.post(refresh, ann.token, "");
    ASSERT_EQ(refreshed.status, 200);
    EXPECT_EQ(text_at(refreshed, "conversationId"), ann.conversation);
    EXPECT_EQ(room.get(ann.path() + "/activities", text_at(refreshed, "token")).status, 200);

    room.house.time.turn(Milliseconds(8 * 24h));
    EXPECT_EQ(room.post(refresh, ann.token, "").status, 403);
}

TEST(Gate, AVouchedTokenEndsWithItsTime) {
    ChatRoom room;
    const auto made = room.post(generate, std::string(site_secret),
                                R"({"user":{"id":"customer-7","name":"Ann"}})", "");
    const auto token = text_at(made, "token");
    room.house.time.turn(29min);
    EXPECT_EQ(room.post(refresh, token, "").status, 200);
    room.house.time.turn(2min);
    EXPECT_EQ(room.post(refresh, token, "").status, 403);
}

TEST(Gate, ATokenCannotMakeOtherTokens) {
    ChatRoom room;
    const auto ann = room.visitor();
    EXPECT_EQ(room.post(generate, ann.token, R"({"user":{"id":"customer-7"}})").status, 401);
    EXPECT_EQ(room.post(refresh, std::string(site_secret), "", "").status, 401);
}

TEST(Gate, StrangersFromOneAddressAreSlowedDown) {
    auto options = usual_options();
    options.starts_per_minute = 3;
    ChatRoom room(options);
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(room.post(generate, "", "").status, 200);
    const auto hasty = room.post(generate, "", "");
    EXPECT_EQ(hasty.status, 429);
    EXPECT_EQ(hasty.headers.get("Retry-After"), "20");
    EXPECT_EQ(room.post(conversations, "", "").status, 429);
    EXPECT_EQ(room.post(generate, std::string(site_secret), "", "").status, 200);
    room.house.time.turn(20s);
    EXPECT_EQ(room.post(generate, "", "").status, 200);
}

TEST(Gate, ConversationsStartAndAreFoundAgain) {
    ChatRoom room;
    const auto started = room.post(conversations, std::string(site_secret), "", "");
    EXPECT_EQ(started.status, 201);
    EXPECT_EQ(boost::json::parse(started.body).at("expires_in"), 1800);
    EXPECT_TRUE(
        text_at(started, "streamUrl").starts_with("wss://desk.example.com/chat/site-chat/v3/"));

    const auto ann = room.visitor();
    EXPECT_EQ(room.post(conversations, ann.token, "{}").status, 201);
    room.say(ann, "hello");
    const auto again = room.post(conversations, ann.token, "{}");
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(text_at(again, "conversationId"), ann.conversation);

    room.restart();
    const auto back = room.get(ann.path() + "?watermark=17", ann.token);
    EXPECT_EQ(back.status, 200);
    EXPECT_NE(text_at(back, "streamUrl").find("watermark=17"), std::string::npos);
    EXPECT_EQ(room.get(ann.path() + "?watermark=-1", ann.token).status, 400);
}

TEST(Gate, ASiteContinuesItsUsersConversation) {
    ChatRoom room;
    const auto first =
        room.post(generate, std::string(site_secret), R"({"user":{"id":"customer-7"}})", "");
    const auto id = text_at(first, "conversationId");
    const auto next =
        room.post(generate, std::string(site_secret),
                  R"({"user":{"id":"customer-7"},"conversationId":")" + id + "\"}", "");
    EXPECT_EQ(text_at(next, "conversationId"), id);
    EXPECT_EQ(
        room.post(generate, std::string(site_secret), R"({"conversationId":"mine"})", "").status,
        404);
}

TEST(Gate, UnknownPlacesAndMethods) {
    ChatRoom room;
    const auto ann = room.visitor();
    EXPECT_EQ(room.get("/v3/directline/session/getsessionid", ann.token).status, 404);
    EXPECT_EQ(room.get("/", ann.token).status, 404);
    EXPECT_EQ(room.get("", ann.token).status, 404);
    EXPECT_EQ(room.get(generate, "").status, 405);
    EXPECT_EQ(room.get(ann.path() + "/stream", ann.token).status, 426);
}

TEST(Origin, NormalForm) {
    EXPECT_EQ(normalize_origin("https://Shop.Example.com:443"), "https://shop.example.com");
    EXPECT_EQ(normalize_origin("http://127.0.0.1:3000"), "http://127.0.0.1:3000");
    EXPECT_EQ(normalize_origin("http://[::1]:3000"), "http://[::1]:3000");
    for (const char* wrong : {"", "*", "null", "https://", "https://a/", "https://a?b", "ftp://a",
                              "https://u@a", "www.example.com", "https://a b"})
        EXPECT_EQ(normalize_origin(wrong), "") << wrong;
}

TEST(Options, SayWhatIsWrong) {
    const auto read = [](const std::string& toml) {
        const auto node = parse_toml(toml, "t");
        return read_options(*Settings::read(options_schema(), *node, InlineSecrets::allowed));
    };
    EXPECT_FALSE(read(""));
    EXPECT_FALSE(read("allowed_origins = ['*']"));
    EXPECT_FALSE(read("allowed_origins = ['https://www.example.com/']"));
    EXPECT_FALSE(read("secret = 'x'\nregion = 'D'"));
    EXPECT_TRUE(read("secret = 'x'"));
    EXPECT_EQ(read("allowed_origins = ['https://a.example']")->max_text, 8192U);
}

}  // namespace
}  // namespace tributary::chat
