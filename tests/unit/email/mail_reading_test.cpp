// The pieces of reading mail, one table each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/text.hpp"
#include "connectors/email/addresses.hpp"
#include "connectors/email/authenticity.hpp"
#include "connectors/email/body.hpp"
#include "connectors/email/charset.hpp"
#include "connectors/email/header_text.hpp"
#include "connectors/email/normalize.hpp"
#include "connectors/email/prescan.hpp"
#include "connectors/email/reply_text.hpp"
#include "connectors/email/transfer.hpp"

namespace tributary::email {
namespace {

std::string repeat(std::string_view piece, std::size_t times) {
    std::string text;
    for (std::size_t i = 0; i < times; ++i)
        text += piece;
    return text;
}

std::string nested_multiparts(std::size_t depth) {
    std::string mail;
    for (std::size_t i = 0; i < depth; ++i) {
        const auto boundary = "b" + std::to_string(i) + "x";
        mail += "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary +
                "\r\n";
    }
    return mail + "\r\nhello\r\n";
}

std::string reason_of(std::string_view raw) {
    const auto result = prescan_message(raw);
    return result ? "" : result.error().reason;
}

std::string read_fixture(std::string_view name) {
    std::ifstream file(std::string(TRIBUTARY_SOURCE_DIR) + "/tests/data/email/" + std::string(name),
                       std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    EXPECT_FALSE(bytes.str().empty()) << name;
    return bytes.str();
}

Content read_mail(std::string_view raw) {
    auto result = normalize_mail(MailSettings(), raw);
    return result ? result->content : Content();
}

TEST(Prescan, RefusesWhatIsOverItsLimits) {
    const std::string many_parts = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    const struct {
        std::string raw;
        std::string reason;
    } cases[] = {
        {nested_multiparts(32), ""},
        {nested_multiparts(33), "mime_depth"},
        {nested_multiparts(50'000), "mime_depth"},
        {repeat("Content-Type: message/rfc822\r\n\r\n", 20'000), "mime_depth"},
        {many_parts + repeat("--b\r\n\r\n", 1000), ""},
        {many_parts + repeat("--b\r\n\r\n", 1001), "mime_parts"},
        {"Subject: " + std::string(65'000, 'x') + "\r\n\r\n", ""},
        {"Subject: " + std::string(1'400'000, 'x') + "\r\n\r\n", ""},
        {"Subject: " + std::string(1'600'000, 'x') + "\r\n\r\n", "header_size"},
        {"To: " + repeat("ann@example.com, ", 200'000) + "\r\n\r\n", ""},
        {repeat("X-A: b\r\n", 2001) + "\r\n", "header_size"},
        {repeat("X-A: " + std::string(60'000, 'x') + "\r\n", 5) + "\r\n", "header_size"},
        {"To: " + repeat("g:", 20'000) + "\r\n\r\n", "header"},
        {"To: g: a@example.com, b@example.com;\r\n\r\n", ""},
        {std::string(25'000'001, 'x'), "too_large"},
    };
    for (const auto& one : cases)
        EXPECT_EQ(reason_of(one.raw), one.reason) << one.raw.substr(0, 60);
}

// A delimiter that only begins like a known one must not hide the levels below it.
TEST(Prescan, CountsDepthBehindLookAlikeDelimiters) {
    std::string mail = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    for (int i = 0; i < 40; ++i) {
        mail += "--b" + std::to_string(i) + "\r\nContent-Type: multipart/mixed; boundary=b" +
                std::to_string(i + 1) + "\r\n\r\n";
    }
    EXPECT_EQ(reason_of(mail), "mime_depth");
}

TEST(HeaderText, DecodesWhatMailProgramsWrite) {
    const struct {
        std::string_view raw, text;
    } cases[] = {
        {"plain", "plain"},
        {"=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"},
        {"=?utf-8?B?R3LDvA==?= =?utf-8?B?w59l?=", "Grüße"},
        {"=?utf-8?Q?Gr=C3?= =?utf-8?Q?=BC=C3=9Fe?=", "Grüße"},
        {"=?iso-8859-1*de?Q?Gr=FC=DFe?=", "Grüße"},
        {"Gr\xFC\xDF"
         "e",
         "Grüße"},
        {"a\r\n   b", "a b"},
        {"=?utf-8?Q?a=0D=0ABcc:_x?=", "a Bcc: x"},
        {"=?utf-8?Q?broken", "=?utf-8?Q?broken"},
        {"=?nonsense?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"},
    };
    for (const auto& one : cases) {
        const auto text = decode_header_text(one.raw);
        if (one.raw.find("=0D=0A") == std::string_view::npos) {
            EXPECT_EQ(text, one.text);
        } else {
            EXPECT_EQ(text.find_first_of("\r\n"), std::string::npos);
        }
    }
}

TEST(HeaderText, ReadsParameters) {
    const struct {
        std::string_view raw, name, value;
    } cases[] = {
        {"a/b; name=x.pdf", "name", "x.pdf"},
        {"a/b; name=\"my \\\"x\\\".pdf\"", "name", "my \"x\".pdf"},
        {"a/b; filename*=utf-8''%e2%82%ac.pdf; filename=fallback.pdf", "filename", "€.pdf"},
        {"a/b; filename=fallback.pdf; filename*=utf-8''%e2%82%ac.pdf", "filename", "€.pdf"},
        {"a/b; name*0=one; name*1=two", "name", "onetwo"},
        {"a/b; name*0*=utf-8''%e2%82; name*1*=%ac", "name", "€"},
        {"multipart/mixed boundary=x", "boundary", "x"},
        {"a/b ;;; = ;; name=x", "name", "x"},
        {"text/plain>; name=x", "name", "x"},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(parse_parameterized(one.raw).parameter(one.name), one.value) << one.raw;
    }
}

TEST(HeaderDate, ReadsObsoleteFormsToo) {
    const struct {
        std::string_view raw, at;
        int offset;
    } cases[] = {
        {"Mon, 24 Nov 1997 14:22:01 -0800", "1997-11-24T22:22:01.000Z", -480},
        {"Wed, 11 Feb 98 11:51 CST", "1998-02-11T17:51:00.000Z", -360},
        {"1 Jul 2003 (comment) 10:52:37 +0200", "2003-07-01T08:52:37.000Z", 120},
        {"Tue Jul  1 10:52:37 2003", "2003-07-01T10:52:37.000Z", 0},
        {"1 Jan 00 00:00:00 GMT", "2000-01-01T00:00:00.000Z", 0},
        {"1 Jul 2003 10:52:37 +9999", "2003-07-01T10:52:37.000Z", 0},
        {"2003-07-01T10:52:37Z", "2003-07-01T10:52:37.000Z", 0},
        {"2003-07-01T10:52:37.5+02:00", "2003-07-01T08:52:37.000Z", 120},
        {"2003-07-01 10:52:37 +0200", "2003-07-01T08:52:37.000Z", 120},
        {"Tue, 2003/7/1 10:52:37 JST", "2003-07-01T01:52:37.000Z", 540},
        {"2003-13-01 10:52:37", "", 0},
        {"01/07/2003 10:52:37", "", 0},
        {"Malformed Date.", "", 0},
        {"31 Feb 2003 10:00:00 +0000", "", 0},
        {"1 Jul 0000 10:00:00 +0000", "", 0},
        {"", "", 0},
    };
    for (const auto& one : cases) {
        const auto date = parse_header_date(one.raw);
        EXPECT_EQ(date ? rfc3339(date->at) : "", one.at) << one.raw;
        if (date) {
            EXPECT_EQ(date->offset_minutes, one.offset) << one.raw;
        }
    }
}

TEST(Charset, ReadsNamesAsBrowsersDo) {
    const struct {
        std::string_view bytes, name, text;
    } cases[] = {
        {"Gr\xFC\xDF"
         "e \x80",
         "iso-8859-1", "Grüße €"},
        {"Grüße", "us-ascii", "Grüße"},
        {"Gr\xFC\xDF"
         "e",
         "utf-8", "Grüße"},
        {"\xD6\xD0\xB9\xFA", "gb2312", "中国"},
        {"+AGg- +ADw-", "utf-7", "h <"},
        {"+AGg-", "", "+AGg-"},
        {"+AGg- \xFC", "utf-7", "+AGg- ü"},
        {"+AGg-", "us-ascii", "+AGg-"},
        {"a\0b", "unknown", "a"},
        {"\xC3\xBC\xFF", "utf-8", "ü\xEF\xBF\xBD"},
        {std::string_view("h\0i\0", 4), "utf-16", "hi"},
        {"\x1B$B%F\x1B(B\x1B$B%9\x1B(B", "iso-2022-jp", "テス"},
    };
    for (const auto& one : cases)
        EXPECT_EQ(decode_charset(one.bytes, one.name), one.text) << one.name;
}

TEST(Transfer, DecodesWhatItCan) {
    EXPECT_EQ(decode_base64("aGVs\r\nbG8"), "hello");
    EXPECT_EQ(decode_base64("aGVs!!bG8=trailing"), "hello" + decode_base64("trailing"));
    EXPECT_EQ(decode_quoted_printable("a=3Db=\r\nc=XX=  \r\nd"), "a=bc=XXd");
    EXPECT_EQ(decode_transfer("plain", "x-unheard-of"), "plain");
    std::string text = "see\nbegin 644 a.txt\n%:&5L;&\\\n`\nend\nbye\n";
    const auto files = take_uuencoded(text);
    ASSERT_EQ(files.size(), 1U);
    EXPECT_EQ(files.front().name, "a.txt");
    EXPECT_EQ(files.front().bytes, "hello");
    EXPECT_EQ(text, "see\nbye\n");
}

TEST(Sender, IsOnlyWhoIsUnmistakable) {
    const struct {
        std::string header, sender;
    } cases[] = {
        {"From: ann@example.com\r\n", "ann@example.com"},
        {"From: \"Ann, Lee\" <Ann@Example.com>\r\n", "ann@example.com"},
        {"From: Ann (at <evil@x.example>) <ann@example.com>\r\n", "ann@example.com"},
        {"From: \"victim@bank.example\" <evil@x.example>\r\n", "evil@x.example"},
        {"", ""},
        {"From: <>\r\n", ""},
        {"From: group:;\r\n", ""},
        {"From: victim\r\n", ""},
        {"From: a@x.example, b@y.example\r\n", ""},
        {"From: a@x.example\r\nFrom: b@y.example\r\n", ""},
        {"From: <victim@bank.example><evil@x.example>\r\n", ""},
        {"From: <victim@bank.example> evil@x.example\r\n", ""},
        {"From: <victim@bank.\r\n example>\r\n", ""},
        {"From: =?utf-8?Q?victim=40bank.example?=@x.example\r\n", ""},
        {std::string("From: vic\0tim@bank.example\r\n", 28), ""},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(find_strict_sender(Headers(one.header)).value_or(""), one.sender) << one.header;
    }
}

TEST(Addresses, AreReadAsPeopleAndProgramsWriteThem) {
    const struct {
        std::string_view raw, name, address;
    } cases[] = {
        {"ann@example.com", "", "ann@example.com"},
        {"ann@example.com (Ann Lee)", "Ann Lee", "ann@example.com"},
        {"Ann <ann (here) @ (there) example.com>", "Ann", "ann@example.com"},
        {"\"Lee, Ann\" <ann@example.com>", "Lee, Ann", "ann@example.com"},
        {"'Ann' <ann@example.com>", "Ann", "ann@example.com"},
        {"=?utf-8?Q?J=C3=BCrgen?= <j@example.com>", "Jürgen", "j@example.com"},
        {"J\xFCrgen <j@example.com>", "Jürgen", "j@example.com"},
        {"<@a.example,@b.example:ann@example.com>", "", "ann@example.com"},
        {"\"ann lee\"@example.com", "", "ann lee@example.com"},
        {"group: ann@example.com;", "", "ann@example.com"},
        {"<<ann@example.com>>", "", "ann@example.com"},
        {"Ann", "Ann", ""},
    };
    for (const auto& one : cases) {
        const auto parties = parse_addresses(one.raw, 10);
        ASSERT_EQ(parties.size(), 1U) << one.raw;
        EXPECT_EQ(parties[0].name, one.name) << one.raw;
        EXPECT_EQ(parties[0].address, one.address) << one.raw;
    }
}

TEST(Normalize, TakesTheWordsOfTheHtmlBesideABlankText) {
    const auto content = read_mail(
        "From: a@x.example\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\n \n\n--b\n"
        "Content-Type: text/html\n\n<p>words</p>\n--b--\n");
    EXPECT_EQ(content.text, "words");
    EXPECT_EQ(content.reply_text, "words");
}

TEST(Normalize, ReadsAFirstLineThatBeginsWithABlank) {
    const auto content = read_mail(" From: ann@example.com\nSubject: Hi\n\nwords\n");
    EXPECT_EQ(content.from.address, "ann@example.com");
    EXPECT_EQ(content.subject, "Hi");
    EXPECT_EQ(content.text, "words\n");
}

TEST(Normalize, KeepsProseUnderTheNameOfBase64) {
    const auto content = read_mail(
        "From: a@x.example\nContent-Transfer-Encoding: base64\n\nThese are words and not at all "
        "what was promised above\nin any of the lines\n");
    EXPECT_TRUE(content.text.starts_with("These are words")) << content.text;
}

TEST(Authenticity, BelievesOnlyTheTrustedServersTopmostField) {
    SCOPED_TRACE("E29");
    MailSettings settings;
    settings.trusted_authserv = {"mx.example.com"};
    const std::string pass =
        "Authentication-Results: mx.example.com; dmarc=pass header.from=ann.example\r\n";
    const struct {
        std::string header;
        Proof proof;
    } cases[] = {
        {"", Proof::claimed},
        {pass, Proof::channel},
        {"Authentication-Results: mx.example.com 1; dkim=pass (good) header.d=ann.example\r\n",
         Proof::channel},
        {"Authentication-Results: mx.example.com; spf=pass smtp.mailfrom=x@ann.example\r\n",
         Proof::channel},
        {"Authentication-Results: mx.example.com; dkim=pass header.d=evil.example\r\n",
         Proof::claimed},
        {"Authentication-Results: mx.example.com; dkim=pass header.d=example\r\n", Proof::claimed},
        {"Authentication-Results: mx.example.com; dmarc=fail; dkim=pass header.d=ann.example\r\n",
         Proof::claimed},
        {"Authentication-Results: mx.example.com; none\r\n", Proof::claimed},
        {"Authentication-Results: evil.example; dmarc=pass header.from=ann.example\r\n" + pass,
         Proof::claimed},
        {"Authentication-Results: mx.example.com; dmarc=fail\r\n" + pass, Proof::claimed},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(judge_sender(settings, Headers(one.header), "ann@ann.example"), one.proof)
            << one.header;
    }
}

TEST(ReplyText, KeepsTheNewestWords) {
    const struct {
        std::string_view text, reply;
    } cases[] = {
        {"Yes.\n\nOn Mon, 1 Jun 2026 at 10:00, Ann wrote:\n> Really?\n", "Yes."},
        {"On Mon, 1 Jun 2026 at 10:00, Ann wrote:\n> Really?\n\nYes.\n", "Yes."},
        {"> one?\nyes\n> two?\nno\n", "yes\n> two?\nno"},
        {"Ja.\n\nAm 1.6.2026 um 10:00 schrieb Ann <ann@example.com>:\n\nWirklich?", "Ja."},
        {"Oui.\n\nLe lun. 1 juin 2026 à 10:00, Ann <ann@example.com>\na écrit :\n> Vraiment ?",
         "Oui."},
        {"はい。\n\n2026年6月1日(月) 10:00 Ann <ann@example.com>:\n> 本当?", "はい。"},
        {"Yes.\n\nFrom: Ann\nSent: Monday\nTo: Bob\nSubject: x\n\nReally?", "Yes."},
        {"Fine.\n-- \nAnn\nBoss", "Fine."},
        {"Fine.\n\nSent from my iPhone", "Fine."},
        {"Thanks, Ann", "Thanks, Ann"},
        {"On average this works: well.\nOn the other hand it may not.",
         "On average this works: well.\nOn the other hand it may not."},
        {"> only quotes", "> only quotes"},
        {"Yes.\n\nQuoting Ann <ann@example.com>:\n\n> Really?", "Yes."},
        {"Yes.\n\nQuoting Ann <ann@example.com>:\n\nReally?",
         "Yes.\n\nQuoting Ann <ann@example.com>:\n\nReally?"},
        {"Yes.\n2026/6/1 Ann <ann@example.com>\n\n>  Really?", "Yes."},
    };
    for (const auto& one : cases)
        EXPECT_EQ(trim_quotes(one.text), one.reply) << one.text;
}

TEST(ReplyText, StaysLinearOnDeepQuotes) {
    EXPECT_FALSE(trim_quotes(repeat(std::string(1000, '>') + "\n", 1000)).empty());
    EXPECT_FALSE(trim_quotes(repeat("On 1 wrote ", 100'000)).empty());
    EXPECT_FALSE(trim_quotes(repeat("From: a\nOn 2 x\n", 50'000)).empty());
}

TEST(Flowed, JoinsLines) {
    EXPECT_EQ(unflow("a \nb\n> c \n> d\n-- \ne", DelSp::no), "a b\n> c d\n-- \ne");
    EXPECT_EQ(unflow("a \nb\n", DelSp::yes), "ab\n");
    EXPECT_EQ(unflow(" >not quoted\n", DelSp::no), ">not quoted\n");
}

TEST(Normalize, LeavesNoPartBehind) {
    const auto content = read_mail(read_fixture("related-inside-alternative.eml"));
    EXPECT_EQ(content.text, "Plain words.");
    ASSERT_TRUE(content.html);
    EXPECT_THAT(*content.html, testing::HasSubstr("cid:logo@example.com"));
    ASSERT_EQ(content.attachments.size(), 2U);
    EXPECT_EQ(content.attachments[0].content_id, "logo@example.com");
    EXPECT_TRUE(content.attachments[0].is_inline);
    EXPECT_EQ(content.attachments[1].filename, "€ rates.pdf");
    EXPECT_FALSE(content.attachments[1].is_inline);
}

TEST(Normalize, AttachedMessageIsOneFile) {
    const auto content = read_mail(read_fixture("forwarded-as-attachment.eml"));
    ASSERT_EQ(content.attachments.size(), 1U);
    EXPECT_EQ(content.attachments[0].content_type, "message/rfc822");
    EXPECT_EQ(content.text, "See below.");
    EXPECT_EQ(content.from.address, "ann@example.com");
}

TEST(Normalize, TellsMachinesFromPeople) {
    const struct {
        std::string_view header;
        AutoKind kind;
    } cases[] = {
        {"", AutoKind::none},
        {"Auto-Submitted: no\r\n", AutoKind::none},
        {"Auto-Submitted: auto-replied\r\n", AutoKind::auto_reply},
        {"Auto-Submitted: auto-generated; owner=x\r\n", AutoKind::auto_reply},
        {"X-Autoreply: yes\r\n", AutoKind::auto_reply},
        {"Return-Path: <>\r\n", AutoKind::auto_reply},
        {"Subject: Automatische Antwort: x\r\n", AutoKind::auto_reply},
        {"Precedence: bulk\r\n", AutoKind::list},
        {"List-Id: <x.example.com>\r\n", AutoKind::list},
    };
    for (const auto& one : cases) {
        const auto raw = "From: ann@example.com\r\n" + std::string(one.header) + "\r\nhello\r\n";
        EXPECT_EQ(read_mail(raw).auto_kind, one.kind) << one.header;
    }
}

TEST(Normalize, ReadsDeliveryReports) {
    const auto content = read_mail(read_fixture("dsn-two-recipients.eml"));
    EXPECT_EQ(content.auto_kind, AutoKind::bounce);
    ASSERT_TRUE(content.bounce);
    ASSERT_EQ(content.bounce->recipients.size(), 2U);
    EXPECT_EQ(content.bounce->recipients[0].address, "bob@example.net");
    EXPECT_EQ(content.bounce->recipients[0].status, "5.1.1");
    EXPECT_TRUE(content.bounce->recipients[0].is_permanent);
    EXPECT_EQ(content.bounce->recipients[1].status, "4.2.2");
    EXPECT_EQ(content.bounce->recipients[1].action, "delayed");
    EXPECT_FALSE(content.bounce->recipients[1].is_permanent);
    EXPECT_EQ(content.bounce->original_message_id, "original@example.com");
}

TEST(Normalize, KeyIsTheBytesAlone) {
    const auto one =
        normalize_mail(MailSettings(), "From: a@example.com\r\nMessage-ID: <x@y>\r\n\r\n1");
    const auto two =
        normalize_mail(MailSettings(), "From: a@example.com\r\nMessage-ID: <x@y>\r\n\r\n2");
    ASSERT_TRUE(one && two);
    EXPECT_TRUE(one->dedupe_key.starts_with("sha256:"));
    EXPECT_NE(one->dedupe_key, two->dedupe_key);
    EXPECT_EQ(normalize_mail(MailSettings(), " \r\n").error().reason, "malformed");
}

}  // namespace
}  // namespace tributary::email
