#include "connectors/email/smtp_client.hpp"

#include <gtest/gtest.h>

#include "connectors/email/smtp_sessions.hpp"
#include "tests/support/scripted_server.hpp"

namespace tributary::email {
namespace {

using State = RecipientResult::State;

// What libcurl's part of the conversation looks like: the greeting, and EHLO with our host's name.
const std::string pipelining =
    "S: 220 mx ESMTP\nC: *\nS: 250-mx\nS: 250-PIPELINING\nS: 250-8BITMIME\nS: 250 SIZE 100\n";
const std::string stepwise = "S: 220 mx ESMTP\nC: *\nS: 250 mx\n";

class SmtpClientTest : public testing::Test {
 protected:
    void serve(std::vector<std::string> scripts) { server.emplace(io, std::move(scripts)); }

    SmtpSettings settings() const {
        SmtpSettings settings;
        settings.url = "smtp+insecure://127.0.0.1:" + server->port();
        return settings;
    }
    std::vector<Delivered> submit(const Submission& submission) {
        auto client = test::run(io, SmtpClient::connect(curl, settings(), ""));
        return test::run(io, client->submit(submission));
    }
    static Submission mail_to(std::vector<std::string> recipients) {
        Submission submission;
        submission.sender = "support@example.com";
        submission.recipients = std::move(recipients);
        submission.mail = "Subject: Hi\r\n\r\n.\r\nBye\r\n";
        return submission;
    }
    static std::string summary(const std::vector<Delivered>& results) {
        std::string text;
        for (const Delivered& result : results) {
            text += result.state == State::accepted   ? "accepted"
                    : result.state == State::rejected ? "rejected"
                                                      : "unavailable";
            text +=
                " (" + result.diagnostic + ")" + (result.maybe_sent ? " maybe sent" : "") + '\n';
        }
        return text;
    }

    asio::io_context io;
    net::Curl curl{io};
    std::optional<test::ScriptedServer> server;
};

TEST_F(SmtpClientTest, EveryRecipientHasAFate) {
    serve({pipelining +
           "C: MAIL FROM:<support@example.com> SIZE=23\nC: RCPT TO:<ann@example.org>\n"
           "C: RCPT TO:<bob@example.org>\nC: RCPT TO:<eve@example.org>\nC: DATA\n"
           "S: 250 2.1.0 Ok\nS: 250 2.1.5 Ok\nS: 550 5.1.1 No such user\nS: 451 4.2.1 Later\n"
           "S: 354 Go\nC: ...\nS: 250 2.0.0 Ok: queued as 77\n"});
    const auto results = submit(
        mail_to({"ann@example.org", "bob@example.org", "not an address", "eve@example.org"}));
    EXPECT_EQ(summary(results),
              "accepted (250 2.0.0 Ok: queued as 77)\nrejected (550 5.1.1 No such user)\n"
              "rejected (not an e-mail address)\nunavailable (451 4.2.1 Later)\n");
    EXPECT_EQ(results.front().remote_id, "77");
    EXPECT_EQ(server->heard(), "Subject: Hi\r\n\r\n..\r\nBye\r\n.\r\n");
}

TEST_F(SmtpClientTest, AsksStepByStepWhereItMust) {
    serve(
        {stepwise +
         "C: MAIL FROM:<support@example.com>\nS: 250 Ok\nC: RCPT TO:<ann@example.org>\nS: 250 Ok\n"
         "C: RCPT TO:<bob@example.org>\nS: 550 No\nC: DATA\nS: 354 Go\nC: ...\nS: 554 5.7.1 "
         "Spam\n"});
    EXPECT_EQ(summary(submit(mail_to({"ann@example.org", "bob@example.org"}))),
              "rejected (554 5.7.1 Spam)\nrejected (550 No)\n");
}

TEST_F(SmtpClientTest, ARefusedSenderIsARefusalForAll) {
    const std::string refused =
        "C: MAIL FROM:<support@example.com>\nS: 530 5.7.0 Log in first\nC: RSET\nS: 250 Ok\n";
    serve({stepwise + refused});
    EXPECT_EQ(summary(submit(mail_to({"a@b.example", "c@d.example"}))),
              "unavailable (530 5.7.0 Log in first)\nunavailable (530 5.7.0 Log in first)\n");
}

TEST_F(SmtpClientTest, AnEnvelopeWithoutRecipientsCarriesNoMail) {
    serve({pipelining +
           "C: *\nC: *\nC: DATA\nS: 250 Ok\nS: 550 5.1.1 No\nS: 354 Go\nC: .\nS: 554 5.5.1 Nobody\n"
           "C: RSET\nS: 250 Ok\n"});
    EXPECT_EQ(summary(submit(mail_to({"ann@example.org"}))), "rejected (550 5.1.1 No)\n");
    EXPECT_EQ(server->heard(), "");
}

TEST_F(SmtpClientTest, NeedsTheServerDoesNotMeetAreRefusedHere) {
    serve({pipelining, stepwise});
    Submission large = mail_to({"ann@example.org"});
    large.mail += std::string(100, 'x');
    EXPECT_EQ(summary(submit(large)),
              "rejected (the mail is larger than the mail server's limit of 100 bytes)\n");
    EXPECT_EQ(summary(submit(mail_to({"\xC3\xA9va@example.org"}))),
              "rejected (the mail server takes no international addresses)\n");
}

TEST_F(SmtpClientTest, ALostAnswerMayMeanSent) {
    serve({pipelining + "C: *\nC: *\nC: DATA\nS: 250 Ok\nS: 250 Ok\nS: 354 Go\nC: ...\nX:\n"});
    const auto results = submit(mail_to({"ann@example.org"}));
    ASSERT_EQ(results.size(), 1u);
    EXPECT_EQ(results.front().state, State::unavailable);
    EXPECT_TRUE(results.front().maybe_sent);
}

TEST_F(SmtpClientTest, AConnectionLostBeforeTheMailMeansUnsent) {
    serve({pipelining + "C: *\nC: *\nC: DATA\nS: 250 Ok\nX:\n"});
    EXPECT_THROW(submit(mail_to({"ann@example.org"})), Failure);
}

TEST_F(SmtpClientTest, NonsenseEndsTheSession) {
    serve({pipelining + "C: *\nC: *\nC: DATA\nS: hello\n"});
    EXPECT_THROW(submit(mail_to({"ann@example.org"})), Failure);
}

TEST_F(SmtpClientTest, ASessionIsUsedAgainAndReplacedWhenLost) {
    const std::string mail =
        "C: *\nC: *\nC: DATA\nS: 250 Ok\nS: 250 Ok\nS: 354 Go\nC: ...\nS: 250 Ok\n";
    serve({pipelining + mail + mail + "X:\n", pipelining + mail});
    SmtpSessions sessions(curl, settings(), "");
    const Submission submission = mail_to({"ann@example.org"});
    for (const int connections : {1, 1, 2}) {
        EXPECT_EQ(summary(test::run(io, sessions.submit(submission))), "accepted (250 Ok)\n");
        EXPECT_EQ(server->connections(), connections);
    }
}

TEST_F(SmtpClientTest, TheServerMayCloseAfterAMail) {
    const std::string mail = "C: *\nC: *\nC: DATA\nS: 250 Ok\nS: 250 Ok\nS: 421 4.3.2 Closing\n";
    serve({pipelining + mail, pipelining + mail});
    SmtpSessions sessions(curl, settings(), "");
    const Submission submission = mail_to({"ann@example.org"});
    for (const int connections : {1, 2}) {
        EXPECT_EQ(summary(test::run(io, sessions.submit(submission))),
                  "unavailable (421 4.3.2 Closing)\n");
        EXPECT_EQ(server->connections(), connections);
    }
}

}  // namespace
}  // namespace tributary::email
