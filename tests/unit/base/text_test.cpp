#include "base/text.hpp"

#include <gtest/gtest.h>

namespace tributary {
namespace {

using namespace std::string_literals;

TEST(text, valid_utf8) {
    struct Case {
        std::string text;
        std::string repaired;  // with "?" for U+FFFD
    };
    const Case cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"äé€😀", "äé€😀"},
        {"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
        {"\xff", "?"},
        {"a\x80z", "a?z"},
        {"\xc0\xaf", "??"},  // overlong '/'
        {"\xe0\x80\xaf", "???"},
        {"\xed\xa0\x80", "???"},       // a surrogate
        {"\xf4\x90\x80\x80", "????"},  // past U+10FFFF
        {"\xf8\x88\x80\x80\x80", "?????"},
        {"\xe2\x82", "?"},  // a maximal subpart is one error
        {"\xe2\x82z", "?z"},
        {"\xf0\x9f\x98", "?"},
        {"\xf0\x9f\x98\xf0\x9f\x98\x80", "?😀"},
        // The example of Unicode 15, table 3-8.
        {"\x61\xf1\x80\x80\xe1\x80\xc2\x62\x80\x63\x80\xbf\x64", "a???b?c??d"},
    };
    for (const Case& c : cases) {
        std::string expected;
        for (const char byte : c.repaired)
            expected += byte == '?' ? "\ufffd" : std::string(1, byte);
        EXPECT_EQ(to_valid_utf8(c.text), expected) << c.repaired;
        EXPECT_EQ(is_valid_utf8(c.text), c.text == expected) << c.repaired;
        EXPECT_TRUE(is_valid_utf8(to_valid_utf8(c.text)));
    }
    EXPECT_EQ(valid_utf8_prefix("äb\xff"), 3u);
    EXPECT_EQ(valid_utf8_prefix("äb"), 3u);
}

TEST(text, truncates_between_code_points) {
    EXPECT_EQ(truncate_utf8("aäb", 4), "aäb");
    EXPECT_EQ(truncate_utf8("aäb", 3), "aä");
    EXPECT_EQ(truncate_utf8("aäb", 2), "a");
    EXPECT_EQ(truncate_utf8("😀", 3), "");
    EXPECT_EQ(count_code_points("aä😀"), 3u);
}

TEST(text, strips_controls) {
    struct Case {
        std::string text;
        const char* kept;
        const char* joined;
    };
    const Case cases[] = {
        {"a\nb\tc", "a\nb\tc", "a b c"},
        {"a\r\nb\rc", "a\nb\nc", "a b c"},
        {"a\0b\x1b[31mc\x7f"s, "ab[31mc", "ab[31mc"},
        {"a\u0085b\u009bc", "abc", "abc"},
        {"a\u202eb\u2066c", "abc", "abc"},
        {"a\u00a0ä\u200d", "a\u00a0ä\u200d", "a\u00a0ä\u200d"},
        {"a\xff", "a\ufffd", "a\ufffd"},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(strip_controls(c.text, Lines::keep), c.kept);
        EXPECT_EQ(strip_controls(c.text, Lines::join), c.joined);
    }
}

TEST(text, small_helpers) {
    EXPECT_EQ(trim(" \t\r\n\v\fa b \n"), "a b");
    EXPECT_EQ(trim(" \n"), "");
    EXPECT_EQ(split("a,,b,", ','), (std::vector<std::string_view>{"a", "", "b", ""}));
    EXPECT_EQ(split("", ','), std::vector<std::string_view>{""});
    EXPECT_EQ(ascii_lower("AbZ[Ä"), "abz[Ä");
    EXPECT_TRUE(equals_ignoring_case("Content-TYPE", "content-type"));
    EXPECT_FALSE(equals_ignoring_case("a", "ab"));
    EXPECT_FALSE(equals_ignoring_case("@", "`"));
    EXPECT_TRUE(starts_with_ignoring_case("BEARER x", "bearer "));
    EXPECT_FALSE(starts_with_ignoring_case("B", "bearer"));
    EXPECT_TRUE(contains_ignoring_case("a Text/HTML;", "text/html"));
    EXPECT_TRUE(contains_ignoring_case("x", ""));
    EXPECT_FALSE(contains_ignoring_case("", "x"));
}

TEST(text, normal_forms) {
    EXPECT_EQ(to_nfc("A\u0308"), "Ä");
    EXPECT_EQ(fold_case("STRASSE Straße"), "strasse strasse");
    EXPECT_EQ(fold_case("ΑΣ"), fold_case("ας"));
    EXPECT_EQ(fold_case("\u212b"), "å");  // the angstrom sign
    EXPECT_EQ(to_nfc("a\xff"), "a\ufffd");
}

TEST(text, escapes_html) {
    EXPECT_EQ(html_escape("<a href=\"x\" title='y'>&amp;</a>"),
              "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
}

TEST(text, percent_coding) {
    EXPECT_EQ(percent_encode("az-._~ /ä"), "az-._~%20%2F%C3%A4");
    struct Case {
        const char* text;
        Plus plus;
        std::optional<std::string> decoded;
    };
    const Case cases[] = {
        {"a+b%20c", Plus::is_space, "a b c"},
        {"a+b%20c", Plus::is_plus, "a+b c"},
        {"%C3%a4", Plus::is_plus, "ä"},
        {"%00", Plus::is_plus, "\0"s},
        {"%", Plus::is_plus, {}},
        {"%2", Plus::is_plus, {}},
        {"%2g", Plus::is_plus, {}},
        {"%-1", Plus::is_plus, {}},
        {"%%41", Plus::is_plus, {}},
        {"", Plus::is_plus, ""},
    };
    for (const Case& c : cases)
        EXPECT_EQ(percent_decode(c.text, c.plus), c.decoded) << c.text;
    std::string all;
    for (int byte = 0; byte < 256; ++byte)
        all += static_cast<char>(byte);
    EXPECT_EQ(percent_decode(percent_encode(all), Plus::is_space), all);
}

TEST(text, suggests_only_what_is_near) {
    const std::vector<std::string> names = {"address", "imap", "smtp"};
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
    EXPECT_EQ(edit_distance("", "abc"), 3u);
    EXPECT_EQ(edit_distance("abc", ""), 3u);
    EXPECT_EQ(nearest("adress", names), "address");
    EXPECT_EQ(nearest("imap", names), "imap");
    EXPECT_EQ(nearest("password", names), std::nullopt);
    EXPECT_EQ(nearest("x", {}), std::nullopt);
}

}  // namespace
}  // namespace tributary
