#include "connectors/email/smtp_protocol.hpp"

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace tributary::email {
namespace {

using State = RecipientResult::State;

SmtpReply reply_of(std::string_view text) {
    SmtpReply reply;
    for (const std::string_view line : split(text, '\n'))
        EXPECT_TRUE(add_reply_line(reply, line).has_value()) << line;
    return reply;
}

TEST(SmtpProtocol, ReadsReplies) {
    SmtpReply reply;
    EXPECT_EQ(add_reply_line(reply, "550-5.1.1 No such user").value(), false);
    EXPECT_EQ(add_reply_line(reply, "550 5.1.1 Ask the postmaster \xff").value(), true);
    EXPECT_EQ(reply.text(), "550 5.1.1 No such user 5.1.1 Ask the postmaster \xEF\xBF\xBD");
    SmtpReply bare;
    EXPECT_EQ(add_reply_line(bare, "250").value(), true);
    EXPECT_EQ(bare.text(), "250 ");

    for (const char* line :
         {"", "25", "2500", "250x", "abc", "199 too low", "600 too high", "-50 a"}) {
        SmtpReply none;
        EXPECT_TRUE(add_reply_line(none, line).has_error()) << line;
    }
    SmtpReply changing;
    EXPECT_TRUE(add_reply_line(changing, "250-a").has_value());
    EXPECT_TRUE(add_reply_line(changing, "550 b").has_error());
    SmtpReply endless;
    for (int i = 0; i < 200; ++i)
        EXPECT_TRUE(add_reply_line(endless, "250-a").has_value());
    EXPECT_TRUE(add_reply_line(endless, "250-a").has_error());
}

TEST(SmtpProtocol, TheLastOfferCounts) {
    const SmtpOffer offer = read_offer(
        "220 mx ESMTP\r\n250-mx\r\n250-SIZE 10\r\n250-PIPELINING\r\n250 STARTTLS\r\n220 go\r\n"
        "250-mx\r\n250-size 35651584\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n334 \r\n235 ok\r\n");
    EXPECT_FALSE(offer.pipelining);
    EXPECT_TRUE(offer.eight_bit);
    EXPECT_TRUE(offer.utf8);
    EXPECT_EQ(offer.max_size, 35651584u);

    const SmtpOffer old = read_offer("220 mx\r\n502 what?\r\n250 PIPELINING\r\n");
    EXPECT_FALSE(old.pipelining);  // the host's name, not a keyword
    EXPECT_FALSE(read_offer("250-mx\r\n250 SIZE 0\r\n").max_size);
    EXPECT_FALSE(read_offer("250-mx\r\n250 SIZE\r\n").max_size);
}

TEST(SmtpProtocol, JudgesWhetherToTryAgain) {
    struct Row {
        const char* reply;
        State state;
    };
    const Row rows[] = {
        {"250 2.0.0 Ok", State::accepted},
        {"251 will forward", State::accepted},
        {"354 go ahead", State::unavailable},
        {"421 4.3.2 shutting down", State::unavailable},
        {"450 4.2.1 greylisted", State::unavailable},
        {"452 4.5.3 too many recipients", State::unavailable},
        {"530 5.7.0 authentication required", State::unavailable},
        {"535 5.7.8 bad credentials", State::unavailable},
        {"550 5.1.1 no such user", State::rejected},
        {"552 too many recipients", State::unavailable},
        {"552 5.3.4 message too big", State::rejected},
        {"554 5.7.1 spam", State::rejected},
    };
    for (const Row& row : rows)
        EXPECT_EQ(judge(reply_of(row.reply), SmtpStage::recipient), row.state) << row.reply;
    EXPECT_EQ(judge(reply_of("552 too much mail"), SmtpStage::handed_over), State::rejected);
    EXPECT_EQ(judge(reply_of("552 too much mail"), SmtpStage::sender), State::rejected);
}

TEST(SmtpProtocol, FindsTheQueueId) {
    EXPECT_EQ(find_remote_id(reply_of("250 2.0.0 Ok: queued as 4A1B2C")), "4A1B2C");
    EXPECT_EQ(find_remote_id(reply_of("250-2.0.0 Ok\n250 queued as 7F; thanks")), "7F");
    EXPECT_EQ(find_remote_id(reply_of("250 2.0.0 OK  1700000000 x12mb1 - gsmtp")), "");
}

TEST(SmtpProtocol, AddressesCannotEndTheCommand) {
    for (const char* good : {"", "a@b", "o'neil+x@example.com", "\xC3\xA9@example.com"})
        EXPECT_TRUE(is_envelope_address(good)) << good;
    for (const char* bad : {"a", "@b", "a@", "a@b>", "<a@b", "a@b\r\nRCPT TO:<c@d>", "a b@c",
                            "a@b\n", "a\x7F@b", "a@b\xff"})
        EXPECT_FALSE(is_envelope_address(bad)) << bad;
    EXPECT_FALSE(is_envelope_address(std::string(320, 'a') + "@b"));
    EXPECT_FALSE(is_envelope_address(std::string_view("a\0@b", 4)));
}

TEST(SmtpProtocol, AsksOnlyForWhatIsNeededAndOffered) {
    const SmtpOffer all =
        read_offer("250-mx\r\n250-SIZE 1000\r\n250-8BITMIME\r\n250-dsn\r\n250 SMTPUTF8\r\n");
    MailParameters plain;
    plain.size = 12;
    plain.envelope_id = "7=a+b c";
    EXPECT_EQ(mail_command("a@b", plain, all),
              "MAIL FROM:<a@b> SIZE=12 RET=HDRS ENVID=7+3Da+2Bb+20c\r\n");
    EXPECT_EQ(mail_command("", plain, all), "MAIL FROM:<> SIZE=12\r\n");
    EXPECT_EQ(mail_command("a@b", plain, SmtpOffer()), "MAIL FROM:<a@b>\r\n");
    MailParameters special;
    special.size = 1;
    special.is_international = true;
    EXPECT_EQ(mail_command("", special, all), "MAIL FROM:<> SIZE=1 BODY=8BITMIME SMTPUTF8\r\n");
}

TEST(SmtpProtocol, AsksForReportsWhereSomebodyReadsThem) {
    SmtpOffer offer;
    EXPECT_EQ(recipient_command("a@b", "c+d@e", offer), "RCPT TO:<c+d@e>\r\n");
    offer.dsn = true;
    EXPECT_EQ(recipient_command("a@b", "c+d=x@e", offer),
              "RCPT TO:<c+d=x@e> NOTIFY=FAILURE,DELAY ORCPT=rfc822;c+2Bd+3Dx@e\r\n");
    EXPECT_EQ(recipient_command("a@b", "\xC3\xA9@e", offer),
              "RCPT TO:<\xC3\xA9@e> NOTIFY=FAILURE,DELAY\r\n");
    EXPECT_EQ(recipient_command("", "c@e", offer), "RCPT TO:<c@e>\r\n");
}

TEST(SmtpProtocol, TheWireHoldsOneMailAndNothingBehindIt) {
    SCOPED_TRACE("E61");
    struct Row {
        std::string mail;
        std::string wire;
    };
    const Row rows[] = {
        {"", ".\r\n"},
        {"a", "a\r\n.\r\n"},
        {"a\r\n", "a\r\n.\r\n"},
        {".\r\n", "..\r\n.\r\n"},
        {"a\r\n.\r\nQUIT\r\n", "a\r\n..\r\nQUIT\r\n.\r\n"},
        {"a\n.\nMAIL FROM:<x@y>\n", "a\r\n..\r\nMAIL FROM:<x@y>\r\n.\r\n"},
        {"a\r.\rb", "a\r\n..\r\nb\r\n.\r\n"},
        {"a\n.\r\nb", "a\r\n..\r\nb\r\n.\r\n"},
        {"a\r\r\nb", "a\r\n\r\nb\r\n.\r\n"},
        {"..", "...\r\n.\r\n"},
        {"a.b", "a.b\r\n.\r\n"},
    };
    for (const Row& row : rows)
        EXPECT_EQ(to_wire(row.mail), row.wire) << row.mail;
}

}  // namespace
}  // namespace tributary::email
