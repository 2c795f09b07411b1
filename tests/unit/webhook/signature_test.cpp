// Signatures against vectors that the senders publish (Standard Webhooks specification, GitHub's
// "Validating webhook deliveries", Slack's "Verifying requests") or that another program computed.
#include "connectors/webhook/signature.hpp"

#include <gtest/gtest.h>

#include "connectors/webhook/preset.hpp"

namespace tributary::webhook {
namespace {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

http::Request make_request(std::string body, const HeaderList& headers) {
    http::Request request;
    request.method = http::Method::post;
    request.method_name = "POST";
    request.target = "/in/x?a=1";
    request.body = std::move(body);
    for (const auto& [name, value] : headers)
        request.headers.add(name, value);
    return request;
}

std::vector<SigningSecret> secrets_of(const std::vector<std::string>& texts) {
    std::vector<SigningSecret> secrets;
    for (const auto& text : texts)
        secrets.emplace_back(Secret(text), std::nullopt);
    return secrets;
}

Timestamp at(std::int64_t seconds) {
    return from_unix_ms(seconds * 1000);
}

constexpr const char* kSlackBody =
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&"
    "channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&"
    "response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F"
    "96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

struct PresetCase {
    const char* preset;
    const char* secret;
    std::int64_t now;
    std::string body;
    HeaderList headers;
};

TEST(Signature, AcceptsEachPresetsVectorAndNothingNearIt) {
    const PresetCase cases[] = {
        {"standard-webhooks",
         "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
         1614265330,
         R"({"test": 2432232314})",
         {{"webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
          {"webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"},
          {"webhook-timestamp", "1614265330"}}},
        {"github",
         "It's a Secret to Everybody",
         0,
         "Hello, World!",
         {{"X-Hub-Signature-256",
           "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}}},
        {"slack",
         "8f742231b10e8888abcd99yyyzzz85a5",
         1531420618,
         kSlackBody,
         {{"X-Slack-Signature",
           "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"},
          {"X-Slack-Request-Timestamp", "1531420618"}}},
        {"stripe",
         "whsec_test",
         1614265330,
         R"({"id":"evt_1"})",
         {{"Stripe-Signature",
           "t=1614265330,v0=00,v1="
           "347e9afe3d74ec4c5cbefd270edc9246513ae3da7b375223e302560fbd4146eb"}}},
        {"shopify",
         "hush",
         0,
         R"({"id":1})",
         {{"X-Shopify-Hmac-SHA256", "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY="}}},
        {"token", "s3cret", 0, "{}", {{"authorization", "Bearer s3cret"}}},
    };
    for (const PresetCase& test : cases) {
        SCOPED_TRACE(test.preset);
        const SignatureRule& rule = find_preset(test.preset)->signature;
        const auto secrets = secrets_of({test.secret});
        ASSERT_TRUE(check_rule(rule, secrets));
        const auto request = make_request(test.body, test.headers);
        EXPECT_TRUE(verify(rule, secrets, request, at(test.now)));
        EXPECT_FALSE(verify(rule, secrets_of({"b3RoZXI="}), request, at(test.now)));
        EXPECT_TRUE(verify(rule, secrets_of({"b3RoZXI=", test.secret}), request, at(test.now)));
        EXPECT_FALSE(verify(rule, secrets, make_request(test.body, {}), at(test.now)));
        auto doubled = test.headers;
        doubled.push_back(doubled.front());
        EXPECT_FALSE(verify(rule, secrets, make_request(test.body, doubled), at(test.now)));
        const bool covers_body = rule.algorithm != Algorithm::token;
        const auto altered = make_request(test.body + " ", test.headers);
        EXPECT_EQ(verify(rule, secrets, altered, at(test.now)).has_value(), !covers_body);
        if (rule.is_timestamped) {
            EXPECT_TRUE(verify(rule, secrets, request, at(test.now + 300)));
            EXPECT_FALSE(verify(rule, secrets, request, at(test.now + 301)));
            EXPECT_FALSE(verify(rule, secrets, request, at(test.now - 301)));
        }
    }
}

TEST(Signature, RefusesTimestampsThatAreNone) {
    const SignatureRule& rule = find_preset("standard-webhooks")->signature;
    const auto secrets = secrets_of({"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"});
    const std::string key = *from_base64("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    struct Case {
        const char* timestamp;
        bool is_good;
    };
    const Case cases[] = {{"1614265330", true},   {"", false},
                          {"-1614265330", false}, {"1614265330.5", false},
                          {"soon", false},        {"9223372036854775808", false},
                          {" 1614265330", false}, {"0x6037b0f2", false}};
    for (const Case& test : cases) {
        const std::string signature = to_base64(
            hmac(HashAlgorithm::sha256, key, "m1." + std::string(test.timestamp) + ".{}"));
        const auto request = make_request("{}", {{"webhook-signature", "v1," + signature},
                                                 {"webhook-id", "m1"},
                                                 {"webhook-timestamp", test.timestamp}});
        EXPECT_EQ(verify(rule, secrets, request, at(1614265330)).has_value(), test.is_good)
            << test.timestamp;
    }
}

TEST(Signature, FindsAValidOneAmongTheFirstTen) {
    const SignatureRule& rule = find_preset("standard-webhooks")->signature;
    const auto secrets = secrets_of({"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"});
    const std::string good = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    struct Case {
        std::size_t bad_before;
        const char* bad;
        bool is_good;
    };
    const Case cases[] = {{0, "", true},
                          {1, "v2,aGVsbG8=", true},
                          {9, "v1,aGVsbG8=", true},
                          {9, "v1a,not/base64!", true},
                          {10, "v1,aGVsbG8=", false},
                          {20, "v9,x", false}};
    for (const Case& test : cases) {
        std::string header;
        for (std::size_t i = 0; i < test.bad_before; ++i)
            header += std::string(test.bad) + " ";
        const auto request =
            make_request(R"({"test": 2432232314})", {{"webhook-signature", header + good},
                                                     {"webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"},
                                                     {"webhook-timestamp", "1614265330"}});
        EXPECT_EQ(verify(rule, secrets, request, at(1614265330)).has_value(), test.is_good)
            << test.bad_before << " x " << test.bad;
    }
    // The right MAC, written in hex where base64 is agreed.
    const std::string hex = to_hex(*from_base64(std::string_view(good).substr(3)));
    const auto request =
        make_request(R"({"test": 2432232314})", {{"webhook-signature", "v1," + hex},
                                                 {"webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"},
                                                 {"webhook-timestamp", "1614265330"}});
    EXPECT_FALSE(verify(rule, secrets, request, at(1614265330)));
}

TEST(Signature, AnOldSecretIsGoodUntilItsEnd) {
    const SignatureRule& rule = find_preset("github")->signature;
    std::vector<SigningSecret> secrets = secrets_of({"new"});
    secrets.emplace_back(Secret("It's a Secret to Everybody"), at(1000));
    const auto request =
        make_request("Hello, World!",
                     {{"X-Hub-Signature-256",
                       "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"}});
    EXPECT_TRUE(verify(rule, secrets, request, at(999)));
    EXPECT_FALSE(verify(rule, secrets, request, at(1000)));
}

TEST(Signature, FillsItsTemplate) {
    SignatureRule rule;
    rule.algorithm = Algorithm::hmac_sha512;
    rule.header = "X-Sig";
    rule.content = "{method} {target} {header:X-Id} {raw}";
    const auto secrets = secrets_of({"key"});
    ASSERT_TRUE(check_rule(rule, secrets));
    const auto request = make_request(
        R"({"a":1})", {{"X-Sig",
                        "70e266e0a043dde4dfee2fd4056e3c9c1810ead2edf76fe3abac1da5c7946a04"
                        "892f997b64f7faa9046573ed55ea3efebb580c5d0b755d1e6d34af18fc0f9fdf"},
                       {"x-id", "m1"}});
    EXPECT_TRUE(verify(rule, secrets, request, at(0)));
    rule.content = "{body}";
    EXPECT_FALSE(check_rule(rule, secrets));
}

TEST(Signature, RefusesSecretsThatCannotBeDecoded) {
    const SignatureRule& rule = find_preset("standard-webhooks")->signature;
    EXPECT_FALSE(check_rule(rule, secrets_of({"whsec_not base64!"})));
    EXPECT_FALSE(check_rule(rule, secrets_of({"whsec_"})));
    EXPECT_FALSE(check_rule(rule, {}));
}

}  // namespace
}  // namespace tributary::webhook
