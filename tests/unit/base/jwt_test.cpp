#include "base/jwt.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

namespace tributary::test {
namespace {

namespace json = boost::json;

// Made by tests/support/jwt.py.
json::object made_cases() {
    std::ifstream file(TRIBUTARY_SOURCE_DIR "/tests/data/access/jwt.json");
    std::ostringstream text;
    text << file.rdbuf();
    return json::parse(text.str()).get_object();
}

TEST(jwt, only_what_a_known_key_signed_is_taken) {
    const json::object made = made_cases();
    const std::string keys = json::serialize(made.at("keys"));
    ASSERT_GT(made.at("cases").get_array().size(), 20u);
    for (const json::value& one : made.at("cases").get_array()) {
        const json::array& entry = one.get_array();
        const auto claims = verify_jwt(entry[1].get_string(), keys);
        EXPECT_EQ(claims.has_value(), entry[2].get_bool()) << entry[0].get_string();
        if (!claims) continue;
        EXPECT_EQ(claims->at("sub").get_string(), "42");
    }
}

TEST(jwt, an_unknown_key_is_told_from_a_wrong_signature) {
    const json::object made = made_cases();
    const auto good = made.at("cases").get_array()[0].get_array()[1].get_string();
    EXPECT_EQ(verify_jwt(good, R"({"keys": []})").error().reason, "unknown_key");
    for (const char* keys : {"", "{}", "[]", R"({"keys": 5})", R"({"keys": [1, null, {}]})"})
        EXPECT_FALSE(verify_jwt(good, keys)) << keys;
}

TEST(jwt, a_key_for_something_else_signs_nothing) {
    const json::object made = made_cases();
    const auto good = made.at("cases").get_array()[0].get_array()[1].get_string();
    for (const auto& [name, value] :
         std::vector<std::pair<const char*, const char*>>{{"use", "enc"},
                                                          {"alg", "RS512"},
                                                          {"kty", "EC"},
                                                          {"n", "AQAB"},
                                                          {"n", "!"},
                                                          {"e", ""}}) {
        json::object key = made.at("keys").at("keys").at(0).get_object();
        key[name] = value;
        const json::object set = {{"keys", json::array{key}}};
        EXPECT_FALSE(verify_jwt(good, json::serialize(set))) << name << " " << value;
    }
}

TEST(jwt, its_length_has_a_limit) {
    EXPECT_FALSE(verify_jwt(std::string(kMostTokenBytes + 1, 'a'), "{}"));
    EXPECT_FALSE(verify_jwt(std::string(kMostTokenBytes, '.'), "{}"));
}

}  // namespace
}  // namespace tributary::test
