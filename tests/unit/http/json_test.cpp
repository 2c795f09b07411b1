// What parse_json refuses (promise W10).
#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "http/message.hpp"

namespace tributary::http {
namespace {

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

TEST(Json, AcceptsWhatIsExact) {
    const std::string texts[] = {
        R"({"a":1,"b":[true,false,null,"x"],"c":{"a":2}})",
        "18446744073709551615",
        "-9223372036854775808",
        R"("😀")",
        R"([{"a":1},{"a":2}])",
        nested(64),
    };
    for (const std::string& text : texts) {
        const auto value = parse_json(text);
        ASSERT_TRUE(value.has_value()) << text << " " << describe(value.error());
        EXPECT_EQ(boost::json::serialize(*value), text);
    }
    EXPECT_EQ(parse_json(R"("\uD83D\uDE00")")->as_string(), "😀");
    EXPECT_EQ(parse_json(" 1.5 \n")->as_double(), 1.5);
    EXPECT_EQ(parse_json("1e-400")->as_double(), 0.0);
}

TEST(Json, RefusesWhatCouldBeReadInTwoWays) {
    const std::string texts[] = {
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":}",
        "nul",
        "[1] x",
        "{} {}",
        "// c\n1",
        "/* c */ 1",
        "NaN",
        "Infinity",
        "-Infinity",
        "01",
        "+1",
        "1.",
        ".5",
        "'a'",
        "{a:1}",
        "1e400",
        "-1e400",
        "[1e999999999999]",
        "18446744073709551616",
        "-9223372036854775809",
        "123456789012345678901234567890",
        R"({"a":1,"a":1})",
        R"([[{"x":{"a":1,"b":2,"a":3}}]])",
        R"({"a":1,"\u0061":2})",
        R"("\ud800")",
        R"("\ud800x")",
        R"("\udc00")",
        R"("\ud800\u0041")",
        "\"\xff\"",
        "\"\xc0\xaf\"",
        "\"\xed\xa0\x80\"",
        "\"a\nb\"",
        "\xef\xbb\xbf{}",
        nested(65),
        nested(100'000),
        std::string(100'000, '['),
    };
    for (const std::string& text : texts) {
        const auto value = parse_json(text);
        ASSERT_FALSE(value.has_value()) << text.substr(0, 60);
        EXPECT_EQ(status_of(value.error()), 400) << text.substr(0, 60);
    }
}

TEST(Json, RefusesMoreValuesThanAnyoneSends) {
    std::string text = "[0";
    for (int i = 0; i < 199'998; ++i)
        text += ",0";
    EXPECT_TRUE(parse_json(text + "]").has_value());
    EXPECT_FALSE(parse_json(text + ",0]").has_value());
}

}  // namespace
}  // namespace tributary::http
