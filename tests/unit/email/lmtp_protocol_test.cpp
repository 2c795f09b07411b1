// The server's side of LMTP as a conversation of lines.
#include "connectors/email/lmtp_protocol.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "connectors/email/lmtp_wire.hpp"

namespace tributary::email {
namespace {

using Next = LmtpSession::Next;

class LmtpTest : public testing::Test {
 protected:
    std::string say(std::string_view line) {
        LmtpSession::Step step = session.on_line(line);
        last = step.next;
        return step.reply;
    }
    // The reply's code, all lines' when there are several.
    std::string code(std::string_view line) {
        std::string codes;
        const std::string reply = say(line);
        for (std::size_t at = 0; at < reply.size(); at = reply.find('\n', at) + 1)
            codes += (codes.empty() ? "" : " ") + reply.substr(at, 3);
        return codes;
    }
    void open(const char* hello = "LHLO mx") {
        code(hello);
        code("MAIL FROM:<bob@example.org>");
        code("RCPT TO:<support@example.com>");
    }

    static LmtpSession make(LmtpSession::Encryption encryption) {
        auto is_ours = [](std::string_view address) { return address == "support@example.com"; };
        return LmtpSession("desk.example", 200, is_ours, encryption);
    }
    LmtpSession session = make(LmtpSession::Encryption::none);
    Next last = Next::go_on;
};

TEST_F(LmtpTest, AMailGoesInAndEachRecipientIsAnswered) {
    EXPECT_EQ(session.greeting().substr(0, 4), "220 ");
    EXPECT_NE(say("LHLO mx").find("250 SIZE 200\r\n"), std::string::npos);
    EXPECT_EQ(code("mail from:<bob@example.org> SIZE=30 BODY=8BITMIME"), "250");
    EXPECT_EQ(code("RCPT TO:<support@example.com>"), "250");
    EXPECT_EQ(code("RCPT TO:<stranger@example.com>"), "550");
    EXPECT_EQ(code("RCPT TO:<support@example.com> ORCPT=rfc822;x"), "250");
    EXPECT_EQ(code("DATA"), "354");
    EXPECT_EQ(code("Subject: hello"), "");
    EXPECT_EQ(code(""), "");
    EXPECT_EQ(code("..a dot"), "");
    EXPECT_EQ(code("."), "");
    EXPECT_EQ(last, Next::deliver);
    EXPECT_EQ(session.take_mail(),
              "Return-Path: <bob@example.org>\r\nSubject: hello\r\n\r\n.a dot\r\n");
    EXPECT_EQ(session.delivered(true), "250 2.0.0 taken\r\n250 2.0.0 taken\r\n");
    // The next one starts clean.
    EXPECT_EQ(code("DATA"), "503");
}

TEST_F(LmtpTest, TlsBeginsOnceAndWhatWasSaidBeforeCountsNoMore) {
    session = make(LmtpSession::Encryption::offered);
    EXPECT_NE(say("EHLO mx").find("250-STARTTLS\r\n"), std::string::npos);
    open();
    EXPECT_EQ(code("STARTTLS now"), "501");
    EXPECT_EQ(code("starttls"), "220");
    EXPECT_EQ(last, Next::encrypt);
    session.encrypted();
    EXPECT_EQ(code("DATA"), "503");
    EXPECT_EQ(code("MAIL FROM:<bob@example.org>"), "503");  // no hello yet
    EXPECT_EQ(say("EHLO mx").find("STARTTLS"), std::string::npos);
    EXPECT_EQ(code("STARTTLS"), "503");
    EXPECT_EQ(code("MAIL FROM:<bob@example.org>"), "250");
}

TEST_F(LmtpTest, NothingIsTakenBeforeTlsWhereItIsRequired) {
    session = make(LmtpSession::Encryption::required);
    EXPECT_EQ(code("NOOP"), "250");
    EXPECT_NE(say("LHLO mx").find("250-STARTTLS\r\n"), std::string::npos);
    for (const char* line : {"MAIL FROM:<bob@example.org>", "RCPT TO:<support@example.com>", "DATA",
                             "VRFY support", "AUTH PLAIN"})
        EXPECT_EQ(code(line), "530") << line;
    EXPECT_EQ(code("RSET"), "250");
    EXPECT_EQ(code("STARTTLS"), "220");
    session.encrypted();
    open();
    EXPECT_EQ(code("DATA"), "354");
}

TEST_F(LmtpTest, WithoutACertificateThereIsNoTls) {
    EXPECT_EQ(say("EHLO mx").find("STARTTLS"), std::string::npos);
    EXPECT_EQ(code("STARTTLS"), "503");
}

TEST(LmtpLinesTest, OnlyCrLfEndsALineHoweverItArrives) {
    LmtpLines lines(10);
    auto receive = [&](std::string_view bytes) {
        const asio::mutable_buffer space = lines.space(32);
        std::copy(bytes.begin(), bytes.end(), static_cast<char*>(space.data()));
        lines.received(bytes.size(), 32);
        std::string heard;
        while (const auto line = lines.next())
            heard += line->is_too_long ? "long|" : std::string(line->text) + "|";
        return heard;
    };
    EXPECT_EQ(receive("one\r\ntwo\r\nthr"), "one|two|");
    EXPECT_EQ(receive("ee\r"), "");
    EXPECT_EQ(receive("\nfo\nur\r\n"), "three|fo\nur|");
    EXPECT_EQ(receive("0123456789\r"), "");
    EXPECT_EQ(receive("\n"), "0123456789|");
    EXPECT_EQ(receive("0123456789A\r"), "long|");
    EXPECT_EQ(receive("\nfive\r\n"), "five|");
    EXPECT_EQ(receive("0123456789A\r\nsix\r\nseven"), "long|six|");
    lines.forget();
    EXPECT_EQ(receive("eight\r\n"), "eight|");
}

TEST_F(LmtpTest, SmtpAnswersOnceAndNotBeforeItIsDurable) {
    open("EHLO mx");
    code("RCPT TO:<support@example.com>");
    code("DATA");
    code(".");
    EXPECT_EQ(session.delivered(false).substr(0, 4), "451 ");
    EXPECT_EQ(code("QUIT"), "221");
    EXPECT_EQ(last, Next::close);
}

TEST_F(LmtpTest, NoMailHidesBehindAnothersEnd) {
    for (const char* line : {"a\n.", "a\n.\nMAIL FROM:<evil@example.org>", "\r.", "a\rb"}) {
        open();
        code("DATA");
        EXPECT_EQ(code(line), "");
        EXPECT_TRUE(session.is_in_data()) << line;
        EXPECT_EQ(code("."), "554") << line;
        EXPECT_NE(last, Next::deliver) << line;
    }
    EXPECT_EQ(code("NOOP\nMAIL FROM:<a@b>"), "554");
    EXPECT_EQ(last, Next::close);
}

TEST_F(LmtpTest, LimitsHold) {
    code("LHLO mx");
    EXPECT_EQ(code("MAIL FROM:<bob@example.org> SIZE=201"), "552");
    open();
    code("DATA");
    for (int i = 0; i < 5; ++i)
        code(std::string(50, 'x'));
    EXPECT_EQ(code("."), "552");
    open();
    for (std::size_t i = 1; i < LmtpSession::max_recipients; ++i)
        EXPECT_EQ(code("RCPT TO:<support@example.com>"), "250");
    EXPECT_EQ(code("RCPT TO:<support@example.com>"), "452");
    code("DATA");
    EXPECT_EQ(session.on_long_line().reply, "");
    EXPECT_EQ(code(".").substr(0, 7), "554 554");
}

TEST_F(LmtpTest, WhatComesOutOfOrderOrMakesNoSenseIsRefused) {
    EXPECT_EQ(code("MAIL FROM:<bob@example.org>"), "503");
    EXPECT_EQ(code("LHLO"), "501");
    code("LHLO mx");
    EXPECT_EQ(code("RCPT TO:<support@example.com>"), "503");
    for (const char* line : {"MAIL bob", "MAIL FROM:bob@example.org", "MAIL FROM:<a b>",
                             "MAIL FROM:<a", "MAIL FROM:<a<b@c>"})
        EXPECT_EQ(code(line), "501") << line;
    EXPECT_EQ(code("MAIL FROM:<>"), "250");
    EXPECT_EQ(code("MAIL FROM:<>"), "503");
    EXPECT_EQ(code("RCPT TO:<>"), "501");
    EXPECT_EQ(code("DATA"), "503");
    EXPECT_EQ(code("RSET"), "250");
    std::string answer;
    for (int i = 0; i < 30 && last != Next::close; ++i)
        answer = code("GARBAGE");
    EXPECT_EQ(answer, "421");
}

}  // namespace
}  // namespace tributary::email
