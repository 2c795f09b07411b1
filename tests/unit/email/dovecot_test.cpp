// The mailbox loop against a real IMAP server.
#include <gtest/gtest.h>

#include "connectors/email/imap_client.hpp"
#include "connectors/email/mailbox.hpp"
#include "tests/unit/email/fake_host.hpp"
#include "tests/unit/email/private_dovecot.hpp"

namespace tributary::email {
namespace {

class DovecotTest : public testing::Test {
 protected:
    void SetUp() override {
        if (!PrivateDovecot::is_installed()) GTEST_SKIP() << "dovecot-imapd is not installed";
        dovecot.emplace();
        settings.address = "support@example.com";
        settings.imap.emplace();
        settings.imap->url = "imap+insecure://localhost:" + dovecot->port();
        settings.imap->user = "ann";
        settings.imap->password = Secret("secret");
    }
    void deliver(const std::string& subject) {
        dovecot->deliver("From: bob@example.org\nSubject: " + subject + "\n\nHello.\n");
    }
    TaskHandle start() {
        return spawn(io.get_executor(), "test.mailbox",
                     run_with_password(host, settings, stumbles));
    }
    void wait_for_mails(std::size_t count) {
        auto condition = [&] { return host.accepted.size() + host.duplicates >= count; };
        test::run(io, host.until(condition));
    }
    void stop(TaskHandle task) {
        task.cancel();
        test::run(io, task.join());
    }
    // The outcome of one connection with these settings; nullopt when it works.
    std::optional<Error> try_to_connect() {
        try {
            test::run(io, ImapClient::connect(host.curl(), *settings.imap, settings.ca_file));
        } catch (const Failure& failure) {
            return failure.error();
        }
        return std::nullopt;
    }

    asio::io_context io;
    FakeHost host{io};
    MailSettings settings;
    StumblesByFolder stumbles;
    std::optional<PrivateDovecot> dovecot;
};

TEST_F(DovecotTest, HistoryThenNewsThenResumption) {
    for (int i = 0; i < 250; ++i)
        deliver("old " + std::to_string(i));
    TaskHandle mailbox = start();
    wait_for_mails(250);
    EXPECT_TRUE(std::all_of(host.accepted.begin(), host.accepted.end(),
                            [](const InboundMessage& message) { return message.is_history; }));
    EXPECT_EQ(host.accepted.front().raw,
              "From: bob@example.org\r\nSubject: old 0\r\n\r\nHello.\r\n");
    EXPECT_LE(host.largest_batch, 100u);
    EXPECT_GT(host.largest_batch, 1u);

    deliver("while idle");
    wait_for_mails(251);
    EXPECT_EQ(host.accepted.back().content.subject, "while idle");
    EXPECT_FALSE(host.accepted.back().is_history);
    EXPECT_EQ(host.health, Health::State::up);

    // The server goes: the loop ends with a failure, and the next one goes on from the cursor.
    dovecot->stop();
    test::run(io, mailbox.join());
    deliver("while away");
    dovecot->start();
    mailbox = start();
    wait_for_mails(252);
    EXPECT_EQ(host.accepted.back().content.subject, "while away");
    EXPECT_EQ(host.duplicates, 0u);
    EXPECT_EQ(host.backlog, 0);
    EXPECT_FALSE(dovecot->has_seen_mail());
    stop(mailbox);
}

TEST_F(DovecotTest, RenumberedMailIsRecognised) {
    for (const char* subject : {"one", "two", "three"})
        deliver(subject);
    TaskHandle mailbox = start();
    wait_for_mails(3);
    stop(mailbox);
    dovecot->renumber(4711);
    deliver("four");
    mailbox = start();
    wait_for_mails(7);
    EXPECT_EQ(host.accepted.size(), 4u);
    EXPECT_EQ(host.duplicates, 3u);
    EXPECT_EQ(host.accepted.back().content.subject, "four");
    EXPECT_FALSE(host.accepted.back().is_history);
    EXPECT_TRUE(host.stored_cursor->starts_with("INBOX;uidvalidity=4711;")) << *host.stored_cursor;
    stop(mailbox);
}

TEST_F(DovecotTest, WhatWaitedThroughALongOutageComesInOrder) {
    constexpr int waiting = 5'000;  // several listings, many batches
    for (int i = 0; i < waiting; ++i)
        deliver(std::to_string(i));
    host.stored_cursor = "INBOX;uidvalidity=1;uid=0";
    TaskHandle mailbox = start();
    wait_for_mails(waiting);
    stop(mailbox);
    for (int i = 0; i < waiting; ++i)
        EXPECT_EQ(host.accepted[static_cast<std::size_t>(i)].content.subject, std::to_string(i));
    EXPECT_FALSE(host.accepted.back().is_history);
    EXPECT_EQ(host.duplicates, 0u);
}

TEST_F(DovecotTest, SeveralFoldersAreReadAtOnce) {
    dovecot->add_folder("Support");
    settings.imap->folders = {"INBOX", "Support"};
    deliver("old");
    TaskHandle mailbox = start();
    wait_for_mails(1);
    auto are_both_known = [&] { return host.stored_cursor->find("Support;") != std::string::npos; };
    test::run(io, host.until(are_both_known));
    dovecot->deliver("Subject: to support\n\nx\n", "Support");
    wait_for_mails(2);
    EXPECT_EQ(host.accepted.back().content.subject, "to support");
    EXPECT_TRUE(host.accepted.back().source_ref.starts_with("Support;"));
    EXPECT_FALSE(host.accepted.back().is_history);
    deliver("to inbox");
    wait_for_mails(3);
    stop(mailbox);
    const MailboxCursors cursors = parse_cursors(*host.stored_cursor);
    EXPECT_EQ(cursors.at("INBOX").last_uid, 2u);
    EXPECT_EQ(cursors.at("Support").last_uid, 1u);
}

TEST_F(DovecotTest, AFolderThatIsGoneKeepsOnlyItselfWaiting) {
    settings.imap->folders = {"INBOX", "Gone"};
    TaskHandle mailbox = start();
    auto is_degraded = [&] { return host.health == Health::State::degraded; };
    test::run(io, host.until(is_degraded));
    EXPECT_NE(host.reason.find("Gone"), std::string::npos);
    deliver("one");
    wait_for_mails(1);
    stop(mailbox);
}

TEST_F(DovecotTest, TakenMailIsMovedAfterwards) {
    settings.imap->move_to = "Imported";
    for (int i = 0; i < 3; ++i)
        deliver("old " + std::to_string(i));
    TaskHandle mailbox = start();
    wait_for_mails(3);
    deliver("new");
    wait_for_mails(4);
    auto is_moved = [&] { return dovecot->count_mails("Imported") == 4; };
    // Nothing tells when the server has moved it: the loop has, once it looks for mail again.
    deliver("last");
    wait_for_mails(5);
    EXPECT_TRUE(is_moved());
    EXPECT_EQ(host.duplicates, 0u);
    stop(mailbox);
}

TEST_F(DovecotTest, MailThatVanishesWhileItIsFetchedIsNoTrouble) {
    for (int i = 0; i < 300; ++i)
        deliver("mail " + std::to_string(i));
    TaskHandle mailbox = start();
    wait_for_mails(1);  // the rest is on the wire or still to be asked for
    dovecot->expunge("250:300");
    deliver("later");
    auto is_later_in = [&] {
        return !host.accepted.empty() && host.accepted.back().content.subject == "later";
    };
    test::run(io, host.until(is_later_in));
    EXPECT_GE(host.accepted.size(), 250u);
    for (const InboundMessage& message : host.accepted)
        EXPECT_FALSE(message.trouble) << describe(*message.trouble);
    stop(mailbox);
}

TEST_F(DovecotTest, ARefusedLoginSaysSo) {
    settings.imap->password = Secret("wrong");
    const auto error = try_to_connect();
    ASSERT_TRUE(error);
    EXPECT_EQ(error->outcome, Outcome::denied);
    EXPECT_EQ(error->reason, "login_refused");
    EXPECT_NE(error->detail.find("AUTHENTICATIONFAILED"), std::string::npos) << error->detail;
}

TEST_F(DovecotTest, EncryptedConnectionsNeedATrustedCertificate) {
    const std::string urls[] = {"imaps://localhost:" + dovecot->tls_port(),
                                "imap://localhost:" + dovecot->port()};
    for (const std::string& url : urls) {
        settings.imap->url = url;
        settings.ca_file = dovecot->ca_file();
        const auto error = try_to_connect();
        EXPECT_FALSE(error) << url << ": " << describe(*error);
        settings.ca_file.clear();
        const auto refused = try_to_connect();
        ASSERT_TRUE(refused) << url;
        EXPECT_EQ(refused->outcome, Outcome::rejected) << url << ": " << describe(*refused);
        EXPECT_EQ(refused->reason, "certificate_refused");
    }
}

TEST_F(DovecotTest, AMailboxOverTls) {
    settings.imap->url = "imaps://localhost:" + dovecot->tls_port();
    settings.ca_file = dovecot->ca_file();
    const std::string large = "Subject: large\r\n\r\n" + std::string(3'000'000, 'x') + "\r\n";
    for (int i = 0; i < 5; ++i)
        dovecot->deliver(large + std::to_string(i) + "\r\n");
    TaskHandle mailbox = start();
    wait_for_mails(5);
    EXPECT_EQ(host.accepted[4].raw, large + "4\r\n");
    EXPECT_LE(host.largest_batch, 2u);  // 8 MB hold two of them
    deliver("news");
    wait_for_mails(6);
    EXPECT_EQ(host.accepted.back().content.subject, "news");
    stop(mailbox);
}

TEST_F(DovecotTest, AServerThatIsAwayIsUnavailable) {
    dovecot->stop();
    const auto error = try_to_connect();
    ASSERT_TRUE(error);
    EXPECT_EQ(error->outcome, Outcome::unavailable);
    EXPECT_EQ(error->reason, "unreachable");
}

}  // namespace
}  // namespace tributary::email
