// What visitors send and read.
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "chat_host.hpp"

namespace tributary::chat {
namespace {

using namespace std::chrono_literals;

boost::json::array activities_of(const http::Reply& reply) {
    return boost::json::parse(reply.body).at("activities").as_array();
}

http::Reply upload(ChatRoom& room, const ChatRoom::Visitor& who, const std::string& body) {
    auto request = ChatRoom::request(http::Method::post, who.path() + "/upload?userId=forged",
                                     who.token, site);
    request.headers.set("Content-Type", "multipart/form-data; boundary=b");
    request.body = body;
    return room.run(room.chat->receive(std::move(request)));
}

std::string part(const std::string& disposition, const std::string& type,
                 const std::string& bytes) {
    return "--b\r\nContent-Disposition: form-data; " + disposition + "\r\nContent-Type: " + type +
           "\r\n\r\n" + bytes + "\r\n";
}

std::string activity_part(const std::string& json) {
    return part("name=\"activity\"; filename=\"blob\"", "application/vnd.microsoft.activity", json);
}

TEST(Activities, AMessageIsStoredOnceAndEchoed) {
    ChatRoom room;
    const auto ann = room.visitor();
    const auto first = room.say(ann, "Where is my parcel?", "c1");
    ASSERT_EQ(first.status, 200);
    EXPECT_EQ(text_at(first, "id"), ann.conversation + "|0000101");
    const auto again = room.say(ann, "Where is my parcel?", "c1");
    EXPECT_EQ(text_at(again, "id"), text_at(first, "id"));
    ASSERT_EQ(room.house.accepted.size(), 1U);

    const auto& message = room.house.accepted[0];
    EXPECT_EQ(message.dedupe_key, ann.conversation + "/c1");
    EXPECT_EQ(message.conversation, ann.conversation);
    EXPECT_EQ(message.content.kind, Kind::message);
    EXPECT_EQ(message.content.text, "Where is my parcel?");
    ASSERT_EQ(message.identities.size(), 1U);
    EXPECT_EQ(message.identities[0].handle.kind, "user");
    EXPECT_EQ(message.identities[0].handle.scope, "site-chat");
    EXPECT_TRUE(message.identities[0].handle.value.starts_with("dl_"));
    EXPECT_EQ(message.identities[0].proof, Proof::channel);

    const auto reply = room.get(ann.path() + "/activities", ann.token);
    const auto list = activities_of(reply);
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0].at("channelData").at("clientActivityID"), "c1");
    EXPECT_EQ(list[0].at("from").at("role"), "user");
    EXPECT_EQ(text_at(reply, "watermark"), "101");
    EXPECT_TRUE(
        activities_of(room.get(ann.path() + "/activities?watermark=101", ann.token)).empty());
}

TEST(Activities, EqualMessagesWithoutIdsAreTwo) {
    ChatRoom room;
    const auto ann = room.visitor();
    room.say(ann, "hello?");
    room.say(ann, "hello?");
    EXPECT_EQ(room.house.accepted.size(), 2U);
}

TEST(Activities, TheTokenSaysWhoWrites) {
    ChatRoom room;
    const auto ann = room.visitor();
    room.post(ann.path() + "/activities", ann.token,
              R"({"type":"message","text":"I am the agent",
                  "from":{"id":"agent","name":"Ann Agent","role":"bot","proof":"signed"},
                  "conversation":{"id":"other"},"channelId":"email"})");
    const auto list = activities_of(room.get(ann.path() + "/activities", ann.token));
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0].at("from").at("role"), "user");
    EXPECT_TRUE(list[0].at("from").at("id").as_string().starts_with("dl_"));
    EXPECT_EQ(room.house.accepted[0].content.from_proof, Proof::channel);
    EXPECT_EQ(room.house.accepted[0].conversation, ann.conversation);
}

TEST(Activities, ASitesServerVouchesAPageDoesNot) {
    struct Row {
        std::string_view origin;
        Proof proof;
    };
    for (const Row& row : {Row{"", Proof::signed_by_host}, Row{site, Proof::claimed}}) {
        ChatRoom room;
        const std::string secret(site_secret);
        const auto started = room.post("/v3/directline/conversations", secret, "", row.origin);
        const auto path = "/v3/directline/conversations/" + text_at(started, "conversationId");
        EXPECT_EQ(
            room.post(path + "/activities", secret, R"({"type":"message","text":"x"})", row.origin)
                .status,
            400);
        room.post(path + "/activities", secret,
                  R"({"type":"message","text":"x","from":{"id":"customer-7","name":"Ann"}})",
                  row.origin);
        ASSERT_EQ(room.house.accepted.size(), 1U);
        EXPECT_EQ(room.house.accepted[0].identities[0].handle.value, "customer-7");
        EXPECT_EQ(room.house.accepted[0].identities[0].proof, row.proof);
    }
}

TEST(Activities, AVouchedTokenCarriesItsUser) {
    ChatRoom room;
    const auto made = room.post("/v3/directline/tokens/generate", std::string(site_secret),
                                R"({"user":{"id":"customer-7","name":"Ann Example"}})", "");
    ChatRoom::Visitor ann;
    ann.token = text_at(made, "token");
    ann.conversation = text_at(made, "conversationId");
    room.say(ann, "hello");
    ASSERT_EQ(room.house.accepted.size(), 1U);
    EXPECT_EQ(room.house.accepted[0].identities[0].handle.value, "customer-7");
    EXPECT_EQ(room.house.accepted[0].identities[0].proof, Proof::signed_by_host);
    EXPECT_EQ(room.house.accepted[0].content.from.name, "Ann Example");
}

TEST(Activities, RefusalsComeFromAClosedList) {
    struct Row {
        const char* what;
        std::string body;
        int status;
    };
    const Row rows[] = {
        {"empty", "", 400},
        {"not JSON", "base", 400},
        {"array", "[]", 400},
        {"null", "null", 400},
        {"no type", R"({"text":"x"})", 400},
        {"type is no text", R"({"type":7,"text":"x"})", 400},
        {"text is no text", R"({"type":"message","text":{"constructor":1}})", 400},
        {"nothing said", R"({"type":"message","text":"  "})", 400},
        {"twice the same key", R"({"type":"message","type":"event","text":"x"})", 400},
        {"half a surrogate", R"({"type":"message","text":"\ud800"})", 400},
        {"too deep", std::string(5000, '['), 400},
        {"long text", R"({"type":"message","text":")" + std::string(8193, 'x') + "\"}", 400},
        {"large activity", R"({"type":"message","text":")" + std::string(66'000, 'x') + "\"}", 413},
        {"long client id",
         R"({"type":"message","text":"x","channelData":{"clientActivityID":")" +
             std::string(201, 'x') + "\"}}",
         400},
    };
    for (const auto& row : rows) {
        ChatRoom room;
        const auto ann = room.visitor();
        const auto reply = room.post(ann.path() + "/activities", ann.token, row.body);
        EXPECT_EQ(reply.status, row.status) << row.what;
        EXPECT_TRUE(boost::json::parse(reply.body).at("error").at("code").is_string()) << row.what;
        EXPECT_EQ(reply.body.find("constructor"), std::string::npos);
        EXPECT_TRUE(room.house.accepted.empty()) << row.what;
    }
}

TEST(Activities, OtherTypesAreStoredOnlyWhenTheySaySomething) {
    struct Row {
        const char* body;
        int status;
        std::optional<Kind> kind;
    };
    const Row rows[] = {
        {R"({"type":"typing"})", 202, std::nullopt},
        {R"({"type":"typing","text":"secretly"})", 202, std::nullopt},
        {R"({"type":"constructor"})", 202, std::nullopt},
        {R"({"type":"endOfConversation"})", 202, std::nullopt},
        {R"({"type":"event","name":"rated","value":{"stars":5}})", 200, Kind::system},
        {R"({"type":"__proto__","text":"hm"})", 200, Kind::system},
        {R"({"type":"event","name":"profile"})", 202, std::nullopt},
        {R"({"type":"event","name":"profile","value":{"name":"Ann"}})", 200, Kind::form},
        {R"({"type":"message","value":{"button":1}})", 200, Kind::message},
    };
    for (const auto& row : rows) {
        ChatRoom room;
        const auto ann = room.visitor();
        const auto reply = room.post(ann.path() + "/activities", ann.token, row.body);
        EXPECT_EQ(reply.status, row.status) << row.body;
        EXPECT_FALSE(text_at(reply, "id").empty());
        ASSERT_EQ(room.house.accepted.size(), row.kind ? 1U : 0U) << row.body;
        if (row.kind) {
            EXPECT_EQ(room.house.accepted[0].content.kind, *row.kind) << row.body;
        }
    }
}

TEST(Activities, TypedDetailsAreClaimsOfWhatFollowsEvenAfterARestart) {
    ChatRoom room;
    const auto ann = room.visitor();
    room.post(ann.path() + "/activities", ann.token,
              R"({"type":"event","name":"profile",
                  "value":{"name":"Ann","email":"Ann@Example.com","phone":"030 123456"}})");
    const auto& profile = room.house.accepted.at(0);
    EXPECT_EQ(profile.tickets, TicketPolicy::never);
    EXPECT_EQ(profile.content.text, "Name: Ann\nE-mail: Ann@Example.com\nPhone: 030 123456");

    for (const bool is_restarted : {false, true}) {
        if (is_restarted) room.restart();
        room.say(ann, "hello");
        const auto& message = room.house.accepted.back();
        ASSERT_EQ(message.identities.size(), 3U);
        EXPECT_EQ(message.identities[1].handle.kind, "email");
        EXPECT_EQ(message.identities[1].handle.value, "ann@example.com");
        EXPECT_EQ(message.identities[1].proof, Proof::claimed);
        EXPECT_EQ(message.identities[2].handle.value, "+4930123456");
        EXPECT_EQ(message.content.from.name, "Ann");
    }
    // The e-mail is not read back to whoever holds the token.
    EXPECT_EQ(room.get(ann.path() + "/activities", ann.token).body.find("xample.com\""),
              std::string::npos);
}

TEST(Activities, AVisitorIsSlowedDownAlone) {
    ChatRoom room;
    const auto ann = room.visitor();
    const auto bob = room.visitor();
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(room.say(ann, "x").status, 200);
    const auto hasty = room.say(ann, "x");
    EXPECT_EQ(hasty.status, 429);
    EXPECT_EQ(hasty.headers.get("Retry-After"), "1");
    EXPECT_EQ(room.say(bob, "x").status, 200);
    room.house.time.turn(1s);
    EXPECT_EQ(room.say(ann, "x").status, 200);
}

TEST(Activities, WatermarksAreNumbersOfTheLog) {
    ChatRoom room;
    const auto ann = room.visitor();
    for (const char* wrong : {"x", "-1", "1x", "99999999999999999999", "1.5"})
        EXPECT_EQ(room.get(ann.path() + "/activities?watermark=" + wrong, ann.token).status, 400)
            << wrong;
    EXPECT_EQ(text_at(room.get(ann.path() + "/activities?watermark=7", ann.token), "watermark"),
              "7");
}

TEST(Activities, AnswersComeFromTheDeskByName) {
    ChatRoom room;
    const auto ann = room.visitor();
    const auto receipt =
        room.run(room.chat->send(room.house.answer(ann.conversation, "<b>On its way</b>")));
    ASSERT_EQ(receipt.size(), 1U);
    EXPECT_EQ(receipt[0].state, RecipientResult::State::accepted);
    const auto list = activities_of(room.get(ann.path() + "/activities", ann.token));
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0].at("from").at("role"), "bot");
    EXPECT_EQ(list[0].at("from").at("name"), "Ann Agent");
    EXPECT_EQ(list[0].at("text"), "<b>On its way</b>");
    EXPECT_EQ(list[0].at("textFormat"), "plain");
}

TEST(Uploads, FilesArriveWithTheirMessage) {
    ChatRoom room;
    const auto ann = room.visitor();
    const auto reply = upload(
        room, ann,
        activity_part(R"({"type":"message","channelData":{"clientActivityID":"u1"}})") +
            part("name=\"file\"; filename=\"C:\\dir\\../p\xC3\xA4sse.png\"", "image/PNG",
                 "PNGBYTES") +
            part("name=\"file\"; filename=\"evil.html\"", "text/html", "<script>") + "--b--\r\n");
    ASSERT_EQ(reply.status, 200) << reply.body;
    const auto& message = room.house.accepted.at(0);
    ASSERT_EQ(message.files.size(), 2U);
    EXPECT_EQ(message.files[0].meta.filename, "p\xC3\xA4sse.png");
    EXPECT_EQ(message.files[0].meta.sha256, sha256("PNGBYTES"));

    const auto list = activities_of(room.get(ann.path() + "/activities", ann.token));
    const auto& files = list[0].at("attachments").as_array();
    const std::string prefix = "https://desk.example.com/chat/site-chat";
    const std::string image(files[0].at("contentUrl").as_string());
    ASSERT_TRUE(image.starts_with(prefix));
    const auto shown = room.get(image.substr(prefix.size()), "", "");
    EXPECT_EQ(shown.status, 200);
    EXPECT_EQ(shown.body, "PNGBYTES");
    EXPECT_EQ(shown.headers.get("Content-Type"), "image/png");

    const std::string page(files[1].at("contentUrl").as_string());
    const auto saved = room.get(page.substr(prefix.size()), "", "");
    EXPECT_EQ(saved.headers.get("Content-Type"), "application/octet-stream");
    EXPECT_TRUE(saved.headers.get("Content-Disposition").starts_with("attachment;"));
    EXPECT_EQ(saved.headers.get("X-Content-Type-Options"), "nosniff");
}

TEST(Uploads, AFilesAddressIsForThatFileAndForAWhile) {
    ChatRoom room;
    const auto ann = room.visitor();
    upload(room, ann,
           activity_part(R"({"type":"message","text":"two"})") +
               part("name=\"a\"; filename=\"a.txt\"", "text/plain", "A") +
               part("name=\"b\"; filename=\"b.txt\"", "text/plain", "B") + "--b--\r\n");
    const auto files = activities_of(room.get(ann.path() + "/activities", ann.token))[0]
                           .at("attachments")
                           .as_array();
    const std::string prefix = "https://desk.example.com/chat/site-chat";
    const auto address = [&](int i) {
        return std::string(files[i].at("contentUrl").as_string()).substr(prefix.size());
    };
    const auto ticket = address(0).substr(address(0).find('?'));
    EXPECT_EQ(room.get(address(1).substr(0, address(1).find('?')) + ticket, "", "").status, 404);
    EXPECT_EQ(room.get(address(0).substr(0, address(0).find('?')), ann.token).status, 401);
    EXPECT_EQ(room.get(address(0), "", "https://evil.test").status, 403);
    room.house.time.turn(31min);
    EXPECT_EQ(room.get(address(0), "", "").status, 403);
}

TEST(Uploads, Limits) {
    struct Row {
        const char* what;
        std::string body;
        int status;
    };
    const auto file = [](const std::string& bytes) {
        return part("name=\"file\"; filename=\"f\"", "text/plain", bytes);
    };
    std::string eleven;
    for (int i = 0; i < 11; ++i)
        eleven += file("x");
    const auto said = activity_part(R"({"type":"message","text":"x"})");
    const Row rows[] = {
        {"fine", said + file("x") + "--b--\r\n", 200},
        {"as a plain field",
         "--b\r\nContent-Disposition: form-data; name=\"activity\"\r\n\r\n"
         R"({"type":"message","text":"x"})"
         "\r\n--b--\r\n",
         200},
        {"too many", said + eleven + "--b--\r\n", 413},
        {"too large together",
         said + file(std::string(600, 'x')) + file(std::string(600, 'x')) + "--b--\r\n", 413},
        {"too large alone", said + file(std::string(1200, 'x')) + "--b--\r\n", 413},
        {"empty file", said + file("") + "--b--\r\n", 400},
        {"no activity", file("x") + "--b--\r\n", 400},
        {"cut off", said + "--b", 400},
        {"large activity",
         activity_part(R"({"type":"message","text":")" + std::string(70'000, 'x') + "\"}") +
             "--b--\r\n",
         413},
    };
    for (const auto& row : rows) {
        auto options = usual_options();
        options.max_upload_bytes = 1000;
        ChatRoom room(options);
        const auto ann = room.visitor();
        EXPECT_EQ(upload(room, ann, row.body).status, row.status) << row.what;
    }
    ChatRoom room;
    const auto ann = room.visitor();
    EXPECT_EQ(room.post(ann.path() + "/upload", ann.token, "{}").status, 415);
}

TEST(Widget, IsServedWithAnETagToAnyPage) {
    ChatRoom room;
    const auto first = room.get("/widget.js", "", "");
    ASSERT_EQ(first.status, 200);
    EXPECT_NE(first.body.find("attachShadow"), std::string::npos);
    auto again = ChatRoom::request(http::Method::get, "/widget.js", "", "");
    again.headers.set("If-None-Match", std::string(first.headers.get("ETag")));
    const auto known = room.run(room.chat->receive(again));
    EXPECT_EQ(known.status, 304);
    EXPECT_TRUE(known.body.empty());
    EXPECT_EQ(text_at(room.get("/widget.json", ""), "greeting"), "Hello!");
}

}  // namespace
}  // namespace tributary::chat
