// Mail that was made to deceive, to break or to exhaust its reader, each with its fixed outcome.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "base/crypto.hpp"
#include "connectors/email/normalize.hpp"
#include "mail_corpora.hpp"

namespace tributary::email {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string repeat(std::string_view piece, std::size_t times) {
    std::string text;
    text.reserve(piece.size() * times);
    for (std::size_t i = 0; i < times; ++i)
        text += piece;
    return text;
}

// The result, and proof that it came in time.
Result<InboundMessage> read(std::string_view raw, const MailSettings& settings = {}) {
    const auto start = std::chrono::steady_clock::now();
    auto result = normalize_mail(settings, raw);
    EXPECT_LT(std::chrono::steady_clock::now() - start, mail_deadline);
    return result;
}

Content content_of(std::string_view raw) {
    auto result = read(raw);
    EXPECT_TRUE(result.has_value()) << raw.substr(0, 200);
    return result ? result->content : Content();
}

std::string reason_of(std::string_view raw) {
    const auto result = read(raw);
    return result ? "" : result.error().reason;
}

// The handle a mail is filed under; "" when it belongs to nobody.
std::string filed_under(std::string_view header) {
    const auto result = read(std::string(header) + "\r\n\r\nhello\r\n");
    if (!result || result->identities.empty()) return {};
    return result->identities.front().handle.value;
}

std::string with_header(std::string_view field) {
    return "From: ann@example.com\r\n" + std::string(field) + "\r\n\r\nhello\r\n";
}

std::string with_part(std::string_view header, std::string_view body) {
    return "From: ann@example.com\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
           "see file\r\n--b\r\n" +
           std::string(header) + "\r\n\r\n" + std::string(body) + "\r\n--b--\r\n";
}

std::string nested(std::size_t depth, bool same_boundary) {
    std::string mail;
    for (std::size_t i = 0; i < depth; ++i) {
        const auto boundary = same_boundary ? std::string("same") : "b" + std::to_string(i) + "x";
        mail += "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary +
                "\r\n";
    }
    return "From: ann@example.com\r\n" + mail + "\r\ndeepest words\r\n";
}

TEST(HostileStructure, IsQuarantinedUnderItsName) {
    const auto parts = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    const struct {
        std::string name, raw, reason;
    } cases[] = {
        {"33 levels", nested(33, false), "mime_depth"},
        {"4,000 levels", nested(4'000, false), "mime_depth"},
        {"50,000 levels", nested(50'000, false), "mime_depth"},
        {"one boundary in itself", nested(50'000, true), "mime_depth"},
        {"1,001 parts", parts + repeat("--b\r\n\r\nx\r\n", 1'001), "mime_parts"},
        {"100 k parts", parts + repeat("--b\r\n\r\nx\r\n", 100'000), "mime_parts"},
        {"1 M empty parts", parts + repeat("--b\r\n\r\n", 1'000'000), "mime_parts"},
        {"mails in mails", repeat("Content-Type: message/rfc822\r\n\r\n", 20'000), "mime_depth"},
        {"1 M header lines", repeat("X-A: b\r\n", 1'000'000), "header_size"},
        {"a header of 5 MB", "X-A: " + std::string(5'000'000, 'x') + "\r\n\r\n", "header_size"},
        {"200 k encoded words", "Subject: " + repeat("=?utf-8?q?a?=\r\n ", 200'000), "header_size"},
        {"groups in groups", "To: " + repeat("g:", 20'000) + "\r\n\r\n", "header"},
        {"an attachment of 26 MB", with_part("", std::string(26'000'000, 'x')), "too_large"},
        {"empty", "", "malformed"},
        {"blanks", " \r\n\t\r\n", "malformed"},
    };
    for (const auto& one : cases)
        EXPECT_EQ(reason_of(one.raw), one.reason) << one.name;
}

TEST(HostileStructure, IsReadDownToTheLimit) {
    EXPECT_EQ(content_of(nested(32, false)).text, "deepest words\n");
    EXPECT_EQ(content_of(nested(32, true)).text, "deepest words\n");
}

TEST(HostileHeader, KeepsTheFirstOf200000Recipients) {
    std::string to;
    for (int i = 0; i < 200'000; ++i)
        to += "user" + std::to_string(i) + "@example.com,\r\n ";
    const auto content = content_of(with_header("To: " + to));
    ASSERT_EQ(content.to.size(), 500U);
    EXPECT_EQ(content.to.back().address, "user499@example.com");
    EXPECT_THAT(content.warnings, Contains("recipients_truncated"));
    EXPECT_EQ(content.from.address, "ann@example.com");
}

TEST(HostileHeader, CutsALongFieldBetweenTwoAddresses) {
    const auto name = std::string(1'000, 'n');
    const auto content = content_of(with_header("Cc: " + repeat(name + " <a@example.com>, ", 200)));
    ASSERT_FALSE(content.cc.empty());
    EXPECT_LT(content.cc.size(), 200U);
    for (const auto& party : content.cc)
        EXPECT_EQ(party.address, "a@example.com");
    EXPECT_THAT(content.warnings, Contains("recipients_truncated"));
}

TEST(HostileHeader, IsReadAsFarAsItsLimit) {
    const auto subject = content_of(with_header("Subject: " + std::string(1'000'000, 'x')));
    EXPECT_EQ(subject.subject.size(), 998U);
    EXPECT_THAT(subject.warnings, Contains("header_truncated"));
    const auto marks = content_of(with_header("Subject: a" + repeat("\u0301", 100'000)));
    EXPECT_LE(marks.subject.size(), 998U);
    const auto id = content_of(with_header("Message-ID: <" + std::string(1'000'000, 'x') + "@y>"));
    EXPECT_EQ(id.message_id, "");
    std::string references;
    for (int i = 0; i < 10'000; ++i)
        references += "<" + std::to_string(i) + "@example.com>\r\n ";
    EXPECT_EQ(content_of(with_header("References: " + references)).references.size(), 50U);
    std::string pieces = "Content-Disposition: attachment";
    for (int i = 0; i < 50'000; ++i)
        pieces += "; filename*" + std::to_string(i) + "=x";
    const auto file = content_of(with_part(pieces, "bytes"));
    ASSERT_EQ(file.attachments.size(), 1U);
    EXPECT_LE(file.attachments[0].filename.size(), 255U);
}

TEST(HostileSender, BelongsToNobody) {
    const std::string cases[] = {
        "Subject: no From",
        "From: <>",
        "From:",
        "From: undisclosed:;",
        "From: victim",
        "From: victim@",
        "From: @bank.example",
        "From: a@x.example, b@y.example",
        "From: a@x.example\r\nFrom: b@y.example",
        "From: <victim@bank.example><evil@x.example>",
        "From: <victim@bank.example> evil@x.example",
        std::string("From: vic\0tim@bank.example", 26),
        "From: <victim@bank\r\n .example>",
        "From: victim@bank\r\n .example",
        "From: friends: ann@example.com;",
        "From: ann@example.com,",
        "From: ann@example.com; bob@example.com",
        "From: ann(@bank.example)@x.example",
        "From: (ann@bank.example",
        "From: ann@x.example bob@y.example",
        "From: \"ann\"@x.example b@y.example",
        "From : a@x.example\r\nfrom:b@y.example",
        "From: =?utf-8?q?victim=40bank.example=3E?=@evil.example",
        "From: =?utf-8?q?a=2Cb?=@evil.example",
        "From: \"victim@bank.example",
        "From: victim@bank.example\u202E <>",
        "From: vic\u200Btim@bank.example",
        "From: " + repeat("(", 100'000),
        "From: " + repeat("(", 100'000) + repeat(")", 100'000) + " a@x.example",
        "From: a@x.example " + std::string(70'000, ' ') + ", b@y.example",
    };
    for (const auto& header : cases) {
        const auto result = read(header + "\r\n\r\nhello\r\n");
        ASSERT_TRUE(result) << header.substr(0, 80);
        EXPECT_THAT(result->identities, IsEmpty()) << header.substr(0, 80);
        EXPECT_THAT(result->content.warnings, Contains("sender_unidentified"));
    }
}

TEST(HostileSender, IsTheOneRealAddress) {
    const struct {
        std::string_view header, handle;
    } cases[] = {
        {"From: Ann (victim@bank.example) <ann@example.com>", "ann@example.com"},
        {"From: \"victim@bank.example\" <evil@x.example>", "evil@x.example"},
        {"From: victim@bank.example <evil@x.example>", ""},
        {"From: ann@example.com (Ann, of course; really: Ann)", "ann@example.com"},
        {"from : ann@example.com", "ann@example.com"},
        {"From: ann@[IPv6:2001:db8::1]", "ann@[ipv6:2001:db8::1]"},
        {"From: ann@b\u00FCcher.example", "ann@xn--bcher-kva.example"},
        {"From: ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"},
        {"From: ann@ex\u0430mple.com", "ann@xn--exmple-4nf.com"},  // a Cyrillic letter
        {"From: Ann@Example.COM", "ann@example.com"},
        {"From: a.nn+tag@example.com", "a.nn+tag@example.com"},
        {"From: ann@example.com\r\nReply-To: victim@bank.example", "ann@example.com"},
        {"From: ann@example.com\r\nSender: victim@bank.example", "ann@example.com"},
        {"From: ann@example.com\r\nX-Original-From: victim@bank.example", "ann@example.com"},
        {"Resent-From: bob@example.com\r\nFrom: ann@example.com", "ann@example.com"},
    };
    for (const auto& one : cases) {
        const auto handle = filed_under(one.header);
        if (!one.handle.empty()) {
            EXPECT_EQ(handle, one.handle) << one.header;
        } else {
            EXPECT_THAT(handle, Not(HasSubstr("bank"))) << one.header;
        }
    }
}

TEST(HostileIds, LeaveTheBytesAsTheIdentity) {
    const struct {
        std::string field, id;
    } cases[] = {
        {"X-None: 1", ""},
        {"Message-ID:", ""},
        {"Message-ID: <>", ""},
        {"Message-ID: <one@example.com>\r\nMessage-ID: <two@example.com>", "one@example.com"},
        {"Message-ID: <a b@example.com>", "ab@example.com"},
        {std::string("Message-ID: <a\0b@example.com>", 29), "ab@example.com"},
        {"Message-ID: <a\r\n Bcc: x@example.com>", "aBcc:x@example.com"},
        {"Message-ID: <a\rb@example.com>", "ab@example.com"},
    };
    for (const auto& one : cases)
        EXPECT_EQ(content_of(with_header(one.field)).message_id, one.id) << one.field;
    const auto first = read(with_header("Message-ID: <x@example.com>"));
    const auto again = read(with_header("Message-ID: <x@example.com>"));
    const auto other = read(with_header("Message-ID: <x@example.com>\r\nSubject: other"));
    ASSERT_TRUE(first && again && other);
    EXPECT_EQ(first->dedupe_key, again->dedupe_key);
    EXPECT_NE(first->dedupe_key, other->dedupe_key);
}

TEST(HostileDates, AreAcceptedOrIgnored) {
    const struct {
        std::string_view date, at;
    } cases[] = {
        {"Date: nonsense", ""},
        {"Date:", ""},
        {"X-None: 1", ""},
        {"Date: Thu, 1 Jan 1970 00:00:00 +0000", "1970-01-01T00:00:00.000Z"},
        {"Date: Fri, 1 Nov 2999 10:00:00 +0000", "2999-11-01T10:00:00.000Z"},
        {"Date: 1 Jan 0000 10:00:00 +0000", ""},
        {"Date: 1 Jul 2026 10:00:00 +9999", "2026-07-01T10:00:00.000Z"},
        {"Date: 99999999999999999999 Jul 2026 10:00:00 +0000", ""},
    };
    for (const auto& one : cases) {
        const auto sent = content_of(with_header(one.date)).sent_at;
        EXPECT_EQ(sent ? rfc3339(*sent) : "", one.at) << one.date;
    }
}

TEST(HostileCharsets, BecomeText) {
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
    const auto content = content_of(
        "From: a@x.example\r\nContent-Type: text/html; charset=utf-7\r\n\r\n"
        "+ADw-p+AD4-hi+ADw-script+AD4-alert(1)+ADw-/script+AD4-+ADw-img src+AD0-x "
        "onerror+AD0-alert(1)+AD4-\r\n");
    EXPECT_THAT(content.html.value_or(""), HasSubstr("<p>hi"));
    EXPECT_THAT(content.html.value_or(""), Not(HasSubstr("alert")));
}

TEST(HostileEncodings, AreDecodedAsFarAsPossibleAndFlagged) {
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
    const std::string nul(1, '\0');
    const auto content = content_of("From: a@x.example\r\nSubject: a\x1B[31m" + nul +
                                    " b\x07\r\n\r\nx\x1B[2J" + nul + "y\x08\r\n");
    EXPECT_EQ(content.subject, "a[31m b");
    EXPECT_EQ(content.text, "x[2Jy\n");
    const auto folded = content_of(with_header("Subject: =?utf-8?q?a=0D=0ABcc:_b@x.example?="));
    EXPECT_EQ(folded.subject.find_first_of("\r\n"), std::string::npos);
}

TEST(HostileFilenames, BecomeHarmless) {
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
    const struct {
        std::string_view header, type;
    } cases[] = {
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
    ASSERT_EQ(empty.attachments.size(), 1U);
    EXPECT_EQ(empty.attachments[0].size, 0);
}

TEST(HostileHtml, StaysInTimeAndSize) {
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

TEST(HostileText, StaysInTime) {
    const std::string bodies[] = {
        std::string(1'000'000, 'x'),
        repeat(">", 1'000'000),
        repeat(std::string(1'000, '>') + " a\r\n", 1'000),
        repeat("On Monday at 10:00 a@b.example\r\n", 100'000),
        repeat("From: a@b.example\r\nSent: x\r\n", 100'000),
        repeat("http://a.example/?", 100'000),
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
