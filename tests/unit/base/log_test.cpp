#include "base/log.hpp"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

namespace tributary {
namespace {

// What one event looks like on standard error, without time and level.
template <class... Pairs>
std::string logged(log::Format format, log::Level threshold, log::Level level,
                   const Pairs&... pairs) {
    testing::internal::CaptureStderr();
    log::configure(threshold, format);
    log::event(level, "thing.happened", pairs...);
    log::configure(log::Level::info, log::Format::text);
    log::flush();
    return testing::internal::GetCapturedStderr();
}

TEST(log, text_lines_hold_escaped_values) {
    SCOPED_TRACE("E44");
    const std::string line =
        logged(log::Format::text, log::Level::info, log::Level::warn, "count", 3, "ok", true,
               "name", "a \"b\"\\\n\x1b[31m\u009b\x7f\xff", "word", std::string("w"));
    EXPECT_NE(line.find(R"(thing.happened count=3 ok=true name="a \"b\"\\\n\u001b[31m\u009b\u007f)"
                        "\ufffd\" word=\"w\"\n"),
              std::string::npos)
        << line;
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

TEST(log, json_lines_are_json) {
    const std::string line =
        logged(log::Format::json, log::Level::debug, log::Level::error, "count", -3, "ratio", 0.5,
               "ok", false, "name", "\"\n\xff\u0085ä");
    const auto json = boost::json::parse(line);
    EXPECT_EQ(json.at("event"), "thing.happened");
    EXPECT_EQ(json.at("level"), "error");
    EXPECT_EQ(json.at("count"), -3);
    EXPECT_EQ(json.at("ratio"), 0.5);
    EXPECT_EQ(json.at("ok"), false);
    EXPECT_EQ(json.at("name"), "\"\n\ufffd\u0085ä");
}

TEST(log, a_value_of_ten_megabytes_is_cut) {
    for (const std::string piece : {"\n", "x", "\x1b[2J", "ä", "\xff"}) {
        std::string value;
        while (value.size() < 10'000'000)
            value += piece;
        const std::string line =
            logged(log::Format::text, log::Level::info, log::Level::warn, "v", value, "last", 1);
        EXPECT_LT(line.size(), 30'000u);
        EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
        EXPECT_TRUE(line.ends_with("…\" last=1\n")) << line.substr(line.size() - 40);
    }
    const std::string longest(4096, 'x');
    EXPECT_NE(logged(log::Format::text, log::Level::info, log::Level::warn, "v", longest)
                  .find(longest + '"'),
              std::string::npos);
}

TEST(log, the_threshold_holds) {
    EXPECT_EQ(logged(log::Format::text, log::Level::warn, log::Level::info, "a", 1), "");
    EXPECT_NE(logged(log::Format::text, log::Level::warn, log::Level::warn, "a", 1), "");
    EXPECT_EQ(logged(log::Format::text, log::Level::off, log::Level::error, "a", 1), "");
}

TEST(log, levels_parse) {
    EXPECT_EQ(log::parse_level("debug"), log::Level::debug);
    EXPECT_EQ(log::parse_level("warn"), log::Level::warn);
    EXPECT_EQ(log::parse_level("error"), log::Level::error);
    EXPECT_EQ(log::parse_level("off"), log::Level::off);
    EXPECT_EQ(log::parse_level("anything"), log::Level::info);
}

}  // namespace
}  // namespace tributary
