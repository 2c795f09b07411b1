// Delivery reports and automatic mail in the forms that mail systems give them. The samples are
// ours; each says in its X-Expect fields what must be read from it:
//     X-Expect: <address> <status, may be empty> <action> [dead]
//     X-Expect: id <original Message-ID>
//     X-Expect: <kind of automatic mail>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.hpp"
#include "connectors/email/automatic_words.hpp"
#include "connectors/email/headers.hpp"
#include "connectors/email/normalize.hpp"
#include "connectors/email/smtp_status.hpp"

namespace tributary::email {
namespace {

namespace fs = std::filesystem;

const fs::path samples = fs::path(TRIBUTARY_SOURCE_DIR) / "tests/data/email/bounces";

std::string slurp(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

Content read_mail(const std::string& raw) {
    auto message = normalize_mail(MailSettings(), raw);
    EXPECT_TRUE(message) << raw;
    return message ? message->content : Content();
}

std::string describe(const BouncedRecipient& one) {
    return one.address + " " + one.status + " " + one.action + (one.is_dead ? " dead" : "");
}

TEST(Bounces, EveryFormIsRead) {
    SCOPED_TRACE("E60");
    int count = 0;
    for (const auto& entry : fs::directory_iterator(samples)) {
        const auto raw = slurp(entry.path());
        const auto content = read_mail(raw);
        std::vector<std::string> wanted, got;
        std::string kind = "bounce";
        for (const auto field : Headers(split_message(raw).header).find_all("X-Expect")) {
            const std::string line(trim(field));
            if (line.starts_with("id ")) {
                ASSERT_TRUE(content.bounce) << entry.path();
                EXPECT_EQ(content.bounce->original_message_id, line.substr(3)) << entry.path();
            } else if (line.find(' ') == std::string::npos) {
                kind = line;
            } else {
                wanted.push_back(line);
            }
        }
        if (content.bounce) {
            for (const auto& one : content.bounce->recipients)
                got.push_back(describe(one));
        }
        EXPECT_THAT(got, testing::ElementsAreArray(wanted)) << entry.path();
        EXPECT_EQ(to_string(content.auto_kind), kind) << entry.path();
        ++count;
    }
    EXPECT_GT(count, 60);
}

TEST(Bounces, TheMoreExactStatusCounts) {
    const struct {
        std::string_view field, diagnostic, status;
    } cases[] = {
        {"5.1.1", "", "5.1.1"},
        {"5.1.1 (user unknown)", "", "5.1.1"},
        {"5.0.0", "550 5.7.1 blocked", "5.7.1"},
        {"5.0.0", "550 blocked", "5.0.0"},
        {"", "550 5.1.1 unknown", "5.1.1"},
        {"", "550-unknown", "5.0.0"},
        {"", "421 busy", "4.0.0"},
        {"", "went away", ""},
        {"4.4.7", "450 4.7.1 later", "4.7.1"},
        {"4.4.7", "554 4.4.7 expired <421 4.4.2 timed out>", "4.4.2"},
        {"4.4.7", "expired", "4.4.7"},
        {"5.1.1", "550 5.7.1 blocked", "5.7.1"},
        {"4.5.0", "550 5.5.0 refused", "5.5.0"},
        {"5.7.1", "550 5.1.1 unknown", "5.7.1"},
        {"2.0.0", "550 5.1.1 unknown", "5.1.1"},
        {"", "connect to 5.1.1.7: 192.5.1.1", ""},
        {"", "5.1.1.", "5.1.1"},
    };
    for (const auto& one : cases)
        EXPECT_EQ(exact_status(one.field, one.diagnostic), one.status)
            << one.field << " | " << one.diagnostic;
}

TEST(Bounces, OnlyAnAddressAtFaultIsDead) {
    const struct {
        std::string_view action, status, words;
        bool is_permanent, is_dead;
    } cases[] = {
        {"failed", "5.1.1", "", true, true},
        {"failed", "5.1.2", "", true, true},
        {"failed", "5.2.1", "", true, true},
        {"failed", "5.1.8", "bad sender", true, false},
        {"failed", "5.2.2", "mailbox full", true, false},
        {"failed", "5.3.4", "too big", true, false},
        {"failed", "5.7.1", "user unknown, says the spam filter", true, false},
        {"failed", "5.0.0", "550 User unknown", true, true},
        {"failed", "5.4.1", "Recipient address rejected: Access denied", true, true},
        {"failed", "", "no such user", true, true},
        {"failed", "", "mailbox is full", false, false},
        {"failed", "4.4.7", "host unknown", false, false},
        {"delayed", "4.1.1", "", false, false},
        {"delivered", "2.0.0", "", false, false},
    };
    for (const auto& one : cases) {
        BouncedRecipient recipient;
        recipient.action = one.action;
        recipient.status = one.status;
        judge_recipient(recipient, one.words);
        EXPECT_EQ(recipient.is_permanent, one.is_permanent) << one.status << " " << one.words;
        EXPECT_EQ(recipient.is_dead, one.is_dead) << one.status << " " << one.words;
    }
}

TEST(Bounces, ARefusalInTheSessionIsJudgedLikeABounce) {
    const std::pair<std::string, bool> refusals[] = {
        {"550 5.1.1 No such user", true},
        {"550 5.1.2 Bad destination system", true},
        {"550 5.1.10 Recipient not found", true},
        {"550 User unknown", true},
        {"553 5.1.3 Bad syntax", true},
        {"550 5.1.8 Sender address rejected", false},
        {"550 5.7.1 Policy: user unknown to us", false},
        {"554 5.7.26 Unauthenticated", false},
        {"550 Rejected as spam", false},
        {"552 5.2.2 Mailbox full", false},
        {"550 5.4.6 Loop", false},
        {"", false},
    };
    for (const auto& [refusal, is_dead] : refusals)
        EXPECT_EQ(speaks_of_dead_address(refusal), is_dead) << refusal;
}

TEST(Bounces, StayLinearOnHostileInput) {
    std::string text = "From: MAILER-DAEMON@x.example\nSubject: failure notice\n\n";
    for (int i = 0; i < 60'000; ++i)
        text += "a@b.example ";
    const auto start = std::chrono::steady_clock::now();
    read_mail(text);
    std::string lines = "From: MAILER-DAEMON@x.example\nSubject: failure notice\n\n";
    for (int i = 0; i < 60'000; ++i)
        lines += "<a" + std::to_string(i) + "@b.example>:\n";
    read_mail(lines);
    std::string groups = "From: MAILER-DAEMON@x.example\nSubject: failure notice\n\n";
    for (int i = 0; i < 60'000; ++i)
        groups += "Final-Recipient: rfc822; a@b.example\nFinal-Recipient:\n";
    read_mail(groups);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(4));
}

TEST(Automatic, HeadersOfMachines) {
    SCOPED_TRACE("E56, E57: no machine, E58");
    const struct {
        std::string_view header;
        AutoKind kind;
    } cases[] = {
        {"Auto-Submitted: no\r\n", AutoKind::none},
        {"Auto-Submitted: NO (a person)\r\n", AutoKind::none},
        {"Auto-Submitted: no; x=y\r\nX-Autoreply: yes\r\n", AutoKind::none},
        {"Auto-Submitted: auto-replied\r\n", AutoKind::auto_reply},
        {"Auto-Submitted: auto-notified; owner-email=\"x@y\"\r\n", AutoKind::auto_reply},
        {"Auto-Submitted: something-new\r\n", AutoKind::auto_reply},
        {"Precedence: auto_reply\r\n", AutoKind::auto_reply},
        {"X-Precedence: auto-reply\r\n", AutoKind::auto_reply},
        {"Precedence: junk\r\n", AutoKind::list},
        {"Precedence: first-class\r\n", AutoKind::none},
        {"X-Auto-Response-Suppress: DR, OOF, AutoReply\r\n", AutoKind::auto_reply},
        {"X-Auto-Response-Suppress: None\r\n", AutoKind::none},
        {"X-Autorespond: Offer\r\n", AutoKind::auto_reply},
        {"X-Loop: other@far.example\r\n", AutoKind::auto_reply},
        {"Return-Path: <>\r\n", AutoKind::auto_reply},
        {"Return-Path: <MAILER-DAEMON>\r\n", AutoKind::auto_reply},
        {"List-Unsubscribe: <https://far.example/>\r\n", AutoKind::list},
        {"List-Help: <https://far.example/>\r\n", AutoKind::list},
    };
    for (const auto& one : cases) {
        const auto raw = "From: ann@example.com\r\n" + std::string(one.header) + "\r\nhello\r\n";
        EXPECT_EQ(read_mail(raw).auto_kind, one.kind) << one.header;
    }
    EXPECT_EQ(read_mail("From: MAILER-DAEMON@x.example\r\nSubject: Hm\r\n\r\nhello").auto_kind,
              AutoKind::auto_reply);
}

TEST(Automatic, BulkSendersAreWorkButNeverAnswered) {
    const struct {
        std::string_view header;
        bool may_be_answered;
    } cases[] = {{"", true},
                 {"Feedback-ID: 1.eu:sender\r\n", false},
                 {"X-Auto-Response-Suppress: DR\r\n", false},
                 {"X-Auto-Response-Suppress: None\r\n", true}};
    for (const auto& one : cases) {
        const auto raw = "From: ann@example.com\r\n" + std::string(one.header) + "\r\nhello\r\n";
        const auto message = normalize_mail(MailSettings(), raw);
        ASSERT_TRUE(message);
        EXPECT_EQ(message->content.auto_kind, AutoKind::none) << one.header;
        EXPECT_EQ(message->acknowledge, one.may_be_answered) << one.header;
    }
}

TEST(Automatic, SubjectsOfAnsweringMachines) {
    SCOPED_TRACE("E58: without any header, by subject");
    for (const auto* subject : {"Out of Office: Offer",
                                "[Auto-Reply] Offer",
                                "Automatische Antwort: Angebot",
                                "ABWESENHEITSNOTIZ",
                                "Réponse automatique : offre",
                                "Respuesta automática: oferta",
                                "Resposta automática: oferta",
                                "Risposta automatica: offerta",
                                "Automatisch antwoord:",
                                "Autosvar: tilbud",
                                "Automaattinen vastaus: tarjous",
                                "Odpowiedź automatyczna: oferta",
                                "Automatická odpověď: nabídka",
                                "Automatikus válasz: ajánlat",
                                "Автоответ: счёт",
                                "Автоматический ответ: счёт",
                                "Автоматична відповідь:",
                                "自動応答: 見積",
                                "【自動返信】見積",
                                "自动答复: 报价",
                                "自動回覆: 報價",
                                "자동 회신: 견적",
                                "부재중: 견적",
                                "Trả lời tự động: báo giá",
                                "Otomatik yanıt: teklif",
                                "Αυτόματη απάντηση: προσφορά"}) {
        EXPECT_TRUE(is_answering_subject(subject)) << subject;
    }
    for (const auto* subject : {"Re: Out of office: Offer", "Automatic door broken", "Offer",
                                "Autos verkaufen", "", "Auto defekt"}) {
        EXPECT_FALSE(is_answering_subject(subject)) << subject;
    }
}

}  // namespace
}  // namespace tributary::email
