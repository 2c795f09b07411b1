// What goes out: clean on the wire, closed to injection, and readable by our own reader.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "base/text.hpp"
#include "connectors/email/mime_write.hpp"
#include "connectors/email/normalize.hpp"
#include "connectors/email/reply_address.hpp"

namespace tributary::email {
namespace {

constexpr const char* ticket = "01890000-0000-7000-8000-000000000001";

MailSettings mailbox() {
    MailSettings settings;
    settings.address = "support@example.org";
    settings.reply_key = "a key of the house";
    return settings;
}

OutboundMessage message() {
    OutboundMessage out;
    out.message_id = "m1@example.org";
    out.reply_token = ticket;
    out.from.name = "Zoë";
    out.all_to.emplace_back("Ann Lee", "ann@example.com");
    out.subject = "Re: Größe";
    out.text = "Grüße\nund mehr\n";
    out.created_at = from_unix_ms(1'780'000'000'000);
    return out;
}

void expect_clean(std::string_view mail) {
    for (std::size_t i = 0; i < mail.size(); ++i) {
        const auto byte = static_cast<unsigned char>(mail[i]);
        ASSERT_LT(byte, 127) << "at " << i;
        if (mail[i] == '\n') {
            ASSERT_TRUE(i > 0 && mail[i - 1] == '\r') << "at " << i;
        }
        if (mail[i] == '\r') {
            ASSERT_TRUE(i + 1 < mail.size() && mail[i + 1] == '\n') << "at " << i;
        }
    }
    for (const auto line : split(mail, '\n'))
        ASSERT_LE(line.size(), 999U);
}

Content read_back(const std::string& mail) {
    const auto result = normalize_mail(mailbox(), mail);
    EXPECT_TRUE(result);
    return result ? result->content : Content();
}

TEST(WriteMail, IsReadBackAsItWasMeant) {
    auto out = message();
    out.html = "<p>Grüße</p>";
    out.in_reply_to = {"c1@example.com"};
    out.references = {"c0@example.com", "c1@example.com"};
    InboundFile file;
    file.meta.filename = "Größe \"1\".pdf";
    file.meta.content_type = "application/pdf";
    file.bytes = std::string("\0\x01\xFF%PDF", 7);
    out.files.push_back(file);
    const auto mail = write_mail(out, mailbox());
    expect_clean(mail);
    const auto content = read_back(mail);
    EXPECT_EQ(content.subject, "Re: Größe");
    EXPECT_EQ(content.from.name, "Zoë");
    EXPECT_EQ(content.from.address, "support@example.org");
    EXPECT_EQ(content.to.front().name, "Ann Lee");
    EXPECT_EQ(content.text, "Grüße\nund mehr\n");
    EXPECT_THAT(content.html.value_or(""), testing::HasSubstr("Grüße"));
    EXPECT_EQ(content.message_id, "m1@example.org");
    EXPECT_EQ(content.in_reply_to, out.in_reply_to);
    EXPECT_EQ(content.references, out.references);
    ASSERT_EQ(content.attachments.size(), 1U);
    EXPECT_EQ(content.attachments[0].filename, "Größe \"1\".pdf");
    EXPECT_EQ(content.attachments[0].size, 7U);
    EXPECT_EQ(content.sent_at, out.created_at);
}

TEST(WriteMail, LetsNoValueAddAField) {
    SCOPED_TRACE("E36, E45");
    auto out = message();
    out.subject = "x\r\nBcc: evil@example.net";
    out.from.name = "Ann\nBcc: evil@example.net";
    out.all_to.emplace_back("a\r\nBcc: evil@example.net", "b@example.com\r\nBcc: evil@example.net");
    out.message_id = "x@y>\r\nBcc: <evil@example.net";
    out.in_reply_to = {"a@b\r\nBcc: evil@example.net", "good@example.com"};
    out.references = {"a b"};
    InboundFile file;
    file.meta.filename = "a\r\nBcc: evil@example.net";
    file.meta.content_type = "text/plain\r\nBcc: evil@example.net";
    out.files.push_back(file);
    const auto mail = write_mail(out, mailbox());
    expect_clean(mail);
    for (const auto line : split(mail, '\n'))
        EXPECT_FALSE(starts_with_ignoring_case(line, "bcc")) << line;
    EXPECT_EQ(mail.find("References:"), std::string::npos);
    EXPECT_EQ(read_back(mail).in_reply_to, std::vector<std::string>{"good@example.com"});
}

TEST(WriteMail, NamesEverybodyWhoeverThisAttemptIsFor) {
    auto out = message();
    out.all_cc = {Party("Bob", "bob@example.com")};
    out.to.clear();
    out.cc = out.all_cc;
    const auto mail = write_mail(out, mailbox());
    EXPECT_NE(mail.find("\r\nTo: Ann Lee <ann@example.com>\r\n"), std::string::npos);
    EXPECT_NE(mail.find("\r\nCc: Bob <bob@example.com>\r\n"), std::string::npos);
}

TEST(WriteMail, WritesDomainsInALabelsAndLocalPartsOnlyWhereTheyMayBe) {
    auto out = message();
    out.all_to = {Party("",
                        "Ann@b\xC3\xBC"
                        "cher.example"),
                  Party("\xC3\x89va", "\xC3\xA9va@example.com")};
    EXPECT_NE(write_mail(out, mailbox()).find("\r\nTo: Ann@xn--bcher-kva.example\r\n"),
              std::string::npos);
    const auto special = write_mail(out, mailbox(), Addressing::international);
    EXPECT_NE(special.find("<\xC3\xA9va@example.com>"), std::string::npos);
    EXPECT_EQ(special.find("\xC3\x89va"), std::string::npos) << "names stay encoded words";
}

TEST(WriteMail, ImagesOfTheHtmlStandWithIt) {
    auto out = message();
    out.html = "<p>Look: <img src=\"cid:pic@example.org\"></p>";
    InboundFile image;
    image.meta.filename = "pic.png";
    image.meta.content_type = "image/png";
    image.meta.is_inline = true;
    image.meta.content_id = "pic@example.org";
    image.bytes = "PNG";
    InboundFile other = image;
    other.meta.content_id = "elsewhere@example.org";
    out.files = {image, other};
    const auto mail = write_mail(out, mailbox());
    expect_clean(mail);
    const auto at = [&](std::string_view text) { return mail.find(text); };
    EXPECT_LT(at("multipart/mixed"), at("multipart/alternative"));
    EXPECT_LT(at("multipart/alternative"), at("multipart/related"));
    EXPECT_LT(at("multipart/related"), at("Content-ID: <pic@example.org>"));
    EXPECT_EQ(at("elsewhere@example.org"), std::string::npos) << "not shown, so attached";
    const auto content = read_back(mail);
    ASSERT_EQ(content.attachments.size(), 2U);
    EXPECT_TRUE(content.attachments[0].is_inline);
    EXPECT_FALSE(content.attachments[1].is_inline);
}

TEST(WriteMail, EncodesOnlyWhatNeedsIt) {
    auto out = message();
    out.text = "Plain words.\n\nAnd more.\n";
    EXPECT_NE(write_mail(out, mailbox()).find("7bit\r\n\r\nPlain words.\r\n"), std::string::npos);
    for (const char* fragile : {"no end", "From here\n", ".\n", "--x\n", "blank \n", "\x01\n"}) {
        out.text = fragile;
        EXPECT_NE(write_mail(out, mailbox()).find("quoted-printable"), std::string::npos)
            << fragile;
    }
}

TEST(WriteMail, LongNamesAreFoldedWhereTheyCanBe) {
    auto out = message();
    std::string name;
    for (int i = 0; i < 30; ++i)
        name +=
            "Gr\xC3\xB6\xC3\x9F"
            "e ";
    InboundFile file;
    file.meta.filename = name + ".pdf";
    file.bytes = "x";
    out.files.push_back(file);
    out.all_to = {Party(std::string(120, 'n') + " " + std::string(50, 'm'), "ann@example.com")};
    out.subject = "two  blanks and  more " + std::string(40, 'x') + "  " + std::string(40, 'y');
    const auto mail = write_mail(out, mailbox());
    for (const auto line : split(mail, '\n'))
        EXPECT_LE(line.size(), 79U) << line;
    const auto content = read_back(mail);
    const std::string kept = content.attachments.at(0).filename;
    EXPECT_EQ(kept, std::string(truncate_utf8(name, 196)) + ".pdf");
    EXPECT_EQ(content.to.at(0).name, out.all_to[0].name);
    EXPECT_EQ(content.subject, out.subject);
}

TEST(WriteMail, TellsMachinesThatAMachineWrote) {
    auto out = message();
    EXPECT_EQ(write_mail(out, mailbox()).find("Auto-Submitted"), std::string::npos);
    out.is_automatic = true;
    const auto mail = write_mail(out, mailbox());
    EXPECT_NE(mail.find("\r\nAuto-Submitted: auto-replied\r\n"), std::string::npos);
    EXPECT_NE(mail.find("\r\nX-Auto-Response-Suppress: All\r\n"), std::string::npos);
}

TEST(WriteMail, SurvivesTextWithoutEnd) {
    auto out = message();
    out.text = std::string(5000, 'x') + "\r.\r\n.\rFrom here\xFF";
    out.subject = std::string(3000, 'y');
    expect_clean(write_mail(out, mailbox()));
}

TEST(ReplyAddress, CarriesItsTicketAndNothingElse) {
    SCOPED_TRACE("E50");
    const auto settings = mailbox();
    const auto address = make_reply_address(settings, ticket);
    EXPECT_LE(address.find('@'), 64U);
    auto shouted = address;
    for (char& c : shouted)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    auto forged = address;
    forged[10] = forged[10] == 'a' ? 'b' : 'a';
    auto elsewhere = mailbox();
    elsewhere.reply_key = "another key";
    const struct {
        std::string header;
        MailSettings settings;
        std::string token;
    } cases[] = {
        {"To: Support <" + address + ">\r\n", settings, ticket},
        {"To: x@example.com\r\nCc: y@example.com, " + address + "\r\n", settings, ticket},
        {"Delivered-To: " + shouted + "\r\n", settings, ticket},
        {"To: " + forged + "\r\n", settings, ""},
        {"To: " + address + "\r\n", elsewhere, ""},
        {"To: " + address + "\r\n", MailSettings(), ""},
        {"To: support@example.org\r\n", settings, ""},
        {"To: support+@example.org\r\n", settings, ""},
        {"Subject: " + address + "\r\n", settings, ""},
    };
    for (const auto& one : cases) {
        EXPECT_EQ(find_reply_token(one.settings, Headers(one.header)), one.token) << one.header;
    }
    EXPECT_EQ(find_token_in_text(settings, "Reply-To: <" + shouted + ">\nTo: x@y.example"), ticket);
    EXPECT_EQ(find_token_in_text(settings, "support+ support+@ " + forged), "");
    EXPECT_EQ(find_token_in_text(MailSettings(), address), "");
    auto unsigned_settings = settings;
    unsigned_settings.reply_delimiter.clear();
    EXPECT_EQ(make_reply_address(unsigned_settings, ticket), "support@example.org");
}

// E50: a million guesses at the token of a known ticket, each well formed.
TEST(ReplyAddress, IsNotGuessed) {
    const auto settings = mailbox();
    const auto address = make_reply_address(settings, ticket);
    const auto at = address.find('@');
    std::string addresses;
    std::mt19937_64 dice(50);
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz234567";
    for (int i = 0; i < 1'000'000; ++i) {
        auto guess = address;
        // The ticket's id stands in front; its last letters and the signature are guessed.
        for (std::size_t k = at - 16; k < at; ++k)
            guess[k] = letters[dice() % letters.size()];
        if (guess == address) continue;
        addresses.append(guess).append("\n");
    }
    EXPECT_EQ(find_token_in_text(settings, addresses), "");
    EXPECT_EQ(find_token_in_text(settings, addresses + address), ticket);
}

TEST(ReplyAddress, OfAMailThatCameBackLeadsToItsTicket) {
    const auto settings = mailbox();
    const auto bounce =
        "From: MAILER-DAEMON@far.example\nSubject: failure notice\n\n"
        "Hi. This is the qmail-send program at far.example.\n\n"
        "<bob@far.example>:\nno mailbox here by that name (#5.1.1)\n\n"
        "--- Below this line is a copy of the message.\n\n"
        "Reply-To: " +
        make_reply_address(settings, ticket) + "\n";
    const auto read = normalize_mail(settings, bounce);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->content.auto_kind, AutoKind::bounce);
    EXPECT_EQ(read->ticket_token, ticket);
    const auto words = normalize_mail(
        settings, "From: ann@far.example\n\nquotes " + make_reply_address(settings, ticket));
    EXPECT_EQ(words->ticket_token, "") << "only what a mail is addressed to counts for people";
}

}  // namespace
}  // namespace tributary::email
