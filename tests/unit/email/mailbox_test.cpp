// The mailbox loop against servers that misbehave by script. A well-behaved server is the real one
// of dovecot_test.cpp.
#include "connectors/email/mailbox.hpp"

#include <gtest/gtest.h>

#include "tests/support/scripted_server.hpp"
#include "tests/unit/email/fake_host.hpp"

namespace tributary::email {
namespace {

// libcurl's part, then CAPABILITY and EXAMINE of ours.
std::string opening(const std::string& capabilities, int uid_next) {
    return "S: * PREAUTH ready\nC: A001 CAPABILITY\nS: * CAPABILITY IMAP4rev1\nS: A001 OK done\n"
           "C: t1 CAPABILITY\nS: * CAPABILITY IMAP4rev1 " +
           capabilities +
           "\nS: t1 OK done\n"
           "C: t2 EXAMINE \"INBOX\"\nS: * 3 EXISTS\nS: * OK [UIDVALIDITY 7] valid\n"
           "S: * OK [UIDNEXT " +
           std::to_string(uid_next) + "] next\nS: t2 OK [READ-ONLY] done\n";
}

// Answers to one listing of sizes and one fetch of a small mail.
std::string mail_line(int uid, const std::string& subject) {
    const std::string mail = "Subject: " + subject;
    return "S: * 1 FETCH (UID " + std::to_string(uid) + " BODY[] {" +
           std::to_string(mail.size() + 2) + "}\nS: " + mail + "\nS: )\n";
}

class MailboxTest : public testing::Test {
 protected:
    void serve(std::vector<std::string> scripts) {
        // libcurl's tags begin with another letter on each of its connections.
        for (std::size_t i = 0; i < scripts.size(); ++i) {
            for (std::size_t at = 0; (at = scripts[i].find(" A00", at)) != std::string::npos; ++at)
                scripts[i][at + 1] = static_cast<char>('A' + i);
        }
        server.emplace(io, std::move(scripts));
        settings.address = "support@example.com";
        settings.imap.emplace();
        settings.imap->url = "imap+insecure://127.0.0.1:" + server->port();
        settings.imap->user = "ann";
        settings.imap->password = Secret("secret");
        settings.imap->poll_interval = std::chrono::seconds(0);
    }
    // Runs the loop until it throws, and gives the reason.
    std::string run_to_failure() {
        try {
            test::run(io, run_with_password(host, settings, stumbles));
        } catch (const Failure& failure) {
            return describe(failure.error());
        }
        return "no failure";
    }
    std::string subjects() const {
        std::string text;
        for (const InboundMessage& message : host.accepted) {
            text += message.content.subject;
            if (message.trouble) text += "(" + message.trouble->reason + ")";
            text += ' ';
        }
        return text;
    }

    asio::io_context io;
    FakeHost host{io};
    MailSettings settings;
    StumblesByFolder stumbles;
    std::optional<test::ScriptedServer> server;
};

const std::string goodbye = "S: * BYE over\n";

TEST_F(MailboxTest, TakesOnlyWhatItAskedFor) {
    serve({opening("", 6) +
           "C: t3 UID SEARCH UID 1:*\nS: * SEARCH 5 3\nS: * SEARCH 3\nS: t3 OK done\n"
           "C: t4 UID FETCH 3,5 (UID RFC822.SIZE INTERNALDATE)\n"
           "S: * 2 FETCH (UID 5 RFC822.SIZE 14)\nS: * 1 FETCH (UID 3 RFC822.SIZE 14)\n"
           "S: * 9 FETCH (UID 99 RFC822.SIZE 1)\nS: t4 OK done\n"
           "C: t5 UID FETCH 3,5 (UID INTERNALDATE BODY.PEEK[])\n" +
           mail_line(5, "five") + mail_line(99, "foreign") + mail_line(3, "three") +
           mail_line(5, "again") +
           "S: * 1 FETCH (FLAGS (\\Seen) UID 3)\nS: t5 OK done\n"
           "C: t6 NOOP\n" +
           goodbye});
    EXPECT_NE(run_to_failure().find("BYE over"), std::string::npos);
    EXPECT_EQ(subjects(), "three five ");
    EXPECT_EQ(host.accepted[0].source_ref, "INBOX;uidvalidity=7;uid=3");
    EXPECT_TRUE(host.accepted[0].is_history);
    EXPECT_EQ(host.accepted[0].dedupe_key, "sha256:" + to_hex(sha256("Subject: three\r\n")));
    EXPECT_EQ(host.accepted[0].raw, "Subject: three\r\n");
    EXPECT_EQ(host.stored_cursor, "INBOX;uidvalidity=7;uid=5");
}

TEST_F(MailboxTest, AMailTheServerCannotGiveIsSetAsideAndTheRestGoesOn) {
    host.stored_cursor = "INBOX;uidvalidity=7;uid=2";
    const std::string sizes = "(UID RFC822.SIZE INTERNALDATE)";
    const std::string whole = "(UID INTERNALDATE BODY.PEEK[])";
    serve({opening("", 6) +
           "C: t3 UID SEARCH UID 3:*\nS: * SEARCH 3 4 5\nS: t3 OK done\n"
           "C: t4 UID FETCH 3:5 " +
           sizes +
           "\nS: * 1 FETCH (UID 3 RFC822.SIZE 14)\n"
           "S: t4 NO [SERVERBUG] index trouble\n"
           "C: t5 UID FETCH 3:5 " +
           whole + "\n" + mail_line(3, "three") +
           "S: * 2 FETCH (UID 4 BODY[] NIL)\nS: t5 NO [SERVERBUG] cannot read\n"
           // 4 is still there and cannot be read; 5 is gone.
           "C: t6 UID FETCH 4 " +
           whole +
           "\nS: t6 NO [SERVERBUG] cannot read\n"
           "C: t7 UID FETCH 4 " +
           sizes +
           "\nS: * 2 FETCH (UID 4 RFC822.SIZE 20)\nS: t7 OK done\n"
           "C: t8 UID FETCH 5 " +
           whole +
           "\nS: t8 OK done\n"
           "C: t9 UID FETCH 5 " +
           sizes +
           "\nS: t9 OK done\n"
           "C: t10 NOOP\n" +
           goodbye});
    run_to_failure();
    EXPECT_EQ(subjects(), "three (unreadable_at_source) ");
    EXPECT_EQ(host.accepted[1].dedupe_key, "uid:INBOX;uidvalidity=7;uid=4");
    EXPECT_FALSE(host.accepted[0].is_history);
    EXPECT_EQ(host.stored_cursor, "INBOX;uidvalidity=7;uid=5");
}

TEST_F(MailboxTest, OfAHugeMailOnlyTheHeaderIsTaken) {
    host.stored_cursor = "INBOX;uidvalidity=7;uid=2";
    serve({opening("", 5) +
           "C: t3 UID SEARCH UID 3:*\nS: * SEARCH 3 4\nS: t3 OK done\n"
           "C: t4 UID FETCH 3:4 (UID RFC822.SIZE INTERNALDATE)\n"
           "S: * 1 FETCH (UID 3 RFC822.SIZE 25000001)\nS: * 2 FETCH (UID 4 RFC822.SIZE 10)\n"
           "S: t4 OK done\n"
           "C: t5 UID FETCH 3 (UID INTERNALDATE BODY.PEEK[HEADER]<0.262144>)\n"
           "S: * 1 FETCH (UID 3 BODY[HEADER]<0> {16}\nS: Subject: large\nS: )\nS: t5 OK done\n"
           "C: t6 UID FETCH 4 (UID INTERNALDATE BODY.PEEK[])\n" +
           mail_line(4, "small") + "S: t6 OK done\nC: t7 NOOP\n" + goodbye});
    run_to_failure();
    EXPECT_EQ(subjects(), "large(too_large) small ");
}

TEST_F(MailboxTest, ALiteralLargerThanAnnouncedIsNotKept) {
    host.stored_cursor = "INBOX;uidvalidity=7;uid=2";
    serve({opening("", 4) +
           "C: t3 UID SEARCH UID 3:*\nS: * SEARCH 3\nS: t3 OK done\n"
           "C: *\nS: * 1 FETCH (UID 3 RFC822.SIZE 10)\nS: t4 OK done\n"
           "C: *\nS: * 1 FETCH (UID 3 BODY[] {30000000}\nS: " +
           std::string(29'999'998, 'x') +
           "\nS: )\nS: t5 OK done\n"
           "C: *\nS: * 1 FETCH (UID 3 BODY[] {30000000}\nS: " +
           std::string(29'999'998, 'x') +
           "\nS: )\nS: t6 OK done\n"
           "C: t7 UID FETCH 3 (UID INTERNALDATE BODY.PEEK[HEADER]<0.262144>)\n"
           "S: * 1 FETCH (UID 3 BODY[HEADER]<0> {15}\nS: Subject: lies\nS: )\nS: t7 OK done\n"
           "C: t8 NOOP\n" +
           goodbye});
    run_to_failure();
    EXPECT_EQ(subjects().find("Subject"), std::string::npos);
    ASSERT_EQ(host.accepted.size(), 1u);
    EXPECT_EQ(host.accepted[0].trouble->reason, "too_large");
}

TEST_F(MailboxTest, WhatCannotBeUnderstoodIsHandedInWithItsBytes) {
    serve({opening("", 4) +
           "C: *\nS: * SEARCH 3\nS: t3 OK done\n"
           "C: *\nS: * 1 FETCH (UID 3 RFC822.SIZE 10)\nS: t4 OK done\n"
           "C: *\n" +
           mail_line(3, "broken") + "S: t5 OK done\nC: t6 NOOP\n" + goodbye});
    run_to_failure();
    ASSERT_EQ(host.accepted.size(), 1u);
    EXPECT_EQ(host.accepted[0].trouble->reason, "malformed");
    EXPECT_EQ(host.accepted[0].raw, "Subject: broken\r\n");
}

TEST_F(MailboxTest, NewUidsMeanReadingAllAgain) {
    host.stored_cursor = "INBOX;uidvalidity=6;uid=900";
    serve({opening("", 4) + "C: t3 UID SEARCH UID 1:*\nS: * SEARCH\nS: t3 OK done\nC: *\n" +
           goodbye});
    run_to_failure();
    EXPECT_EQ(host.stored_cursor, "INBOX;uidvalidity=7;uid=0");
}

TEST_F(MailboxTest, NewUidsUnderWayEndTheSession) {
    serve(
        {opening("", 4) + "C: *\nS: * OK [UIDVALIDITY 8] changed\nS: * SEARCH 3\nS: t3 OK done\n"});
    EXPECT_NE(run_to_failure().find("UIDVALIDITY changed"), std::string::npos);
    EXPECT_EQ(subjects(), "");
}

TEST_F(MailboxTest, AServerWithoutUidnextStillHasAHistory) {
    std::string script = opening("", 4);
    script.erase(script.find("S: * OK [UIDNEXT 4] next\n"), 25);
    serve({script + "C: t3 UID SEARCH UID 1:*\nS: * SEARCH 3\nS: t3 OK done\nC: *\n" + goodbye});
    run_to_failure();
    EXPECT_EQ(host.stored_cursor, "INBOX;uidvalidity=7;uid=0;history=4");
}

TEST_F(MailboxTest, NewsDuringACommandNeedNoIdle) {
    host.stored_cursor = "INBOX;uidvalidity=7;uid=3";
    serve({opening("IDLE", 4) +
           "C: t3 UID SEARCH UID 4:*\nS: * SEARCH 3\nS: * 4 EXISTS\nS: t3 OK done\n"
           "C: t4 UID SEARCH UID 4:*\nS: * SEARCH\nS: t4 OK done\n"
           "C: t5 IDLE\nS: + idling\nS: * 5 EXISTS\nC: DONE\nS: t5 OK done\n"
           "C: t6 UID SEARCH UID 4:*\n" +
           goodbye});
    run_to_failure();
}

TEST_F(MailboxTest, ARefusedIdleBecomesPolling) {
    host.stored_cursor = "INBOX;uidvalidity=7;uid=3";
    serve({opening("IDLE", 4) +
           "C: t3 UID SEARCH UID 4:*\nS: * SEARCH\nS: t3 OK done\nC: t4 IDLE\nS: t4 BAD no\n"
           "C: t5 UID SEARCH UID 4:*\nS: * SEARCH\nS: t5 OK done\nC: t6 NOOP\n" +
           goodbye});
    run_to_failure();
}

TEST_F(MailboxTest, ASilentIdleIsRenewedAndTheFolderSearched) {
    host.stored_cursor = "INBOX;uidvalidity=7;uid=3";
    serve({opening("IDLE", 4) +
           "C: t3 UID SEARCH UID 4:*\nS: * SEARCH\nS: t3 OK done\n"
           "C: t4 IDLE\nS: + idling\nC: DONE\nS: t4 OK done\nC: t5 UID SEARCH UID 4:*\n" +
           goodbye});
    settings.imap->idle_renewal = std::chrono::seconds(0);
    run_to_failure();
}

TEST_F(MailboxTest, AUidThatNamesAnotherMailMeansReadingAllAgain) {
    // A backup was put back, and new mails have taken the numbers of those that are lost.
    host.stored_cursor = "INBOX;uidvalidity=7;uid=3;date=1772440200";
    serve({opening("", 9) +
           "C: t3 UID FETCH 3 (UID RFC822.SIZE INTERNALDATE)\n"
           "S: * 2 FETCH (UID 3 RFC822.SIZE 10 INTERNALDATE \" 2-Mar-2026 09:30:01 +0100\")\n"
           "S: t3 OK done\nC: t4 UID SEARCH UID 1:*\nS: * SEARCH\nS: t4 OK done\nC: *\n" +
           goodbye});
    run_to_failure();
    EXPECT_EQ(host.stored_cursor, "INBOX;uidvalidity=7;uid=0");
}

TEST_F(MailboxTest, TheSameMailUnderTheCursorMeansGoingOn) {
    host.stored_cursor = "INBOX;uidvalidity=7;uid=3;date=1772440200";
    serve({opening("", 9) +
           "C: t3 UID FETCH 3 (UID RFC822.SIZE INTERNALDATE)\n"
           "S: * 2 FETCH (UID 3 RFC822.SIZE 10 INTERNALDATE \" 2-Mar-2026 09:30:00 +0100\")\n"
           "S: t3 OK done\nC: t4 UID SEARCH UID 4:*\n" +
           goodbye});
    run_to_failure();
}

// One session that ends where the mail of UID 3 is asked for.
std::string stumbling(const std::string& asked_for, bool has_other) {
    std::string script =
        opening("", 5) + "C: t3 UID SEARCH UID 3:*\nS: * SEARCH 3" + (has_other ? " 4" : "") +
        "\nS: t3 OK done\nC: *\nS: * 1 FETCH (UID 3 RFC822.SIZE 9)\n" +
        (has_other ? "S: * 2 FETCH (UID 4 RFC822.SIZE 10)\n" : "") + "S: t4 OK done\n";
    return script + asked_for;
}

TEST_F(MailboxTest, AMailThatBreaksTheConnectionEachTimeIsSetAside) {
    host.stored_cursor = "INBOX;uidvalidity=7;uid=2";
    const std::string whole = " (UID INTERNALDATE BODY.PEEK[])\n";
    const std::string header = " (UID INTERNALDATE BODY.PEEK[HEADER]<0.262144>)\n";
    serve({stumbling("C: t5 UID FETCH 3:4" + whole + "X:\n", true),
           stumbling("C: t5 UID FETCH 3:4" + whole + "S: * 1 FETCH (UID 3 BODY[] {999999}\nX:\n",
                     true),
           stumbling("C: t5 UID FETCH 3" + whole + "S: * 1 FETCH (UID 3 BODY[ oops\n", true),
           stumbling("C: t5 UID FETCH 4" + whole + mail_line(4, "four") +
                         "S: t5 OK done\nC: t6 UID FETCH 3" + header +
                         "S: * 1 FETCH (UID 3 BODY[HEADER]<0> {16}\nS: Subject: three\nS: )\n"
                         "S: t6 OK done\nC: t7 UID FETCH 4" +
                         whole + mail_line(4, "four") + "S: t7 OK done\nC: t8 NOOP\n" + goodbye,
                     true)});
    for (int i = 0; i < 4; ++i)
        run_to_failure();
    EXPECT_EQ(subjects(), "three(unreadable_at_source) four ");
    EXPECT_EQ(host.stored_cursor, "INBOX;uidvalidity=7;uid=4");
}

TEST_F(MailboxTest, TheLastMailOfAllIsTriedForEver) {
    host.stored_cursor = "INBOX;uidvalidity=7;uid=2";
    std::vector<std::string> sessions(12, stumbling("C: *\nX:\n", false));
    serve(sessions);
    for (int i = 0; i < 12; ++i)
        run_to_failure();
    EXPECT_EQ(subjects(), "");
    EXPECT_EQ(host.stored_cursor, "INBOX;uidvalidity=7;uid=2");
}

TEST_F(MailboxTest, TwoFetchesAreOnTheWireAtOnce) {
    host.stored_cursor = "INBOX;uidvalidity=7;uid=2";
    serve({opening("", 6) +
           "C: t3 UID SEARCH UID 3:*\nS: * SEARCH 3 4\nS: t3 OK done\n"
           "C: *\nS: * 1 FETCH (UID 3 RFC822.SIZE 5000000)\n"
           "S: * 2 FETCH (UID 4 RFC822.SIZE 5000000)\nS: t4 OK done\n"
           "C: t5 UID FETCH 3 (UID INTERNALDATE BODY.PEEK[])\n"
           "C: t6 UID FETCH 4 (UID INTERNALDATE BODY.PEEK[])\n" +
           // Answered the other way round: each goes to whoever asked.
           mail_line(4, "four") + "S: t6 OK done\n" + mail_line(3, "three") +
           "S: t5 OK done\nC: t7 NOOP\n" + goodbye});
    run_to_failure();
    EXPECT_EQ(subjects(), "three four ");
    EXPECT_EQ(host.stored_cursor, "INBOX;uidvalidity=7;uid=4");
}

TEST_F(MailboxTest, AFloodOfWhatNobodyAskedForIsLetPass) {
    host.stored_cursor = "INBOX;uidvalidity=7;uid=2";
    std::string flood;
    for (int i = 0; i < 3000; ++i)
        flood += "S: * 9 FETCH (FLAGS (\\Seen))\nS: * 7 EXISTS\nS: * OK [ALERT] look here\n";
    serve({opening("", 4) + "C: t3 UID SEARCH UID 3:*\n" + flood +
           "S: * SEARCH 3\nS: t3 OK done\nC: *\n" + flood +
           "S: * 1 FETCH (UID 3 RFC822.SIZE 10)\nS: t4 OK done\nC: *\n" + flood +
           mail_line(3, "three") + "S: t5 OK done\nC: *\n" + goodbye});
    run_to_failure();
    EXPECT_EQ(subjects(), "three ");
}

TEST_F(MailboxTest, ASilentServerIsLeft) {
    settings.imap.emplace();
    serve({opening("", 4) + "C: t3 UID SEARCH UID 1:*\nS: * SEARCH 3\n"});
    settings.imap->patience = std::chrono::milliseconds(50);
    EXPECT_NE(run_to_failure().find("timed out"), std::string::npos);
}

TEST_F(MailboxTest, AnAnswerThatNeverEndsIsLeft) {
    std::string drops;
    for (int i = 0; i < 100'000; ++i)
        drops += "S: * 1 EXPUNGE\n";
    serve({opening("", 4) + "C: *\n" + drops});
    settings.imap->answer_patience = std::chrono::milliseconds(20);
    EXPECT_NE(run_to_failure().find("timed out"), std::string::npos);
}

TEST_F(MailboxTest, WithoutMoveAndUidplusMailIsCopiedAndMarked) {
    host.stored_cursor = "INBOX;uidvalidity=7;uid=3";
    std::string script = opening("", 4);
    script.replace(script.find("EXAMINE"), 7, "SELECT");
    serve({script +
           "C: t3 UID SEARCH UID 4:*\nS: * SEARCH 3\nS: t3 OK done\n"
           "C: t4 UID SEARCH UID 1:3 UNDELETED\nS: * SEARCH 2 3\nS: t4 OK done\n"
           "C: t5 UID COPY 2:3 \"Done\"\nS: t5 NO [TRYCREATE] make it first\n"
           "C: t6 CREATE \"Done\"\nS: t6 OK done\n"
           "C: t7 UID COPY 2:3 \"Done\"\nS: t7 OK done\n"
           "C: t8 UID STORE 2:3 +FLAGS.SILENT (\\Deleted)\nS: t8 OK done\n"
           "C: t9 NOOP\n" +
           goodbye});
    settings.imap->move_to = "Done";
    run_to_failure();
}

TEST_F(MailboxTest, WithUidplusOnlyItsOwnMailIsExpunged) {
    host.stored_cursor = "INBOX;uidvalidity=7;uid=3";
    std::string script = opening("UIDPLUS", 4);
    script.replace(script.find("EXAMINE"), 7, "SELECT");
    serve({script +
           "C: t3 UID SEARCH UID 4:*\nS: * SEARCH 3\nS: t3 OK done\n"
           "C: t4 UID SEARCH UID 1:3 UNDELETED\nS: * SEARCH 3\nS: t4 OK done\n"
           "C: t5 UID COPY 3 \"Done\"\nS: t5 OK done\n"
           "C: t6 UID STORE 3 +FLAGS.SILENT (\\Deleted)\nS: t6 OK done\n"
           "C: t7 UID EXPUNGE 3\nS: t7 OK done\nC: t8 NOOP\n" +
           goodbye});
    settings.imap->move_to = "Done";
    run_to_failure();
}

TEST_F(MailboxTest, ARefusedMoveStopsNothing) {
    host.stored_cursor = "INBOX;uidvalidity=7;uid=3";
    std::string script = opening("MOVE", 4);
    script.replace(script.find("EXAMINE"), 7, "SELECT");
    const std::string look =
        " UNDELETED\nS: * SEARCH 3\nS: t# OK done\nC: t* UID MOVE 3 \"Done\"\n"
        "S: t* NO [OVERQUOTA] full\n";
    auto round = [&](int first) {
        std::string text = look;
        for (char which : {'#', '*', '*'}) {
            const auto number = std::to_string(which == '#' ? first : first + 1);
            text.replace(text.find(std::string("t") + which), 2, "t" + number);
        }
        return text;
    };
    serve({script + "C: t3 UID SEARCH UID 4:*\nS: * SEARCH 3\nS: t3 OK done\n" +
           "C: t4 UID SEARCH UID 1:3" + round(4) + "C: t6 NOOP\nS: t6 OK done\n" +
           "C: t7 UID SEARCH UID 4:*\nS: * SEARCH 4\nS: t7 OK done\n"
           "C: *\nS: * 1 FETCH (UID 4 RFC822.SIZE 10)\nS: t8 OK done\nC: *\n" +
           mail_line(4, "four") + "S: t9 OK done\nC: t10 UID SEARCH UID 1:4" + round(10) +
           "C: t12 NOOP\n" + goodbye});
    settings.imap->move_to = "Done";
    run_to_failure();
    EXPECT_EQ(subjects(), "four ");
}

// --- what is a wrong password, and what is not
// ---------------------------------------------------

struct Refusal {
    const char* said;
    Outcome outcome;
};

class LoginTest : public MailboxTest, public testing::WithParamInterface<Refusal> {};

TEST_P(LoginTest, ATemporaryRefusalIsNoWrongPassword) {
    serve({std::string("S: * OK ready\nC: A001 CAPABILITY\nS: * CAPABILITY IMAP4rev1\n"
                       "S: A001 OK done\nC: A002 LOGIN ann secret\nS: A002 NO ") +
           GetParam().said + "\n"});
    try {
        test::run(io, run_with_password(host, settings, stumbles));
        FAIL() << "it went on";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.error().outcome, GetParam().outcome) << GetParam().said;
        const bool has_advice = failure.error().message.find("imap.password") != std::string::npos;
        EXPECT_EQ(has_advice, GetParam().outcome == Outcome::denied);
        EXPECT_EQ(describe(failure.error()).find("secret"), std::string::npos);
    }
}
INSTANTIATE_TEST_SUITE_P(
    Mailbox, LoginTest,
    testing::Values(Refusal{"[AUTHENTICATIONFAILED] Invalid credentials", Outcome::denied},
                    Refusal{"LOGIN failed.", Outcome::denied},
                    Refusal{"[UNAVAILABLE] the directory is away", Outcome::unavailable},
                    Refusal{"[LIMIT] slow down", Outcome::unavailable},
                    Refusal{"[INUSE] another session", Outcome::unavailable},
                    Refusal{"[OVERQUOTA] Account exceeded limits", Outcome::unavailable},
                    Refusal{"[ALERT] Too many simultaneous connections.", Outcome::unavailable},
                    Refusal{"User is authenticated but not connected.", Outcome::unavailable}));

class GoodbyeTest : public MailboxTest, public testing::WithParamInterface<int> {};

// BYE in place of the answer to each command in turn.
TEST_P(GoodbyeTest, IsTemporaryWhereverItComes) {
    host.stored_cursor = "INBOX;uidvalidity=7;uid=2";
    const std::string full = opening("IDLE", 4) +
                             "C: t3 UID SEARCH UID 3:*\nS: * SEARCH 3\nS: t3 OK done\n"
                             "C: *\nS: * 1 FETCH (UID 3 RFC822.SIZE 10)\nS: t4 OK done\nC: *\n" +
                             mail_line(3, "three") +
                             "S: t5 OK done\nC: t6 IDLE\nS: + idling\nS: * 4 EXISTS\n"
                             "C: DONE\nS: t6 OK done\nC: *\nS: * BYE [UNAVAILABLE] end\n";
    std::size_t at = 0;
    for (int i = 0; i < GetParam(); ++i)
        at = full.find("\nC: ", at + 1);
    ASSERT_NE(at, std::string::npos);
    const std::size_t end = full.find('\n', at + 1);
    serve({full.substr(0, end + 1) + "S: * BYE [UNAVAILABLE] end\nX:\n"});
    try {
        test::run(io, run_with_password(host, settings, stumbles));
        FAIL() << "it went on";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.error().outcome, Outcome::unavailable) << failure.what();
    }
    EXPECT_EQ(subjects(), GetParam() > 6 ? "three " : "");
}
INSTANTIATE_TEST_SUITE_P(Mailbox, GoodbyeTest, testing::Range(1, 10));

class MailboxNonsenseTest : public MailboxTest, public testing::WithParamInterface<const char*> {};

TEST_P(MailboxNonsenseTest, EndsTheSession) {
    serve({opening("", 4) + "C: *\n" + GetParam()});
    EXPECT_NE(run_to_failure(), "no failure");
    EXPECT_EQ(subjects(), "");
}
INSTANTIATE_TEST_SUITE_P(Mailbox, MailboxNonsenseTest,
                         testing::Values("S: * SEARCH (\n", "S: t9 OK other\n", "S: t3 BAD what\n",
                                         "S: * 1 FETCH (BODY[] {2000000000}\n", "X:\n"));

TEST_F(MailboxTest, AFolderThatIsNotThereIsSaid) {
    std::string script = opening("", 4);
    script =
        script.substr(0, script.find("S: * 3 EXISTS")) + "S: t2 NO [NONEXISTENT] no such folder\n";
    serve({script});
    EXPECT_NE(run_to_failure().find("no such folder"), std::string::npos);
}

TEST_F(MailboxTest, WhatTheStoreDidNotTakeIsNotPassedOver) {
    serve({opening("", 4)});
    host.is_away = true;
    EXPECT_NE(run_to_failure().find("store is away"), std::string::npos);
    EXPECT_EQ(host.stored_cursor, std::nullopt);
}

}  // namespace
}  // namespace tributary::email
