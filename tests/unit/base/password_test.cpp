#include "base/password.hpp"

#include <gtest/gtest.h>

namespace tributary::test {
namespace {

using namespace std::string_literals;

TEST(password, a_hash_fits_its_password_only) {
    const std::string hash = hash_password("correct horse battery");
    EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=65536,t=2,p=1$")) << hash;
    EXPECT_TRUE(verify_password("correct horse battery", hash));
    EXPECT_FALSE(verify_password("correct horse batterY", hash));
    EXPECT_FALSE(verify_password("", hash));
    EXPECT_NE(hash, hash_password("correct horse battery"));
}

TEST(password, nothing_is_cut_off) {
    const std::string longest(kMostPasswordBytes, 'x');
    const std::string hash = hash_password(longest);
    EXPECT_TRUE(verify_password(longest, hash));
    EXPECT_FALSE(verify_password(longest.substr(1), hash));
    const std::string with_nul = "before\0after"s;
    EXPECT_FALSE(verify_password("before", hash_password(with_nul)));
    EXPECT_FALSE(verify_password("before\0other"s, hash_password(with_nul)));
}

TEST(password, forms_of_one_character_are_one_password) {
    EXPECT_EQ(normal_password("caf\u00e9 creme"), normal_password("cafe\u0301 creme"));
    EXPECT_NE(normal_password("CAFE CREME"), normal_password("cafe creme"));
}

TEST(password, weaker_hashes_are_made_anew) {
    EXPECT_FALSE(needs_rehash(hash_password("correct horse battery")));
    EXPECT_FALSE(needs_rehash(unmatchable_password_hash()));
    EXPECT_TRUE(
        needs_rehash("$argon2id$v=19$m=32768,t=1,p=1$C9Hrf4MIV8MiHao/Z+ZeTg$"
                     "CsErCudn/Fq8exT63CifvNZVGUEduVDdhuncBBwN1AY"));
}

TEST(password, who_does_not_exist_is_verified_as_long_and_never_fits) {
    EXPECT_FALSE(verify_password("anything", unmatchable_password_hash()));
}

TEST(password, what_may_be_chosen) {
    struct Case {
        const char* password;
        bool is_taken;
    };
    const Case cases[] = {
        {"", false},
        {"Xk7!pQz", false},  // seven characters
        {"password", false},
        {"Password1!", false},
        {"P@ssw0rd123", false},
        {"qwertyuiop", false},
        {"1234567890", false},
        {"aaaaaaaaaaaaaaa", false},
        {"iloveyou2024", false},
        {"letmein123", false},
        {"zxcvbnm,./", false},
        {"19841984", false},
        {"Mia Sommer", false},
        {"mia.sommer1", false},
        {"kettle under ninth porch", true},
        {"g7Tq-w9Lm-x2Rz", true},
        {"Wasser kocht im Fünften", true},
        {"今日はとても良い天気ですね", true},
    };
    for (const Case& c : cases)
        EXPECT_EQ(judge_password(c.password, {"Mia Sommer", "mia.sommer"}).has_value(), c.is_taken)
            << c.password;
}

TEST(password, its_length_has_edges) {
    std::string text;
    while (text.size() < kMostPasswordBytes)
        text += "kettle under ninth porch ";
    EXPECT_TRUE(judge_password(text.substr(0, kMostPasswordBytes), {}));
    EXPECT_FALSE(judge_password(text.substr(0, kMostPasswordBytes) + "x", {}));
}

}  // namespace
}  // namespace tributary::test
