// Mail that was made to deceive, to break or to exhaust its reader, each with its fixed outcome.
// "E13" and the like are items of tests/catalogue.md.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hostile_mail.hpp"

namespace tributary::email {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string nested(std::size_t depth, bool same_boundary) {
    std::string mail;
    for (std::size_t i = 0; i < depth; ++i) {
        const auto boundary = same_boundary ? std::string("same") : "b" + std::to_string(i) + "x";
        mail += "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary +
                "\r\n";
    }
    return "From: ann@example.com\r\n" + mail + "\r\ndeepest words\r\n";
}

// Words above `mail` and below it, at the first level.
std::string between_words(const std::string& mail) {
    return "From: ann@example.com\r\nSubject: Deep\r\nContent-Type: multipart/mixed; "
           "boundary=out\r\n"
           "\r\n--out\r\n\r\nwords above\r\n--out\r\n" +
           mail + "\r\n--out\r\n\r\nwords below\r\n--out--\r\n";
}

TEST(HostileStructure, IsQuarantinedUnderItsName) {
    const auto parts = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
    const struct {
        std::string name, raw, reason;
    } cases[] = {
        {"E1 33 levels", nested(33, false), "mime_depth"},
        {"E2 4,000 levels", nested(4'000, false), "mime_depth"},
        {"E3 50,000 levels", nested(50'000, false), "mime_depth"},
        {"E4 one boundary in itself", nested(50'000, true), "mime_depth"},
        {"E5 1,001 parts", parts + repeat("--b\r\n\r\nx\r\n", 1'001), "mime_parts"},
        {"E6 100 k parts", parts + repeat("--b\r\n\r\nx\r\n", 100'000), "mime_parts"},
        {"E7 1 M parts", parts + repeat("--b\r\n\r\nx\r\n", 1'000'000), "mime_parts"},
        {"E7 1 M empty parts", parts + repeat("--b\r\n\r\n", 1'000'000), "mime_parts"},
        {"E8 mails in mails", repeat("Content-Type: message/rfc822\r\n\r\n", 20'000), "mime_depth"},
        {"E9 1 M header lines", repeat("X-A: b\r\n", 1'000'000), "header_size"},
        {"E9 a header of 5 MB", "X-A: " + std::string(5'000'000, 'x') + "\r\n\r\n", "header_size"},
        {"E9 200 k encoded words", "Subject: " + repeat("=?utf-8?q?a?=\r\n ", 200'000),
         "header_size"},
        {"E10 groups in groups", "To: " + repeat("g:", 20'000) + "\r\n\r\n", "header"},
        {"E47 an attachment of 26 MB", with_part("", std::string(26'000'000, 'x')), "too_large"},
        {"E43 an empty mail", "", "malformed"},
        {"E43 blanks", " \r\n\t\r\n", "malformed"},
    };
    for (const auto& one : cases)
        EXPECT_EQ(reason_of(one.raw), one.reason) << one.name;
}

// What is held back for its depth is read all the same, down to where the limit lies.
TEST(HostileStructure, ShowsTheWordsAboveItsDepth) {
    const struct {
        std::string name, raw;
        bool is_read_to_end = true;
    } cases[] = {
        {"E1 33 levels", nested(32, false)},  // one more around it
        {"E2 4,000 levels", nested(4'000, false)},
        {"E3 50,000 levels", nested(50'000, false)},
        {"E4 one boundary in itself", nested(50'000, true), false},  // over 1,000 parts, too
        {"E4 the outer boundary in itself", repeat("Content-Type: multipart/mixed; boundary=out\r\n"
                                                   "\r\n--out\r\n",
                                                   40)},
    };
    for (const auto& one : cases) {
        const auto result = read(between_words(one.raw));
        ASSERT_TRUE(result) << one.name;
        ASSERT_TRUE(result->trouble) << one.name;
        EXPECT_EQ(result->trouble->reason, "mime_depth") << one.name;
        EXPECT_THAT(result->content.warnings, Contains("mime_depth")) << one.name;
        EXPECT_TRUE(result->content.text.starts_with("words above")) << one.name;
        EXPECT_EQ(result->content.text.ends_with("words below"), one.is_read_to_end) << one.name;
        EXPECT_LT(result->content.text.size(), 30U) << one.name << ": nothing of what lies deeper";
        EXPECT_EQ(result->content.subject, "Deep") << one.name;
        EXPECT_EQ(result->identities.size(), 1U) << one.name;
    }
    EXPECT_EQ(reason_of(between_words(nested(31, false))), "");
    EXPECT_THAT(content_of(between_words(nested(31, false))).text, HasSubstr("deepest words"));
}

TEST(HostileStructure, IsReadDownToTheLimit) {
    SCOPED_TRACE("E1 to E4, at the limit");
    EXPECT_EQ(content_of(nested(32, false)).text, "deepest words\n");
    EXPECT_EQ(content_of(nested(32, true)).text, "deepest words\n");
}

TEST(HostileHeader, KeepsTheFirstOf200000Recipients) {
    std::string to;
    for (int i = 0; i < 200'000; ++i)
        to += "user" + std::to_string(i) + "@example.com,\r\n ";
    const auto result = read(with_header("To: " + to));
    ASSERT_TRUE(result) << "E11";
    EXPECT_EQ(result->identities.size(), 1U) << "nobody becomes a customer by being in To";
    const auto& content = result->content;
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
    // E45: a subject of 1 MB, one of combining marks only.
    const auto subject = content_of(with_header("Subject: " + std::string(1'000'000, 'x')));
    EXPECT_EQ(subject.subject.size(), 998U);
    EXPECT_THAT(subject.warnings, Contains("header_truncated"));
    const auto marks = content_of(with_header("Subject: a" + repeat("\u0301", 100'000)));
    EXPECT_LE(marks.subject.size(), 998U);
    // E35: a Message-ID of 1 MB. E39: 10,000 references. E46: 50,000 pieces of a file name.
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
    const struct {
        std::string_view item;
        std::string header;
    } cases[] = {
        {"E12 comments", "From: " + repeat("(", 100'000)},
        {"E12 comments", "From: " + repeat("(", 100'000) + repeat(")", 100'000) + " a@x.example"},
        {"E13 no From", "Subject: no From"},
        {"E14 empty brackets", "From: <>"},
        {"E14 empty brackets", "From: victim@bank.example\u202E <>"},
        {"E15 a group", "From: undisclosed:;"},
        {"E15 a group", "From: friends: ann@example.com;"},
        {"E16 a bare word", "From: victim"},
        {"E17 no address", "From:"},
        {"E17 no local part", "From: @bank.example"},
        {"E17 no domain", "From: victim@"},
        {"E18 two fields", "From: a@x.example\r\nFrom: b@y.example"},
        {"E18 two fields", "From : a@x.example\r\nfrom:b@y.example"},
        {"E19 two senders", "From: a@x.example, b@y.example"},
        {"E19 two senders", "From: ann@example.com,"},
        {"E19 two senders", "From: ann@example.com; bob@example.com"},
        {"E19 two senders", "From: ann@x.example bob@y.example"},
        {"E19 two senders", "From: \"ann\"@x.example b@y.example"},
        {"E19 two senders", "From: a@x.example " + std::string(70'000, ' ') + ", b@y.example"},
        {"E20 two brackets", "From: <victim@bank.example><evil@x.example>"},
        {"E20 words behind", "From: <victim@bank.example> evil@x.example"},
        {"E21 a NUL", std::string("From: vic\0tim@bank.example", 26)},
        {"E22 a fold", "From: <victim@bank\r\n .example>"},
        {"E22 a fold", "From: victim@bank\r\n .example"},
        {"E23 a comment", "From: ann(@bank.example)@x.example"},
        {"E23 a comment", "From: (ann@bank.example"},
        {"E24 a name", "From: \"victim@bank.example"},
        {"E25 encoded", "From: =?utf-8?q?victim=40bank.example=3E?=@evil.example"},
        {"E25 encoded", "From: =?utf-8?q?a=2Cb?=@evil.example"},
        {"E26 zero width", "From: vic\u200Btim@bank.example"},
        {"E26 turned round", "From: ann@\u202Eelpmaxe.example"},
    };
    for (const auto& one : cases) {
        const auto result = read(one.header + "\r\n\r\nhello\r\n");
        ASSERT_TRUE(result) << one.item << " " << one.header.substr(0, 80);
        EXPECT_THAT(result->identities, IsEmpty()) << one.item << " " << one.header.substr(0, 80);
        EXPECT_THAT(result->content.warnings, Contains("sender_unidentified")) << one.item;
    }
}

TEST(HostileSender, WhoIsMadeToBeTakenForAnotherIsMarked) {
    const struct {
        std::string_view address;
        bool is_lookalike;
    } cases[] = {
        {"ann@ex\u0430mple.com", true},                        // E26: one Cyrillic letter
        {"ann@xn--exmple-4nf.com", true},                      // the same in A-labels
        {"ann@\u0430\u0440\u0440\u04CF\u0435.example", true},  // all Cyrillic, reads "apple"
        {"\u0430nn@example.com", true},
        {"ann@\u03C1aypal.example", true},  // a Greek letter
        {"ann@example.com", false},
        {"ann@b\u00FCcher.example", false},
        {"\u043F\u043E\u0447\u0442\u0430@\u043F\u0440\u0438\u043C\u0435\u0440.\u0440\u0444", false},
        {"\u7528\u6237@\u4F8B\u5B50.\u5E7F\u544A", false},
        {"ann@\u65E5\u672C\u8A9E\u3067.example", false},  // Han and kana go together
    };
    for (const auto& one : cases) {
        const auto content = content_of("From: " + std::string(one.address) + "\r\n\r\nhello\r\n");
        EXPECT_EQ(testing::Value(content.warnings, Contains("sender_lookalike")), one.is_lookalike)
            << one.address;
    }
}

TEST(HostileSender, IsTheOneRealAddress) {
    const struct {
        std::string_view item, header, handle;
    } cases[] = {
        {"E23", "From: Ann (victim@bank.example) <ann@example.com>", "ann@example.com"},
        {"E24", "From: \"victim@bank.example\" <evil@x.example>", "evil@x.example"},
        {"E24", "From: victim@bank.example <evil@x.example>", ""},
        {"E23", "From: ann@example.com (Ann, of course; really: Ann)", "ann@example.com"},
        {"E18", "from : ann@example.com", "ann@example.com"},
        {"E26", "From: ann@[IPv6:2001:db8::1]", "ann@[ipv6:2001:db8::1]"},
        {"E26", "From: ann@b\u00FCcher.example", "ann@xn--bcher-kva.example"},
        {"E26", "From: ann@xn--bcher-kva.example", "ann@xn--bcher-kva.example"},
        {"E26", "From: ann@ex\u0430mple.com", "ann@xn--exmple-4nf.com"},  // a Cyrillic letter
        {"E27", "From: Ann@Example.COM", "ann@example.com"},
        {"E27", "From: a.nn+tag@example.com", "a.nn+tag@example.com"},
        {"E30", "From: ann@example.com\r\nReply-To: victim@bank.example", "ann@example.com"},
        {"E30", "From: ann@example.com\r\nSender: victim@bank.example", "ann@example.com"},
        {"E30", "From: ann@example.com\r\nX-Original-From: victim@bank.example", "ann@example.com"},
        {"E31", "Resent-From: bob@example.com\r\nFrom: ann@example.com", "ann@example.com"},
    };
    for (const auto& one : cases) {
        const auto handle = filed_under(one.header);
        if (!one.handle.empty()) {
            EXPECT_EQ(handle, one.handle) << one.item << " " << one.header;
        } else {
            EXPECT_THAT(handle, Not(HasSubstr("bank"))) << one.item << " " << one.header;
        }
    }
}

// E30: what other programs, or this one, might take for orders.
TEST(HostileSender, GivesNoOrders) {
    const auto plain = read(with_header("Subject: Hello"));
    ASSERT_TRUE(plain);
    for (const std::string name :
         {"X-Tributary-Ticket", "X-Tributary-Customer", "X-Tributary-Agent", "X-Ticket-Id",
          "X-Priority", "X-Zammad-Ticket-Owner", "X-OTRS-Queue", "X-RT-Command",
          "X-Helpdesk-Status"}) {
        const auto ordered = read(with_header("Subject: Hello\r\n" + name + ": 1"));
        ASSERT_TRUE(ordered);
        EXPECT_EQ(ordered->ticket_token, plain->ticket_token) << name;
        EXPECT_EQ(ordered->tickets, plain->tickets) << name;
        EXPECT_EQ(ordered->is_history, plain->is_history) << name;
        EXPECT_EQ(ordered->conversation, plain->conversation) << name;
        EXPECT_EQ(ordered->content.data, plain->content.data) << name;
        EXPECT_EQ(ordered->content.auto_kind, plain->content.auto_kind) << name;
        EXPECT_EQ(ordered->identities.size(), 1U) << name;
    }
}

// E31: who sends a mail on is who writes, whatever the mail inside says.
TEST(HostileSender, WhoForwardsIsWhoWrites) {
    const std::string inner = "From: victim@bank.example\r\nSubject: Inside\r\n\r\ninner words\r\n";
    const auto attached = read(with_part("Content-Type: message/rfc822", inner));
    ASSERT_TRUE(attached);
    ASSERT_EQ(attached->identities.size(), 1U);
    EXPECT_EQ(attached->identities[0].handle.value, "ann@example.com");
    EXPECT_EQ(attached->content.text, "see file");
    const auto inlined = read(
        "From: agent@example.org\r\nSubject: Fwd: Help\r\n\r\n---------- Forwarded message "
        "---------\r\nFrom: victim@bank.example\r\nSubject: Help\r\n\r\nHelp me.\r\n");
    ASSERT_TRUE(inlined);
    ASSERT_EQ(inlined->identities.size(), 1U);
    EXPECT_EQ(inlined->identities[0].handle.value, "agent@example.org");
}

TEST(HostileIds, LeaveTheBytesAsTheIdentity) {
    const struct {
        std::string item, field, id;
    } cases[] = {
        {"E32", "X-None: 1", ""},
        {"E33", "Message-ID:", ""},
        {"E33", "Message-ID: <>", ""},
        {"E34", "Message-ID: <one@example.com>\r\nMessage-ID: <two@example.com>",
         "one@example.com"},
        {"E36 a blank", "Message-ID: <a b@example.com>", "ab@example.com"},
        {"E36 a NUL", std::string("Message-ID: <a\0b@example.com>", 29), "ab@example.com"},
        {"E36 a fold", "Message-ID: <a\r\n Bcc: x@example.com>", "aBcc:x@example.com"},
        {"E36 a CR", "Message-ID: <a\rb@example.com>", "ab@example.com"},
    };
    for (const auto& one : cases)
        EXPECT_EQ(content_of(with_header(one.field)).message_id, one.id) << one.item;
    const auto first = read(with_header("Message-ID: <x@example.com>"));
    const auto again = read(with_header("Message-ID: <x@example.com>"));
    const auto other = read(with_header("Message-ID: <x@example.com>\r\nSubject: other"));
    ASSERT_TRUE(first && again && other);
    EXPECT_EQ(first->dedupe_key, again->dedupe_key) << "E38: the same mail";
    EXPECT_NE(first->dedupe_key, other->dedupe_key) << "E37: another mail under its id";
}

TEST(HostileDates, AreAcceptedOrIgnored) {
    SCOPED_TRACE("E40");
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

}  // namespace
}  // namespace tributary::email
