// Texts, files and pages made to deceive, to break or to exhaust their reader, each with its fixed
// outcome. "E41" and the like are items of tests/catalogue.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "hostile_mail.hpp"

namespace tributary::email {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

using testing::Not;

// E41. UTF-7 is decoded where it is declared, before anything judges it, and never guessed.
TEST(HostileCharsets, BecomeText) {
    SCOPED_TRACE("E41");
    const struct {
        std::string_view charset, body;
        std::string_view text;
    } cases[] = {
        {"x-klingon",
         "Gr\xFC\xDF"
         "e",
         "Grüße"},
        {"us-ascii",
         "Gr\xC3\xBC\xC3\x9F"
         "e",
         "Grüße"},
        {"utf-8",
         "Gr\xFC\xDF"
         "e",
         "Grüße"},
        {"utf-7", "+ADw-b+AD4-", "<b>"},
        {"", "+ADw-b+AD4-", "+ADw-b+AD4-"},
        {"utf-16", std::string_view("h\0i\0", 4), "hi"},
        {"utf-16", std::string_view("\0h\0i", 4), "hi"},
        {"gb18030", "\xD6\xD0\xCE\xC4", "中文"},
        {"iso-2022-jp", "\x1B$B$\"\x1B(B", "あ"},
        {"iso-2022-jp", "\x1B$B$\"", "あ"},
        {"utf-8",
         "a\xC0\xAF"
         "b",
         "a\u00C0\u00AFb"},                                 // overlong: no UTF-8 at all
        {"utf-8", "\xC3\xA9\xC0\xAF", "é\uFFFD\uFFFD"},     // overlong amid UTF-8
        {"utf-8", "é\xED\xA0\x80", "é\uFFFD\uFFFD\uFFFD"},  // a lone surrogate
    };
    for (const auto& one : cases) {
        const auto charset = one.charset.empty() ? "" : "; charset=" + std::string(one.charset);
        const auto content = content_of("From: a@x.example\r\nContent-Type: text/plain" + charset +
                                        "\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
                                        to_base64(one.body) + "\r\n");
        EXPECT_EQ(content.text, one.text) << one.charset << " " << one.text;
    }
}

TEST(HostileCharsets, HideNoMarkup) {
    SCOPED_TRACE("E41: UTF-7");
    const auto content = content_of(
        "From: a@x.example\r\nContent-Type: text/html; charset=utf-7\r\n\r\n"
        "+ADw-p+AD4-hi+ADw-script+AD4-alert(1)+ADw-/script+AD4-+ADw-img src+AD0-x "
        "onerror+AD0-alert(1)+AD4-\r\n");
    EXPECT_THAT(content.html.value_or(""), HasSubstr("<p>hi"));
    EXPECT_THAT(content.html.value_or(""), Not(HasSubstr("alert")));
}

TEST(HostileEncodings, AreDecodedAsFarAsPossibleAndFlagged) {
    SCOPED_TRACE("E42");
    const struct {
        std::string_view encoding, body, text;
        bool is_damaged;
    } cases[] = {
        {"base64", "aGVsbG8=", "hello", false},
        {"base64", "aGVs bG8=", "hello", false},
        {"base64", "aGVsbG8", "hello", true},
        {"base64", "aGVs*bG8=", "hello", true},
        {"base64", "aGVsbG8====", "hello", false},
        {"base64", "aGVsbG8=trailing", "hello\xB6\xB6\x9A\x96)", true},
        {"quoted-printable", "a=3Db", "a=b", false},
        {"quoted-printable", "a=XXb", "a=XXb", true},
        {"quoted-printable", "a=", "a", false},
        {"x-unheard-of", "a=3Db", "a=3Db", false},
    };
    for (const auto& one : cases) {
        const auto content = content_of(
            "From: a@x.example\r\nContent-Transfer-Encoding: " + std::string(one.encoding) +
            "\r\n\r\n" + std::string(one.body));
        if (!one.text.ends_with(')')) {
            EXPECT_EQ(content.text, one.text) << one.body;
        }
        EXPECT_EQ(testing::Value(content.warnings, Contains("encoding_damaged")), one.is_damaged)
            << one.body;
    }
    EXPECT_EQ(content_of("From: a@x.example\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
                         repeat("=", 1'000'000))
                  .text,
              "");
}

TEST(HostileEncodings, LeaveUuencodedFilesAndKeepYenc) {
    SCOPED_TRACE("E42");
    const auto file = content_of(
        "From: a@x.example\r\n\r\nsee\r\nbegin 644 ../../a.txt\r\n%:&5L;&\\\r\n`\r\nend\r\n");
    ASSERT_EQ(file.attachments.size(), 1U);
    EXPECT_EQ(file.attachments[0].filename, "a.txt");
    EXPECT_EQ(file.attachments[0].size, 5);
    const auto yenc = content_of(
        "From: a@x.example\r\n\r\n=ybegin line=128 size=5 name=a\r\nxxxxx\r\n=yend size=5\r\n");
    EXPECT_THAT(yenc.text, HasSubstr("=ybegin"));
}

TEST(HostileBoundaries, LoseNoWords) {
    SCOPED_TRACE("E43");
    const struct {
        std::string_view name, type, body;
    } cases[] = {
        {"none", "", "--x\r\n\r\nwords\r\n--x--\r\n"},
        {"empty", "; boundary=\"\"", "--x\r\n\r\nwords\r\n--x--\r\n"},
        {"quoted", "; boundary=\"x y\"", "--x y\r\n\r\nwords\r\n--x y--\r\n"},
        {"never closed", "; boundary=x", "--x\r\n\r\nwords\r\n"},
        {"preamble only", "; boundary=x", "words\r\n"},
        {"no empty line", "; boundary=x", "--x\r\nwords\r\n--x--\r\n"},
        {"LF only", "; boundary=x", "--x\n\nwords\n--x--\n"},
        {"padding", "; boundary=x", "--x  \r\n\r\nwords\r\n--x--  \r\n"},
    };
    for (const auto& one : cases) {
        const auto content = content_of("From: a@x.example\r\nContent-Type: multipart/mixed" +
                                        std::string(one.type) + "\r\n\r\n" + std::string(one.body));
        EXPECT_THAT(content.text, HasSubstr("words")) << one.name;
    }
    const auto boundary = std::string(200, 'b');
    EXPECT_THAT(content_of("Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" +
                           boundary + "\r\n\r\nwords\r\n--" + boundary + "--\r\n")
                    .text,
                HasSubstr("words"));
}

TEST(HostileLines, AreReadOnlyWhenTheyAreLines) {
    SCOPED_TRACE("E43: header only, no header, CR only");
    EXPECT_EQ(content_of("From: ann@example.com").from.address, "ann@example.com");
    EXPECT_EQ(content_of("just words").text, "just words");
    const auto lone = read("From: ann@example.com\rSubject: Hi\r\rwords\r");
    ASSERT_TRUE(lone);
    EXPECT_EQ(lone->content.subject, "Hi");
    EXPECT_EQ(lone->content.text, "words\n");
    EXPECT_THAT(lone->identities, IsEmpty());  // no server read it like that
    // Among real lines a lone CR ends nothing: no field can be smuggled in behind it.
    const auto smuggled = content_of("Subject: a\rFrom: evil@x.example\r\n\r\nb\r\n");
    EXPECT_EQ(smuggled.from.address, "");
}

TEST(HostileControls, AreTakenOut) {
    SCOPED_TRACE("E44, and E45: a line end in an encoded word");
    const std::string nul(1, '\0');
    const auto content = content_of("From: a@x.example\r\nSubject: a\x1B[31m" + nul +
                                    " b\x07\r\n\r\nx\x1B[2J" + nul + "y\x08\r\n");
    EXPECT_EQ(content.subject, "a[31m b");
    EXPECT_EQ(content.text, "x[2Jy\n");
    const auto folded = content_of(with_header("Subject: =?utf-8?q?a=0D=0ABcc:_b@x.example?="));
    EXPECT_EQ(folded.subject.find_first_of("\r\n"), std::string::npos);
}

TEST(HostileFilenames, BecomeHarmless) {
    SCOPED_TRACE("E46");
    const struct {
        std::string parameter, name;
    } cases[] = {
        {"filename=../../etc/passwd", "passwd"},
        {"filename=/etc/passwd", "passwd"},
        {"filename=\"C:\\\\windows\\\\system.ini\"", "system.ini"},
        {"filename=..", ""},
        {std::string("filename=\"a\0b.txt\"", 18), "ab.txt"},
        {"filename=" + std::string(4'096, 'x'), std::string(255, 'x')},
        {"filename*=utf-8''cod%E2%80%AEfdp.exe", "codfdp.exe"},
        {"filename*=utf-8''one; filename*=utf-8''two", "one"},
        {"filename=con", "_con"},
        {"filename=NUL.txt", "_NUL.txt"},
        {"filename=\"Lpt1 .tar.gz\"", "_Lpt1 .tar.gz"},
        {"filename=console.txt", "console.txt"},
        {"filename*=utf-8''..%2F..%2Fx", "x"},
        {"filename=\"=?utf-8?q?..=2Fx=0D=0A.txt?=\"", "x .txt"},
    };
    for (const auto& one : cases) {
        const auto content =
            content_of(with_part("Content-Disposition: attachment; " + one.parameter, "bytes"));
        ASSERT_EQ(content.attachments.size(), 1U) << one.parameter;
        EXPECT_EQ(content.attachments[0].filename, one.name) << one.parameter.substr(0, 80);
    }
}

TEST(HostileAttachments, StayClosed) {
    SCOPED_TRACE("E47 types that lie, E48 archives, E49 sealed parts");
    const struct {
        std::string_view header, type;
    } cases[] = {
        {"Content-Type: text/xml; name=x.xml", "text/xml"},
        {"Content-Type: application/octet-stream; name=x.pht", "application/octet-stream"},
        {"Content-Type: image/svg+xml; name=x.svgz", "image/svg+xml"},
        {"Content-Type: application/x-msdownload; name=setup.exe", "application/x-msdownload"},
        {"Content-Type: application/zip; name=42.zip", "application/zip"},
        {"Content-Type: application/gzip", "application/gzip"},
        {"Content-Type: image/png; name=setup.exe", "image/png"},
        {"Content-Type: image/svg+xml; name=x.svg", "image/svg+xml"},
        {"Content-Type: text/html\r\nContent-Disposition: attachment", "text/html"},
        {"Content-Type: application/pkcs7-mime; smime-type=enveloped-data",
         "application/pkcs7-mime"},
        {"Content-Type: application/pgp-encrypted", "application/pgp-encrypted"},
        {"Content-Type: text/calendar; method=REQUEST", "text/calendar"},
        {"Content-Type: text/vcard", "text/vcard"},
        {"Content-Type: application/ms-tnef; name=winmail.dat", "application/ms-tnef"},
        {"Content-Type: message/rfc822", "message/rfc822"},
        {"Content-Type: message/external-body; access-type=URL", "message/external-body"},
        {"Content-Type: application/x-no-such-type", "application/x-no-such-type"},
    };
    for (const auto& one : cases) {
        const auto content = content_of(with_part(one.header, "bytes"));
        ASSERT_EQ(content.attachments.size(), 1U) << one.header;
        EXPECT_EQ(content.attachments[0].content_type, one.type);
        EXPECT_EQ(content.attachments[0].sha256, sha256("bytes")) << one.header;
    }
    const auto empty = content_of(with_part("Content-Disposition: attachment; filename=a", ""));
    ASSERT_EQ(empty.attachments.size(), 1U) << "E47: 0 bytes";
    EXPECT_EQ(empty.attachments[0].size, 0);
}

TEST(HostileAttachments, AreNeverUnpackedNorDecoded) {
    using namespace std::string_view_literals;
    const struct {
        std::string_view item;
        std::string bytes;
    } cases[] = {
        // 50,000 by 50,000 pixels, and the frames of a GIF.
        {"E52",
         std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xC3\x50\0\0\xC3\x50\x08\x06\0\0\0"sv)},
        {"E52",
         "GIF89a" +
             repeat("\x21\xF9\x04\0\0\0\0\0,\0\0\0\0\xFF\xFF\xFF\xFF\0\x02\x02L\x01\0"sv, 100'000)},
        // A member that claims 4 GB, a name that climbs out, an image that is a page too.
        {"E48",
         std::string(
             "PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0\x10\0\0\0\xFF\xFF\xFF\xFF"sv) +
             "../../etc/passwd"},
        {"E48", std::string("\x1f\x8b\x08\0\0\0\0\0\0\x03"sv) + std::string(1'000, '\0')},
        {"E47", "GIF89a/*<script>alert(1)</script>*/=0;"},
    };
    for (const auto& one : cases) {
        const auto content = content_of(with_part(
            "Content-Type: image/png\r\nContent-Transfer-Encoding: base64", to_base64(one.bytes)));
        ASSERT_EQ(content.attachments.size(), 1U) << one.item;
        EXPECT_EQ(content.attachments[0].sha256, sha256(one.bytes)) << one.item;
        EXPECT_EQ(content.attachments[0].size, one.bytes.size()) << one.item;
    }
}

TEST(HostileHtml, StaysInTimeAndSize) {
    SCOPED_TRACE("E53: many nodes");
    for (const std::string_view piece :
         {"<div>", "<b>", "<table><tr><td>", "<a href=x>", "<!--", "<svg><p>", "&#x26;", "<p a='",
          "<blockquote>", "<ul><li>", "<pre>\n", "</p>", "<img src=x>", "a b "}) {
        const auto content = content_of("From: a@x.example\r\nContent-Type: text/html\r\n\r\n" +
                                        repeat(piece, 2'000'000 / piece.size()));
        EXPECT_LE(content.html.value_or("").size(), 4'100'000U) << piece;
    }
    const auto big = content_of("From: a@x.example\r\nContent-Type: text/html\r\n\r\n" +
                                repeat("<p>words</p>", 1'000'000));
    EXPECT_THAT(big.warnings, Contains("html_too_large"));
    EXPECT_THAT(big.text, HasSubstr("words"));
}

// E53: what is over a limit is shown as text only, beside plain text or without.
TEST(HostileHtml, OverItsLimitsIsTextOnly) {
    const auto alternative = [](const std::string& html) {
        return "From: a@x.example\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n"
               "\r\nplain words\r\n--b\r\nContent-Type: text/html\r\n\r\n" +
               html + "\r\n--b--\r\n";
    };
    const struct {
        std::string name, html;
    } cases[] = {
        {"100 k levels", "<p>words</p>" + repeat("<div>", 100'000)},
        {"100 k levels of formatting", "<p>words</p>" + repeat("<b>", 100'000)},
        {"a million nodes", "<p>words</p>" + repeat("<i>", 600'000)},
        {"200 k nodes side by side", "<p>words</p>" + repeat("<br>a", 200'000)},
        {"3 MB", "<p>words</p>" + std::string(3'000'000, 'x')},
    };
    for (const auto& one : cases) {
        const auto alone =
            content_of("From: a@x.example\r\nContent-Type: text/html\r\n\r\n" + one.html);
        EXPECT_FALSE(alone.html) << one.name;
        EXPECT_THAT(alone.text, HasSubstr("words")) << one.name;
        EXPECT_THAT(alone.warnings, Contains("html_too_large")) << one.name;
        const auto beside = content_of(alternative(one.html));
        EXPECT_FALSE(beside.html) << one.name;
        EXPECT_EQ(beside.text, "plain words") << one.name;
        EXPECT_THAT(beside.warnings, Contains("html_too_large")) << one.name;
    }
    EXPECT_TRUE(content_of(alternative(repeat("<div>", 200))).html);
}

TEST(HostileText, StaysInTime) {
    SCOPED_TRACE("E55");
    const std::string bodies[] = {
        std::string(1'000'000, 'x'),
        repeat(">", 1'000'000),
        repeat(std::string(1'000, '>') + " a\r\n", 1'000),
        repeat("On Monday at 10:00 a@b.example\r\n", 100'000),
        repeat("From: a@b.example\r\nSent: x\r\n", 100'000),
        repeat("http://a.example/?", 100'000),
        repeat("> ", 100'000) + "deep\r\n",
        repeat("http://", 100'000),
        repeat("&#x", 300'000),
        repeat("a@b.example <", 100'000),
        repeat("-- \r\n", 200'000),
        repeat("begin 644 x\r\n", 200'000),
        repeat("_", 1'000'000),
        repeat("Am 1.1.2026 schrieb\r\n\r\n", 100'000),
    };
    for (const auto& body : bodies)
        content_of("From: a@x.example\r\n\r\n" + body);
}

TEST(HostileHeaderFields, StayInTime) {
    const std::string_view names[] = {
        "To",   "Subject",    "Content-Type",        "Date",
        "From", "References", "Content-Disposition", "Authentication-Results"};
    for (const auto name : names) {
        for (const auto* piece : {"(", "\"", "<", "=?utf-8?q?", "=?a?b?", ";", "a=", ",", ":", "\\",
                                  "a@b,", "\r\n ", "[", "=?utf-8?q?a?= "}) {
            content_of(with_header(std::string(name) + ": " + repeat(piece, 31)));
            read(with_header(std::string(name) + ": " + repeat(piece, 60'000)));
        }
    }
}

}  // namespace
}  // namespace tributary::email
