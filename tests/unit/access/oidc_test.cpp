#include "access/oidc.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace tributary::oidc {
namespace {

namespace json = boost::json;

const Timestamp kNow = from_unix_ms(1'772'357'400'000);
constexpr std::int64_t kSeconds = 1'772'357'400;

Options options() {
    Options known;
    known.issuer = "https://login.example";
    known.client_id = "desk";
    known.client_secret = Secret("a secret");
    return known;
}

json::object good_claims() {
    return {{"iss", "https://login.example"}, {"aud", "desk"},         {"sub", "42"},
            {"exp", kSeconds + 300},          {"iat", kSeconds - 1},   {"nonce", "n-1"},
            {"email", "kim@example.org"},     {"email_verified", true}};
}

TEST(oidc, claims_are_for_us_now_and_this_journey) {
    struct Case {
        const char* what;
        const char* name;
        json::value value;
        bool is_taken;
    };
    const Case cases[] = {
        {"as they should be", "sub", "42", true},
        {"another issuer", "iss", "https://evil.example", false},
        {"an issuer that begins alike", "iss", "https://login.example/", false},
        {"no issuer", "iss", nullptr, false},
        {"another audience", "aud", "shop", false},
        {"us alone in a list", "aud", json::array{"desk"}, true},
        {"us among others without azp", "aud", json::array{"shop", "desk"}, false},
        {"an empty list", "aud", json::array{}, false},
        {"a number", "aud", 5, false},
        {"azp of another", "azp", "shop", false},
        {"azp of ours", "azp", "desk", true},
        {"expired", "exp", kSeconds - 61, false},
        {"expired within the skew", "exp", kSeconds - 59, true},
        {"no end", "exp", nullptr, false},
        {"an end as text", "exp", "9999999999", false},
        {"issued in the future", "iat", kSeconds + 120, false},
        {"issued long ago", "iat", kSeconds - 3600, false},
        {"no beginning", "iat", nullptr, false},
        {"not valid yet", "nbf", kSeconds + 120, false},
        {"another nonce", "nonce", "n-2", false},
        {"no nonce", "nonce", nullptr, false},
        {"no subject", "sub", nullptr, false},
        {"an empty subject", "sub", "", false},
        {"a subject that is no text", "sub", 42, false},
        {"too long a subject", "sub", json::string(256, 'x'), false},
    };
    for (const Case& c : cases) {
        json::object claims = good_claims();
        claims[c.name] = c.value;
        EXPECT_EQ(judge_claims(claims, options(), "n-1", kNow).has_value(), c.is_taken) << c.what;
    }
    json::object several = good_claims();
    several["aud"] = json::array{"shop", "desk"};
    several["azp"] = "desk";
    EXPECT_TRUE(judge_claims(several, options(), "n-1", kNow));
    json::object none = good_claims();
    none["nonce"] = "";
    EXPECT_FALSE(judge_claims(none, options(), "", kNow));
}

TEST(oidc, the_provider_says_of_itself_what_it_is) {
    const auto document = [](const char* issuer, const char* token_endpoint) {
        return json::serialize(
            json::object{{"issuer", issuer},
                         {"authorization_endpoint", "https://login.example/authorize"},
                         {"token_endpoint", token_endpoint},
                         {"jwks_uri", "https://login.example/keys"}});
    };
    const std::string issuer = "https://login.example";
    const auto read =
        read_metadata(document("https://login.example", "https://login.example/t"), issuer);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->token_endpoint, "https://login.example/t");
    EXPECT_FALSE(
        read_metadata(document("https://evil.example", "https://login.example/t"), issuer));
    EXPECT_FALSE(read_metadata(document("https://login.example/", "https://x.example/t"), issuer));
    EXPECT_FALSE(
        read_metadata(document("https://login.example", "http://login.example/t"), issuer));
    EXPECT_FALSE(read_metadata(document("https://login.example", "http://127.0.0.1:1/t"), issuer));
    EXPECT_FALSE(read_metadata(document("https://login.example", "file:///etc/passwd"), issuer));
    for (const char* text : {"", "[]", "{", "null", "{\"issuer\": 5}"})
        EXPECT_FALSE(read_metadata(text, issuer)) << text;
    EXPECT_EQ(discovery_address("https://login.example/realm/"),
              "https://login.example/realm/.well-known/openid-configuration");
}

TEST(oidc, a_journey_proves_itself_on_the_way_back) {
    const Journey one = begin_journey();
    const Journey other = begin_journey();
    EXPECT_NE(one.state, other.state);
    EXPECT_NE(one.nonce, other.nonce);
    EXPECT_GE(one.verifier.size(), 43u);  // RFC 7636, section 4.1
    Metadata metadata;
    metadata.authorization_endpoint = "https://login.example/authorize?tenant=1";
    const std::string address =
        journey_address(options(), metadata, one, "https://desk.example/back");
    EXPECT_TRUE(
        address.starts_with("https://login.example/authorize?tenant=1&response_type=code&"));
    EXPECT_NE(address.find("&state=" + one.state), std::string::npos);
    EXPECT_NE(address.find("&nonce=" + one.nonce), std::string::npos);
    EXPECT_NE(address.find("&code_challenge=" + to_base64url(sha256(one.verifier)) +
                           "&code_challenge_method=S256"),
              std::string::npos);
    EXPECT_EQ(address.find(one.verifier), std::string::npos);
    EXPECT_EQ(address.find(one.browser), std::string::npos);
}

TEST(oidc, the_secret_goes_where_the_provider_wants_it) {
    Metadata metadata;
    EXPECT_EQ(client_authorization(options(), metadata), "Basic " + to_base64("desk:a%20secret"));
    EXPECT_EQ(code_form(options(), metadata, "c d", "v", "https://desk.example/back")
                  .find("client_secret"),
              std::string::npos);
    metadata.wants_secret_in_form = true;
    EXPECT_EQ(client_authorization(options(), metadata), "");
    EXPECT_NE(code_form(options(), metadata, "c d", "v", "x").find("&client_secret=a%20secret"),
              std::string::npos);
}

TEST(oidc, answers_without_a_token_are_none) {
    EXPECT_TRUE(read_id_token(200, R"({"id_token": "a.b.c", "access_token": "x"})"));
    EXPECT_FALSE(read_id_token(400, R"({"id_token": "a.b.c"})"));
    EXPECT_FALSE(read_id_token(200, R"({"access_token": "x"})"));
    EXPECT_FALSE(read_id_token(200, R"({"id_token": {"a": 1}})"));
    EXPECT_FALSE(read_id_token(200, "<html>"));
}

}  // namespace
}  // namespace tributary::oidc
