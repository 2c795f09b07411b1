// winmail.dat and the RTF inside it, from streams written here byte by byte.
#include "connectors/email/tnef.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "connectors/email/normalize.hpp"
#include "connectors/email/rtf.hpp"

namespace tributary::email {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string number(std::uint32_t value, std::size_t width) {
    std::string bytes;
    for (std::size_t i = 0; i < width; ++i)
        bytes += static_cast<char>(value >> (8 * i) & 0xFF);
    return bytes;
}

std::string padded(std::string bytes) {
    while (bytes.size() % 4 != 0)
        bytes += '\0';
    return bytes;
}

std::string attribute(int level, std::uint32_t id, const std::string& data) {
    return number(static_cast<std::uint32_t>(level), 1) + number(id, 4) +
           number(static_cast<std::uint32_t>(data.size()), 4) + data + number(0, 2);
}

// A property of variable length with one value.
std::string property(std::uint32_t type, std::uint32_t id, const std::string& value) {
    return number(type, 2) + number(id, 2) + number(1, 4) +
           number(static_cast<std::uint32_t>(value.size()), 4) + padded(value);
}

std::string long_property(std::uint32_t id, std::uint32_t value) {
    return number(3, 2) + number(id, 2) + number(value, 4);
}

std::string utf16(std::string_view ascii) {
    std::string wide;
    for (const char c : ascii)
        (wide += c) += '\0';
    return wide + std::string(2, '\0');
}

std::string stream(const std::string& attributes) {
    return number(0x223E9F78, 4) + number(1, 2) + attribute(1, 0x69007, number(1252, 4)) +
           attributes;
}

std::string message_properties(std::uint32_t count, const std::string& properties) {
    return attribute(1, 0x69003, number(count, 4) + properties);
}

std::string file(const std::string& title, const std::string& data, std::uint32_t count = 0,
                 const std::string& properties = {}) {
    return attribute(2, 0x69002, std::string(14, '\0')) +
           attribute(2, 0x18010, title + std::string(1, '\0')) +
           (data.empty() ? "" : attribute(2, 0x6800F, data)) +
           attribute(2, 0x69005, number(count, 4) + properties);
}

std::string uncompressed(const std::string& rtf) {
    const auto size = static_cast<std::uint32_t>(rtf.size());
    return number(size + 12, 4) + number(size, 4) + "MELA" + number(0, 4) + rtf;
}

// An embedded message: an object whose interface is IMessage.
std::string embedded(const std::string& inner) {
    return property(0x000D, 0x3701,
                    std::string("\x07\x03\x02\0\0\0\0\0\xC0\0\0\0\0\0\0\x46", 16) + inner);
}

Content read_mail_with(const std::string& packed, const std::string& text = {}) {
    const auto mail = "From: ann@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
                      (text.empty() ? "" : "--b\r\n\r\n" + text + "\r\n") +
                      "--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n"
                      "Content-Transfer-Encoding: base64\r\n\r\n" +
                      to_base64(packed) + "\r\n--b--\r\n";
    auto result = normalize_mail(MailSettings(), mail);
    EXPECT_TRUE(result.has_value());
    return result ? result->content : Content();
}

TEST(Tnef, GivesFilesTheirLongNames) {
    SCOPED_TRACE("E49");
    const auto mail =
        read_tnef(stream(file("REPORT~1.PDF", "pdf", 3,
                              property(0x001F, 0x3707, utf16("../report of june.pdf")) +
                                  property(0x001E, 0x370E, std::string("Application/PDF\0", 16)) +
                                  property(0x001F, 0x3712, utf16("<cid@example.com>"))) +
                         file("b.txt", "text")));
    ASSERT_TRUE(mail);
    ASSERT_EQ(mail->files.size(), 2U);
    EXPECT_EQ(mail->files[0].name, "report of june.pdf");
    EXPECT_EQ(mail->files[0].content_type, "application/pdf");
    EXPECT_EQ(mail->files[0].content_id, "cid@example.com");
    EXPECT_EQ(mail->files[0].bytes, "pdf");
    EXPECT_EQ(mail->files[1].name, "b.txt");
    EXPECT_EQ(mail->files[1].content_type, "application/octet-stream");
}

TEST(Tnef, KeepsWhatCameBeforeTheFault) {
    SCOPED_TRACE("E49");
    const auto whole = stream(file("a.txt", "one") + file("b.txt", "two"));
    const auto mail = read_tnef(whole.substr(0, whole.size() - 30));
    ASSERT_TRUE(mail);
    ASSERT_FALSE(mail->files.empty());
    EXPECT_EQ(mail->files[0].bytes, "one");
    EXPECT_FALSE(read_tnef("no tnef at all"));
    EXPECT_FALSE(read_tnef(""));
}

TEST(Tnef, IsTheBodyOfAMailWithoutOne) {
    const auto plain = message_properties(1, property(0x001F, 0x1000, utf16("Dear\r\nall")));
    EXPECT_EQ(read_mail_with(stream(plain)).text, "Dear\nall");

    const auto html =
        message_properties(2, long_property(0x3FDE, 65001) + property(0x0102, 0x1013,
                                                                      "<p>Gr\xC3\xBC\xC3\x9F"
                                                                      "e<script>x</script></p>"));
    const auto content = read_mail_with(stream(html));
    EXPECT_EQ(content.text, "Grüße");
    EXPECT_EQ(content.html, "<p>Grüße</p>");
}

TEST(Tnef, DoesNotOverruleTheMailsOwnText) {
    const auto packed = stream(message_properties(1, property(0x001F, 0x1000, utf16("Other"))));
    const auto content = read_mail_with(packed, "Mine");
    EXPECT_EQ(content.text, "Mine");
    EXPECT_THAT(content.warnings, testing::Contains("packed_body_left_out"));
    const auto same = stream(message_properties(1, property(0x001F, 0x1000, utf16("Mine\r\n"))));
    EXPECT_THAT(read_mail_with(same, "Mine").warnings,
                Not(testing::Contains("packed_body_left_out")));
}

TEST(Tnef, ReadsTheBodyOutOfRtf) {
    const std::string rtf =
        "{\\rtf1\\ansi\\ansicpg1252\\fromhtml1 \\deff0{\\fonttbl{\\f0\\fswiss Arial;}}"
        "{\\*\\htmltag64 <p>}\\htmlrtf {\\htmlrtf0 Gr\\'fc\\u223 ?e{\\*\\htmltag84 "
        "&nbsp;}\\htmlrtf \\'a0\\htmlrtf0 all\\htmlrtf }\\htmlrtf0{\\*\\htmltag72 </p>}}";
    const auto content =
        read_mail_with(stream(message_properties(1, property(0x0102, 0x1009, uncompressed(rtf)))));
    EXPECT_EQ(content.html, "<p>Grüße\u00A0all</p>");
    EXPECT_EQ(content.text, "Grüße all");
}

TEST(Tnef, TurnsAMessageInsideIntoAFileWithItsFilesBehindIt) {
    const auto inner =
        stream(attribute(1, 0x18004, std::string("The old one\0", 12)) +
               message_properties(3, property(0x001F, 0x1000, utf16("old words")) +
                                         property(0x001F, 0x0C1A, utf16("Bob")) +
                                         property(0x001F, 0x5D01, utf16("bob@example.com"))) +
               file("deep.txt", "deep"));
    const auto mail = read_tnef(stream(file("Old", "not supported", 1, embedded(inner))));
    ASSERT_TRUE(mail);
    ASSERT_EQ(mail->files.size(), 2U);
    EXPECT_EQ(mail->files[0].content_type, "message/rfc822");
    EXPECT_EQ(mail->files[1].bytes, "deep");
    const auto old = normalize_mail(MailSettings(), mail->files[0].bytes);
    ASSERT_TRUE(old);
    EXPECT_EQ(old->content.subject, "The old one");
    EXPECT_EQ(old->content.from.address, "bob@example.com");
    EXPECT_EQ(old->content.text, "old words");
}

TEST(Tnef, EndsHoweverDeepMessagesNest) {
    SCOPED_TRACE("E49");
    auto packed = stream(file("core.txt", "core"));
    for (int i = 0; i < 60; ++i)
        packed = stream(file("m", "", 1, embedded(packed)));
    const auto mail = read_tnef(packed);
    ASSERT_TRUE(mail);
    EXPECT_LE(mail->files.size(), 200U);
}

TEST(Rtf, UnpacksReferencesIntoTheWindow) {
    // The example of [MS-OXRTFCP] section 3.2: a reference that overlaps what it writes.
    std::string packed(
        "\x1a\0\0\0\x1c\0\0\0LZFu\xe2\xd4\x4b\x51\x41\0\x04\x20WXYZ\x0dn}\x01\x0e"
        "\xb0",
        30);
    EXPECT_EQ(decompress_rtf(packed), "{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}");
    EXPECT_EQ(decompress_rtf("short"), std::nullopt);
    EXPECT_EQ(decompress_rtf(std::string(100, 'x')), std::nullopt);
}

TEST(Rtf, GivesItsWords) {
    const struct {
        std::string_view rtf, text;
    } cases[] = {
        {"{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}{\\colortbl;\\red1;}Hello\\par World}",
         "Hello\nWorld"},
        {"{\\rtf1\\ansi{\\*\\generator x;}{\\field{\\*\\fldinst{HYPERLINK \"http://a\"}}"
         "{\\fldrslt link}}}",
         "link"},
        {"{\\rtf1\\ansi\\ansicpg1251 \\'cf\\'f0}", "Пр"},
        {"{\\rtf1\\ansi{\\fonttbl{\\f1\\fcharset128 x;}}\\f1\\'82\\'a0}", "あ"},
        {"{\\rtf1\\ansi\\uc1 \\u-10179?\\u-8704?}", "\U0001F600"},
        {"{\\rtf1\\ansi\\uc2 \\u233\\'c3\\'a9t\\'e9}", "été"},
        {"{\\rtf1\\ansi a\\{b\\}\\\\c}", "a{b}\\c"},
        {"{\\rtf1 {\\pict\\bin4 }}}}}{x}}", "x"},
        {"no rtf", ""},
    };
    for (const auto& one : cases)
        EXPECT_EQ(read_rtf(one.rtf).text, one.text) << one.rtf;
}

TEST(Rtf, StaysLinearOnHostileInput) {
    for (const std::string piece : {"{", "}", "{\\*\\htmltag", "\\'", "\\u1", "\\f1\\fcharset2"}) {
        std::string rtf = "{\\rtf1\\fromhtml1 ";
        for (int i = 0; i < 200'000; ++i)
            rtf += piece;
        read_rtf(rtf);
    }
}

}  // namespace
}  // namespace tributary::email
