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
        auto client = test::run(io, SmtpClient::connect(curl, settings(), "", Secret(), patience));
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
    SmtpPatience patience;
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
        "C: MAIL FROM:<support@example.com>\nS: 550 5.7.1 Not you\nC: RSET\nS: 250 Ok\n";
    serve({stepwise + refused});
    EXPECT_EQ(summary(submit(mail_to({"a@b.example", "c@d.example"}))),
              "rejected (550 5.7.1 Not you)\nrejected (550 5.7.1 Not you)\n");
}

TEST_F(SmtpClientTest, ALoginThatEndedIsMadeAnew) {
    const std::string mail =
        "C: *\nC: *\nC: DATA\nS: 250 Ok\nS: 250 Ok\nS: 354 Go\nC: ...\nS: 250 Ok\n";
    const std::string ended = "C: *\nC: *\nC: *\nS: 530 5.7.57 Expired\nS: 503 a\nS: 503 b\n";
    serve({pipelining + mail + ended, pipelining + mail, pipelining + ended});
    SmtpSessions sessions(curl, settings(), "");
    const Submission submission = mail_to({"ann@example.org"});
    EXPECT_EQ(summary(test::run(io, sessions.submit(submission))), "accepted (250 Ok)\n");
    EXPECT_EQ(summary(test::run(io, sessions.submit(submission))), "accepted (250 Ok)\n");
    EXPECT_EQ(server->connections(), 2);
    // The first word of a new session: another would hear the same.
    SmtpSessions others(curl, settings(), "");
    EXPECT_EQ(summary(test::run(io, others.submit(submission))),
              "unavailable (530 5.7.57 Expired)\n");
    EXPECT_EQ(server->connections(), 3);
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

TEST_F(SmtpClientTest, OnlyWhoNeedsItGetsInternationalMail) {
    const std::string international = "S: 220 mx ESMTP\nC: *\nS: 250-mx\nS: 250 SMTPUTF8\n";
    const std::string ann =
        "C: MAIL FROM:<support@example.com>\nS: 250 Ok\nC: RCPT TO:<ann@example.org>\n"
        "S: 250 Ok\nC: DATA\nS: 354 Go\nC: ...\nS: 250 Ok 1\n";
    const std::string eva =
        "C: MAIL FROM:<support@example.com> SMTPUTF8\nS: 250 Ok\n"
        "C: RCPT TO:<\xC3\xA9va@example.org>\nS: 250 Ok\nC: DATA\nS: 354 Go\nC: ...\n";
    Submission submission = mail_to({"\xC3\xA9va@example.org", "ann@example.org"});
    submission.international_mail = "To: \xC3\xA9va@example.org\r\n\r\nBye\r\n";
    serve({stepwise + ann, international + ann + eva + "S: 250 Ok 2\n",
           international + ann + "X:\n", international + ann + eva + "X:\n"});
    EXPECT_EQ(summary(submit(submission)),
              "rejected (the mail server takes no international addresses)\naccepted (250 Ok 1)\n");
    EXPECT_EQ(summary(submit(submission)), "accepted (250 Ok 2)\naccepted (250 Ok 1)\n");
    // What happens to the second mail does not touch the first one's fate.
    auto results = submit(submission);
    EXPECT_EQ(results[0].state, State::unavailable);
    EXPECT_FALSE(results[0].maybe_sent);
    EXPECT_EQ(results[1].state, State::accepted);
    results = submit(submission);
    EXPECT_TRUE(results[0].maybe_sent);
    EXPECT_EQ(results[1].state, State::accepted);
}

// Every fault at every verb, asked step by step and at once.
struct Fault {
    const char* name;
    const char* script;  // what the server does instead of its good answer
    const char* fate;    // of the first recipient: u(navailable), r(ejected), m(aybe sent)
};

TEST_F(SmtpClientTest, EveryFaultAtEveryVerbHasItsFate) {
    patience.command = patience.data = patience.handed_over = std::chrono::milliseconds(150);
    const Fault faults[] = {
        {"4xx", "S: 451 4.3.0 Later\n", "u"},
        {"5xx", "S: 550 5.7.1 Never\n", "r"},
        {"421", "S: 421 4.3.2 Bye\nX:\n", "u"},
        {"close", "X:\n", "u"},
        {"hang", "", "u"},
        {"nonsense", "S: what?\n", "u"},
        {"3xx", "S: 300 Strange\n", "u"},
    };
    const char* verbs[] = {"MAIL", "RCPT", "DATA", "dot"};
    for (const bool is_pipelining : {false, true}) {
        for (std::size_t verb = 0; verb < 4; ++verb) {
            for (const Fault& fault : faults) {
                SCOPED_TRACE(std::string(verbs[verb]) + ' ' + fault.name +
                             (is_pipelining ? " pipelined" : ""));
                const char* good[] = {"S: 250 Ok\n", "S: 250 Ok\n", "S: 354 Go\n", "S: 250 Ok\n"};
                std::string script = is_pipelining ? pipelining + "C: *\nC: *\nC: *\n" : stepwise;
                for (std::size_t step = 0; step <= verb; ++step) {
                    if (!is_pipelining && step < 3) script += "C: *\n";
                    if (step == 3) script += "C: ...\n";
                    script += step == verb ? fault.script : good[step];
                }
                // The commands behind a refused one were on their way already.
                const bool is_answer = std::string_view(fault.name).ends_with("xx");
                for (std::size_t step = verb + 1; is_pipelining && is_answer && step < 3; ++step)
                    script += "S: 503 5.5.1 Not now\n";
                serve({script});
                std::string fate = "u";
                try {
                    const auto results = submit(mail_to({"ann@example.org"}));
                    ASSERT_EQ(results.size(), 1u);
                    EXPECT_FALSE(results.front().diagnostic.empty());
                    EXPECT_NE(results.front().state, State::accepted);
                    if (results.front().state == State::rejected) fate = "r";
                    if (results.front().maybe_sent) fate = "m";
                } catch (const Failure& failure) {
                    EXPECT_EQ(failure.error().outcome, Outcome::unavailable);
                }
                // After the dot an answer that did not come, or makes no sense, leaves it open.
                const std::string name = fault.name;
                const bool is_open_end =
                    verb == 3 && (name == "close" || name == "hang" || name == "nonsense");
                EXPECT_EQ(fate, is_open_end ? "m" : fault.fate);
                server.reset();
            }
        }
    }
}

TEST_F(SmtpClientTest, WhatWasSaidStaysTrueWhenTheSessionEnds) {
    serve({stepwise + "C: *\nS: 250 Ok\nC: *\nS: 550 5.1.1 No\nC: RSET\nX:\n"});
    EXPECT_EQ(summary(submit(mail_to({"ann@example.org"}))), "rejected (550 5.1.1 No)\n");
}

TEST_F(SmtpClientTest, NothingIsSentWithoutTheEncryptionAskedFor) {
    const std::string none = "S: 220 mx ESMTP\nC: *\nS: 250 mx\n";
    const std::string refused =
        "S: 220 mx ESMTP\nC: *\nS: 250-mx\nS: 250 STARTTLS\nC: *\nS: 454 No\n";
    serve({none, refused});
    SmtpSettings encrypted = settings();
    encrypted.url = "smtp://127.0.0.1:" + server->port();
    encrypted.user = "support";
    encrypted.password = Secret("secret");
    for (int attempt = 0; attempt < 2; ++attempt)
        EXPECT_THROW(test::run(io, SmtpClient::connect(curl, encrypted, "", Secret(), patience)),
                     Failure);
    EXPECT_EQ(server->connections(), 2);
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

TEST_F(SmtpClientTest, ASessionThatIsTurnedAwayIsReplacedAtOnce) {
    const std::string mail =
        "C: *\nC: *\nC: DATA\nS: 250 Ok\nS: 250 Ok\nS: 354 Go\nC: ...\nS: 250 Ok\n";
    serve({pipelining + mail + "C: *\nC: *\nC: *\nS: 421 4.4.2 Idle\nS: 503 a\nS: 503 b\nX:\n",
           pipelining + mail});
    SmtpSessions sessions(curl, settings(), "");
    const Submission submission = mail_to({"ann@example.org"});
    for (const int connections : {1, 2}) {
        EXPECT_EQ(summary(test::run(io, sessions.submit(submission))), "accepted (250 Ok)\n");
        EXPECT_EQ(server->connections(), connections);
    }
}

TEST_F(SmtpClientTest, ASessionCarriesFiftyMailsAndSaysGoodbye) {
    std::string script = pipelining;
    for (int i = 0; i < 50; ++i)
        script += "C: *\nC: *\nC: DATA\nS: 250 Ok\nS: 250 Ok\nS: 354 Go\nC: ...\nS: 250 Ok\n";
    const std::string one =
        "C: *\nC: *\nC: DATA\nS: 250 Ok\nS: 250 Ok\nS: 354 Go\nC: ...\nS: 250 Ok\n";
    serve({script + "C: QUIT\n", pipelining + one});
    SmtpSessions sessions(curl, settings(), "");
    const Submission submission = mail_to({"ann@example.org"});
    for (int i = 0; i < 51; ++i)
        ASSERT_EQ(summary(test::run(io, sessions.submit(submission))), "accepted (250 Ok)\n");
    EXPECT_EQ(server->connections(), 2);
}

}  // namespace
}  // namespace tributary::email
