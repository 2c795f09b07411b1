// The connector as a sender meets it: receive() called with requests, and what reached the house.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "connectors/webhook/delivery.hpp"
#include "tests/unit/support/fake_host.hpp"

namespace tributary::webhook {

const ConnectorType& connector_type();

namespace {

namespace json = boost::json;
using test::FakeHost;

constexpr const char* kUnsigned = "preset = 'none'\nallow_unsigned = true\nregion = 'DE'\n";
constexpr const char* kGithub = "preset = 'github'\nsecret = 'hush'\n";

http::Request post(std::string body, const http::Fields& headers = {}) {
    http::Request request;
    request.method = http::Method::post;
    request.method_name = "POST";
    request.target = "/in/shop?source=a";
    request.query = {{"source", "a"}};
    request.headers.add("Content-Type", "application/json");
    for (const auto& [name, value] : headers)
        request.headers.set(name, value);
    request.body = std::move(body);
    return request;
}

http::Request signed_post(const std::string& body, const std::string& secret = "hush") {
    const std::string mac = to_hex(hmac(HashAlgorithm::sha256, secret, body));
    return post(body,
                {{"X-Hub-Signature-256", "sha256=" + mac}, {"X-GitHub-Delivery", "d-" + mac}});
}

struct Shop {
    explicit Shop(const std::string& toml)
        : host("shop"), connector(test::make_connector(connector_type(), toml, host)) {}
    http::Reply send(http::Request request) {
        return host.run(connector->receive(std::move(request)));
    }
    json::value answer(http::Request request) { return json::parse(send(std::move(request)).body); }
    FakeHost host;
    std::unique_ptr<Connector> connector;
};

TEST(Webhook, TakesTheNeutralEvent) {
    Shop shop(kUnsigned);
    const auto reply = shop.send(post(R"({"kind": "message", "external_id": "m-1",
        "occurred_at": "2026-03-01T10:30:00+01:00",
        "from": {"name": "Ann", "email": "Ann@Example.com", "phone": "030 901820", "user_id": "77"},
        "subject": "Hello\nthere", "text": "Where is it?\nAnn", "data": {"a": 1.5}})"));
    EXPECT_EQ(reply.status, 202);
    ASSERT_EQ(shop.host.accepted.size(), 1u);
    const InboundMessage& message = shop.host.accepted.front();
    EXPECT_EQ(message.dedupe_key, "ext:m-1");
    EXPECT_EQ(message.content.kind, Kind::message);
    EXPECT_EQ(rfc3339(message.content.sent_at.value()), "2026-03-01T09:30:00.000Z");
    EXPECT_EQ(message.content.subject.find('\n'), std::string::npos);
    EXPECT_EQ(message.content.text, "Where is it?\nAnn");
    EXPECT_EQ(message.content.data, R"({"a":1.5})");
    ASSERT_EQ(message.identities.size(), 3u);
    EXPECT_EQ(message.identities[0].handle, Handle("email", "", "ann@example.com"));
    EXPECT_EQ(message.identities[1].handle, Handle("phone", "", "+4930901820"));
    EXPECT_EQ(message.identities[2].handle, Handle("user", "shop", "77"));
    EXPECT_EQ(message.identities[0].proof, Proof::claimed);
    const auto answer = json::parse(reply.body);
    EXPECT_EQ(answer.at("duplicate"), false);
    EXPECT_EQ(answer.at("id").as_string().size(), 36u);
}

TEST(Webhook, VerifiesBeforeItReads) {
    struct Case {
        const char* what;
        http::Request request;
        int status;
    };
    const std::string body = R"({"action": "opened", "sender": {"id": 7, "login": "ann"}})";
    Case cases[] = {{"right", signed_post(body), 202},
                    {"no signature", post(body), 401},
                    {"another secret", signed_post(body, "guess"), 401},
                    {"not JSON, unsigned", post("{"), 401},
                    {"not JSON, signed", signed_post("{"), 400}};
    for (Case& test : cases) {
        Shop shop(kGithub);
        EXPECT_EQ(shop.send(test.request).status, test.status) << test.what;
        EXPECT_EQ(shop.host.accepted.size(), test.status == 202 ? 1u : 0u) << test.what;
        EXPECT_TRUE(shop.host.quarantined.empty());
    }
}

TEST(Webhook, WhatCameSignedIsProven) {
    Shop shop(kGithub);
    shop.send(signed_post(R"({"action": "opened", "sender": {"id": 7, "login": "ann"}})"));
    ASSERT_EQ(shop.host.accepted.size(), 1u);
    const InboundMessage& message = shop.host.accepted.front();
    ASSERT_EQ(message.identities.size(), 1u);
    EXPECT_EQ(message.identities[0].proof, Proof::signed_by_host);
    EXPECT_EQ(message.content.from_proof, Proof::signed_by_host);
    EXPECT_EQ(message.content.kind, Kind::note);
}

TEST(Webhook, RefusesWhatIsNoEvent) {
    struct Case {
        const char* body;
        const char* type;
        int status;
    };
    const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
    const std::string large = "{\"text\": \"" + std::string(5'000'000, 'x') + "\"}";
    const Case cases[] = {
        {"", "application/json", 400},
        {"null", "application/json", 422},
        {"[]", "application/json", 422},
        {"7", "application/json", 422},
        {deep.c_str(), "application/json", 400},
        {large.c_str(), "application/json", 413},
        {R"({"a": 1, "a": 2})", "application/json", 400},
        {R"({"a": 1e400})", "application/json", 400},
        {R"({"a": NaN})", "application/json", 400},
        {R"({"a": "\ud800"})", "application/json", 400},
        {R"({"a": 1} x)", "application/json", 400},
        {R"({"a": 1 /* c */})", "application/json", 400},
        {R"(<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>)", "application/xml", 415},
        {"kind=message", "application/x-www-form-urlencoded", 415},
    };
    for (const Case& test : cases) {
        Shop shop(kUnsigned);
        EXPECT_EQ(shop.send(post(test.body, {{"Content-Type", test.type}})).status, test.status)
            << std::string_view(test.body).substr(0, 60);
        EXPECT_TRUE(shop.host.accepted.empty());
    }
    Shop shop(kUnsigned);
    EXPECT_EQ(shop.send(post("{}", {{"Content-Encoding", "gzip"}})).status, 415);
}

TEST(Webhook, TakesALargeEventApartElsewhere) {
    Shop shop(kUnsigned);
    const std::string text(300'000, 'x');
    EXPECT_EQ(shop.send(post(R"({"kind": "note", "text": ")" + text + "\"}")).status, 202);
    ASSERT_EQ(shop.host.accepted.size(), 1u);
    EXPECT_EQ(shop.host.accepted.front().content.text, text);
}

TEST(Webhook, ChoosesTheDedupeKey) {
    struct Case {
        const char* body;
        http::Fields headers;
        const char* key;
    };
    const Case cases[] = {
        {R"({"external_id": "x"})", {{"Webhook-Id", "w1"}}, "id:w1"},
        {R"({"external_id": "x"})", {}, "ext:x"},
        {R"({"external_id": 12345678901234567})", {}, "ext:12345678901234567"},
        {"{}", {}, "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},
    };
    for (const Case& test : cases) {
        Shop shop(kUnsigned);
        shop.send(post(test.body, test.headers));
        ASSERT_EQ(shop.host.accepted.size(), 1u);
        EXPECT_EQ(shop.host.accepted.front().dedupe_key, test.key);
    }
}

TEST(Webhook, TheSameDeliveryIsOneAndAnotherBodyIsAConflict) {
    Shop shop(kUnsigned);
    const std::string body = R"({"kind": "note", "external_id": "n1", "text": "a"})";
    const auto first = shop.answer(post(body));
    const auto again = shop.answer(post(body));
    EXPECT_EQ(again.at("duplicate"), true);
    EXPECT_EQ(again.at("id"), first.at("id"));
    EXPECT_EQ(shop.send(post(R"({"kind": "note", "external_id": "n1", "text": "b"})")).status, 409);
    EXPECT_EQ(shop.host.accepted.size(), 1u);
}

TEST(Webhook, ShowsKindsItDoesNotKnow) {
    Shop shop(kUnsigned);
    EXPECT_EQ(shop.send(post(R"({"kind": "teleport", "text": "from A to B"})")).status, 202);
    EXPECT_EQ(shop.send(post(R"({"type": "v2", "payload": {"x": 1}})")).status, 202);
    ASSERT_EQ(shop.host.accepted.size(), 2u);
    EXPECT_EQ(shop.host.accepted[0].content.kind, Kind::system);
    EXPECT_EQ(shop.host.accepted[0].content.text, "from A to B");
    EXPECT_EQ(shop.host.accepted[1].content.text, R"({"type":"v2","payload":{"x":1}})");
    EXPECT_FALSE(shop.host.accepted[1].content.warnings.empty());
}

TEST(Webhook, TypesItsData) {
    struct Case {
        const char* body;
        const char* data;  // or the field at fault
        bool is_missed_call = false;
    };
    const Case cases[] = {
        {R"({"kind": "order", "data": {"order_id": 5, "total": 12.5, "currency": "EUR",
            "lines": [{"sku": "a", "quantity": "2", "price": "6.25", "gift": true}]}})",
         R"({"order_id":"5","total":"12.5","currency":"EUR","lines":[{"sku":"a","quantity":2,"price":"6.25","gift":true}]})"},
        {R"({"kind": "order", "data": {"total": 1e21}})", R"({"total":"1000000000000000000000"})"},
        {R"({"kind": "order", "data": {"total": "12,50 €"}})", "data.total"},
        {R"({"kind": "order", "data": {"lines": [{"price": []}]}})", "data.lines[0].price"},
        {R"({"kind": "call", "data": {"state": "missed", "ring_s": 20}})",
         R"({"state":"missed","ring_s":20})", true},
        {R"({"kind": "call", "data": {"state": "answered"}})", R"({"state":"answered"})"},
        {R"({"kind": "survey", "data": {"score": "9", "scale": 10}})", R"({"score":9,"scale":10})"},
        {R"({"kind": "survey", "data": {"score": "good"}})", "data.score"},
        {R"({"kind": "visit", "data": {"url": "https://a", "utm": {"x": 1}}})",
         R"({"url":"https://a","utm":{"x":1}})"},
        {R"({"kind": "note", "data": []})", "data"},
        {R"({"kind": ["note"]})", "kind"},
        {R"({"kind": "note", "occurred_at": "yesterday"})", "occurred_at"},
    };
    for (const Case& test : cases) {
        SCOPED_TRACE(test.body);
        Shop shop(kUnsigned);
        EXPECT_EQ(shop.send(post(test.body)).status, 202);
        if (shop.host.accepted.empty()) {
            ASSERT_EQ(shop.host.quarantined.size(), 1u);
            const Error& trouble = shop.host.quarantined.front().trouble.value();
            EXPECT_EQ(trouble.reason, "mapping");
            ASSERT_FALSE(trouble.fields.empty());
            EXPECT_EQ(trouble.fields.front().pointer, test.data);
        } else {
            EXPECT_EQ(shop.host.accepted.front().content.data, test.data);
            EXPECT_EQ(shop.host.accepted.front().is_missed_call, test.is_missed_call);
        }
    }
}

constexpr const char* kMapped = R"(
preset = 'none'
allow_unsigned = true
[mapping]
for_each = "events"
kind = "'order'"
external_id = "id"
email = "buyer.mail"
subject = 'join(`" "`, [`"Order"`, id])'
text = '"$headers"."x-topic"'
[mapping.data]
order_id = "id"
total = "sum"
shop = '"$root".shop'
)";

TEST(Webhook, MapsEachEventOfADelivery) {
    Shop shop(kMapped);
    const std::string body = R"({"shop": "north", "events": [
        {"id": "o1", "sum": 5, "buyer": {"mail": "ann@example.com"}},
        {"id": "o2", "sum": "7.10", "buyer": {"mail": "bob@example.com"}},
        {"sum": 9}]})";
    const auto answer =
        shop.answer(post(body, {{"X-Topic", "orders"}, {"X-Secret", "not to be kept"}}));
    EXPECT_EQ(answer.at("events").as_array().size(), 3u);
    ASSERT_EQ(shop.host.accepted.size(), 2u);
    const InboundMessage& second = shop.host.accepted[1];
    EXPECT_EQ(second.dedupe_key, "ext:o2");
    EXPECT_EQ(second.content.data, R"({"order_id":"o2","shop":"north","total":"7.10"})");
    EXPECT_EQ(second.content.subject, "Order o2");
    EXPECT_EQ(second.content.text, "orders");
    EXPECT_EQ(second.raw.find("not to be kept"), std::string::npos);
    ASSERT_EQ(shop.host.quarantined.size(), 1u);
    EXPECT_EQ(shop.host.quarantined.front().trouble->fields.front().pointer, "external_id");

    const auto replayed = test::normalize(
        connector_type(), test::read_settings(connector_type(), kMapped), second.raw);
    ASSERT_TRUE(replayed);
    EXPECT_EQ(replayed->content.data, second.content.data);
    EXPECT_EQ(replayed->content.text, second.content.text);
    EXPECT_EQ(replayed->dedupe_key, second.dedupe_key);
    EXPECT_EQ(replayed->raw, second.raw);
}

TEST(Webhook, KeepsADeliveryWithoutEventsAndOneItCannotTakeApart) {
    Shop shop(kMapped);
    EXPECT_EQ(shop.send(post(R"({"events": []})")).status, 202);
    EXPECT_EQ(shop.send(post(R"({"events": "none"})")).status, 202);
    ASSERT_EQ(shop.host.accepted.size(), 1u);
    EXPECT_EQ(shop.host.accepted.front().content.kind, Kind::system);
    ASSERT_EQ(shop.host.quarantined.size(), 1u);
    EXPECT_EQ(shop.host.quarantined.front().trouble->fields.front().pointer, "for_each");
}

TEST(Webhook, ReplaysWhatCameAsItCame) {
    Shop shop(kGithub);
    shop.send(signed_post(R"({"action": "opened", "sender": {"id": 7, "login": "ann"}})"));
    ASSERT_EQ(shop.host.accepted.size(), 1u);
    const InboundMessage& first = shop.host.accepted.front();
    EXPECT_EQ(first.raw.find("sha256="), std::string::npos);
    const auto replayed = test::normalize(
        connector_type(), test::read_settings(connector_type(), kGithub), first.raw);
    ASSERT_TRUE(replayed);
    EXPECT_EQ(replayed->dedupe_key, first.dedupe_key);
    EXPECT_EQ(replayed->content.subject, first.content.subject);
    EXPECT_EQ(replayed->identities.front().proof, Proof::signed_by_host);
}

TEST(Webhook, NothingVouchesForABareBody) {
    const auto settings = test::read_settings(connector_type(), "secret = 'whsec_aGVsbG8='");
    const auto message = test::normalize(connector_type(), settings,
                                         R"({"kind": "note", "from": {"email": "a@example.com"}})");
    ASSERT_TRUE(message);
    EXPECT_EQ(message->identities.front().proof, Proof::claimed);
    EXPECT_FALSE(test::normalize(connector_type(), settings, "POST /in/x HTTP/1.1\r\nbroken"));
    EXPECT_FALSE(test::normalize(connector_type(), settings, "not json"));
}

TEST(Webhook, GreetsOnlyWhoItShould) {
    constexpr const char* kMeta = "preset = 'meta'\nsecret = 'app'\nverify_token = 'vt'\n";
    struct Case {
        const char* toml;
        const char* token;
        int status;
    };
    const Case cases[] = {
        {kMeta, "vt", 200}, {kMeta, "guess", 403}, {kMeta, "", 403}, {kGithub, "vt", 405}};
    for (const Case& test : cases) {
        Shop shop(test.toml);
        http::Request request;
        request.query = {
            {"hub.mode", "subscribe"}, {"hub.verify_token", test.token}, {"hub.challenge", "<b>1"}};
        const auto reply = shop.send(request);
        EXPECT_EQ(reply.status, test.status) << test.token;
        if (reply.status != 200) continue;
        EXPECT_EQ(reply.body, "<b>1");
        EXPECT_TRUE(reply.headers.get("Content-Type").starts_with("text/plain"));
    }
}

TEST(Webhook, AnswersTheSlackChallengeOnlyWhenSigned) {
    Shop shop("preset = 'slack'\nsecret = 'hush'\n");
    const std::string body = R"({"type": "url_verification", "challenge": "abc"})";
    const std::string now = std::to_string(unix_ms(shop.host.clock().now()) / 1000);
    const std::string mac = to_hex(hmac(HashAlgorithm::sha256, "hush", "v0:" + now + ":" + body));
    auto request =
        post(body, {{"X-Slack-Request-Timestamp", now}, {"X-Slack-Signature", "v0=" + mac}});
    EXPECT_EQ(shop.send(request).body, "abc");
    request.headers.set("X-Slack-Signature", "v0=" + std::string(64, '0'));
    EXPECT_EQ(shop.send(request).status, 401);
    EXPECT_TRUE(shop.host.accepted.empty());
}

TEST(Webhook, KnowsItsOnePlaceAndMethod) {
    Shop shop(kUnsigned);
    for (const char* path : {"/", "/x", "//"}) {
        auto request = post("{}");
        request.path = path;
        EXPECT_EQ(shop.send(request).status, 404) << path;
    }
    auto request = post("{}");
    request.method = http::Method::put;
    const auto reply = shop.send(request);
    EXPECT_EQ(reply.status, 405);
    EXPECT_EQ(reply.headers.get("Allow"), "POST");
}

TEST(Webhook, SaysNothingIsTakenWhenTheStoreIsAway) {
    Shop shop(kUnsigned);
    shop.host.is_away = true;
    EXPECT_THROW(shop.send(post("{}")), Failure);
    shop.host.is_away = false;
    EXPECT_EQ(shop.answer(post("{}")).at("duplicate"), false);
}

TEST(Webhook, RefusesSettingsThatCannotWork) {
    const char* cases[] = {
        "preset = 'none'",
        "preset = 'github'",
        "secret = 'whsec_not base64!'",
        "preset = 'meta'\nsecret = 'a'",
        "preset = 'custom'\nsecret = 'a'",
        "preset = 'custom'\nsecret = 'a'\nsignature.header = 'X'\nsignature.content = '{nothing}'",
        "preset = 'github'\nsecret = 'a'\nprevious_secret = 'b'\nprevious_secret_until = 'soon'",
        "preset = 'github'\nsecret = 'a'\ndelivery_id = 'a..b'",
        "preset = 'github'\nsecret = 'a'\n[mapping]\nkind = 'a['",
        "preset = 'github'\nsecret = 'a'\n[mapping]\ntext = 'a'",
        "preset = 'github'\nsecret = 'a'\n[mapping]\nkind = 'a'\ncolour = 'b'",
        "preset = 'github'\nsecret = 'a'\n[mapping]\nkind = 'a'\nrequired = ['text']",
    };
    FakeHost host;
    for (const char* toml : cases) {
        const auto made =
            connector_type().create(test::read_settings(connector_type(), toml), host);
        EXPECT_FALSE(made) << toml;
    }
}

}  // namespace
}  // namespace tributary::webhook
