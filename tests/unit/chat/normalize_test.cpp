// The same bytes give the same interaction, now and on replay.
#include <gtest/gtest.h>

#include "chat_host.hpp"

namespace tributary::chat {
namespace {

TEST(Normalize, AStoredRequestIsReplayedExactly) {
    ChatRoom room;
    const auto ann = room.visitor();
    room.post(ann.path() + "/activities", ann.token,
              R"({"type":"event","name":"profile","value":{"email":"ann@example.com"}})");
    room.say(ann, "line one\nline two \xF0\x9F\x93\xA6", "c1");
    for (const auto& first : room.house.accepted) {
        const auto second = normalize("DE", first.raw);
        ASSERT_TRUE(second);
        EXPECT_EQ(second->dedupe_key, first.dedupe_key);
        EXPECT_EQ(second->conversation, first.conversation);
        EXPECT_EQ(second->content.text, first.content.text);
        EXPECT_EQ(second->content.data, first.content.data);
        EXPECT_EQ(second->received_at, first.received_at);
        EXPECT_EQ(second->identities.size(), first.identities.size());
        EXPECT_EQ(second->tickets, first.tickets);
        EXPECT_EQ(first.raw.find("Authorization"), std::string::npos);
        EXPECT_EQ(first.raw.find(ann.token), std::string::npos);
    }
}

TEST(Normalize, ABareActivityIsClaimed) {
    const auto message =
        normalize("", R"({"type":"message","id":"a1","timestamp":"2026-03-01T09:30:00Z","text":"Hi",
                "from":{"id":"u1","name":"Ann"},"conversation":{"id":"conv1"}})");
    ASSERT_TRUE(message);
    EXPECT_EQ(message->dedupe_key, "conv1/a1");
    EXPECT_EQ(message->content.from.name, "Ann");
    EXPECT_EQ(message->content.from.address, "u1");
    EXPECT_EQ(message->content.from_proof, Proof::claimed);
    EXPECT_EQ(message->content.external_id, "a1");
    EXPECT_EQ(rfc3339(*message->content.sent_at), "2026-03-01T09:30:00.000Z");
}

TEST(Normalize, RefusesWhatIsNoActivity) {
    for (const std::string raw :
         {"", "{", "{}", "[]", "POST / HTTP/1.1", "POST / HTTP/1.1\r\n\r\n{}",
          "POST / HTTP/1.1\r\nTributary-Session: []\r\n\r\n{}",
          "POST / HTTP/1.1\r\nTributary-Session: {}\r\n\r\n{\"type\":1}",
          "POST / HTTP/1.1\r\nContent-Type: multipart/form-data\r\nTributary-Session: "
          "{}\r\n\r\nx"}) {
        EXPECT_FALSE(normalize("", raw)) << raw;
    }
}

TEST(Normalize, ASessionCannotBeSmuggledInByTheClient) {
    Session session;
    session.conversation = "conv1";
    session.user = "dl_1";
    session.name = "x\r\nTributary-Session: {\"user\":\"forged\"}";
    const auto raw = make_raw(session, "application/json",
                              "{\"type\":\"message\",\"text\":\"Tributary-Session: {}\"}");
    const auto message = normalize("", raw);
    ASSERT_TRUE(message);
    EXPECT_EQ(message->identities.at(0).handle.value, "dl_1");
}

TEST(Normalize, ControlCharactersAndDirectionOverridesGo) {
    const auto message =
        normalize("", R"({"type":"message","id":"1","text":"a\u0000b\u202Ec\nd\u001b[31m"})");
    ASSERT_TRUE(message);
    EXPECT_EQ(message->content.text, "abc\nd[31m");
}

}  // namespace
}  // namespace tributary::chat
