// The e-mail connector as the house sees it: its settings, its check and its sending.
#include <gtest/gtest.h>

#include <cstdlib>

#include "connectors/email/settings.hpp"
#include "tests/support/scripted_server.hpp"
#include "tests/unit/email/fake_host.hpp"
#include "tests/unit/email/private_dovecot.hpp"
#include "tests/unit/support/folder_checks.hpp"

namespace tributary::email {

const ConnectorType& connector_type();

namespace {

Settings read_settings(const std::string& toml) {
    auto document = parse_toml(toml, "test.toml");
    auto settings = Settings::read(mail_schema(), document.value(), InlineSecrets::allowed);
    return std::move(settings.value());
}

std::string imap_lines(const std::string& url) {
    return "imap.url = \"" + url + "\"\nimap.user = \"ann\"\nimap.password = \"secret\"\n";
}
const std::string address = "address = \"Support@Example.COM\"\n";

TEST(MailSettingsTest, TheLoginForSendingIsTheOneForReading) {
    struct Row {
        std::string toml;
        std::string user;
        std::string password;
    };
    const std::string imap = imap_lines("imaps://imap.example.com");
    const Row rows[] = {
        {imap + "smtp.url = \"smtps://h\"", "ann", "secret"},
        {imap + "smtp.url = \"smtp://h\"", "ann", "secret"},
        {imap + "smtp.url = \"smtp://h\"\nsmtp.user = \"bob\"\nsmtp.password = \"x\"", "bob", "x"},
        {imap + "smtp.url = \"smtp://h\"\nsmtp.password = \"x\"", "ann", "x"},
        {imap + "smtp.url = \"smtp://h\"\nsmtp.user = \"\"", "", ""},
        {imap + "smtp.url = \"smtp+insecure://localhost\"", "", ""},
        {"smtp.url = \"smtp://h\"", "", ""},
    };
    for (const Row& row : rows) {
        const auto mail = read_mail_settings(read_settings(address + row.toml));
        ASSERT_TRUE(mail.has_value()) << row.toml << describe(mail.error());
        EXPECT_EQ(mail->address, "support@example.com");
        EXPECT_EQ(mail->smtp->user, row.user) << row.toml;
        EXPECT_EQ(mail->smtp->password.reveal(), row.password) << row.toml;
    }
}

TEST(MailSettingsTest, FaultsAreNamed) {
    struct Row {
        std::string toml;
        std::string setting;
    };
    const std::string imap = imap_lines("imaps://imap.example.com");
    const std::string pair = "lmtp.tls_certificate = \"c\"\nlmtp.tls_key = \"k\"";
    const Row rows[] = {
        {imap, "address"},
        {"address = \"nobody\"\n" + imap, "address"},
        {address + "aliases = [\"nobody\"]\n" + imap, "aliases"},
        {address, "imap.url"},
        {address + imap_lines("imap.example.com"), "imap.url"},
        {address + imap_lines("smtps://imap.example.com"), "imap.url"},
        {address + imap_lines("imaps://user@imap.example.com"), "imap.url"},
        {address + imap_lines("imaps://imap.example.com/INBOX"), "imap.url"},
        {address + imap_lines("imap+insecure://imap.example.com"), "imap.url"},
        {address + imap_lines("imap+insecure://localhost.example.com"), "imap.url"},
        {address + "imap.url = \"imaps://h\"\nimap.password = \"x\"", "imap.user"},
        {address + "imap.url = \"imaps://h\"\nimap.user = \"x\"", "imap.password"},
        {address + "smtp.url = \"smtps://h\"\nimap.user = \"x\"", "imap.user"},
        {address + imap + "smtp.user = \"x\"", "smtp.user"},
        {address + imap + "smtp.url = \"imaps://h\"", "smtp.url"},
        {address + "smtp.url = \"smtps://h\"\nsmtp.user = \"x\"", "smtp.password"},
        {address + "lmtp.listen = \"mail.example.com:24\"", "lmtp.listen"},
        {address + "lmtp.listen = \"192.0.2.1:24\"", "lmtp.listen"},
        {address + "lmtp.listen = \"0.0.0.0:24\"\nlmtp.clients = [\"192.0.2.7\"]", "lmtp.listen"},
        {address + "lmtp.listen = \"[::]:24\"\n" + pair, "lmtp.listen"},
        {address + "lmtp.listen = \"127.0.0.1:24\"\nlmtp.clients = [\"mx\"]", "lmtp.clients"},
        {address + "lmtp.listen = \"127.0.0.1:24\"\nlmtp.tls_key = \"k\"", "lmtp.tls_key"},
        {address + "lmtp.listen = \"127.0.0.1:24\"\nlmtp.tls = \"implicit\"",
         "lmtp.tls_certificate"},
        {address + imap + "lmtp.clients = [\"192.0.2.7\"]", "lmtp.clients"},
    };
    for (const Row& row : rows) {
        const auto mail = read_mail_settings(read_settings(row.toml));
        ASSERT_TRUE(mail.has_error()) << row.toml;
        ASSERT_EQ(mail.error().fields.size(), 1u) << row.toml << describe(mail.error());
        EXPECT_EQ(mail.error().fields.front().pointer, row.setting) << row.toml;
    }
}

TEST(MailSettingsTest, InsecureIsForThisMachine) {
    for (const char* host : {"localhost", "127.0.0.1:1143", "[::1]:1143"}) {
        const auto toml = address + imap_lines(std::string("imap+insecure://") + host);
        EXPECT_TRUE(read_mail_settings(read_settings(toml)).has_value()) << host;
    }
}

TEST(EmailFolder, ReadmeAndSampleAreTrue) {
    EXPECT_TRUE(test::holds_settings("connectors/email/README.md", connector_type().schema))
        << describe_as_markdown(connector_type().schema);
    ::setenv("SUPPORT_PASSWORD", "secret", 1);
    asio::io_context io;
    FakeHost host(io);
    EXPECT_EQ(test::sample_faults("connectors/email/sample.toml", connector_type(), host),
              std::vector<std::string>{});
}

TEST(EmailFolder, NormalizingNeedsNoSetting) {
    const auto message = connector_type().normalizer(
        read_settings(""), "")("From: Ann <ann@example.com>\r\nSubject: Hi\r\n\r\nHello.\r\n");
    ASSERT_TRUE(message.has_value()) << describe(message.error());
    EXPECT_EQ(message->content.subject, "Hi");
}

class EmailConnectorTest : public testing::Test {
 protected:
    std::unique_ptr<Connector> make(const std::string& toml) {
        auto made = connector_type().create(read_settings(address + toml), host);
        if (made.has_error()) ADD_FAILURE() << describe(made.error());
        return std::move(made.value());
    }
    std::string check(Connector& connector) {
        std::string text;
        for (const CheckStep& step : test::run(io, connector.check()))
            text += step.name + (step.ok ? " ok\n" : " failed\n");
        return text;
    }

    asio::io_context io;
    FakeHost host{io};
};

TEST_F(EmailConnectorTest, SendsAndReportsEachRecipient) {
    test::ScriptedServer server(
        io,
        {"S: 220 mx ESMTP\nC: *\nS: 250 mx\nC: MAIL FROM:<support@example.com>\nS: 250 Ok\n"
         "C: RCPT TO:<ann@example.org>\nS: 250 Ok\nC: RCPT TO:<bob@example.org>\nS: 550 5.1.1 No\n"
         "C: DATA\nS: 354 Go\nC: ...\nS: 250 2.0.0 Ok: queued as 4A\n"
         "C: MAIL FROM:<>\nS: 250 Ok\nC: RCPT TO:<ann@example.org>\nS: 250 Ok\nC: DATA\n"
         "S: 354 Go\nC: ...\nS: 250 Ok\n"});
    auto connector = make("smtp.url = \"smtp+insecure://127.0.0.1:" + server.port() + "\"");
    OutboundMessage message;
    message.message_id = "1@example.com";
    message.to.emplace_back("Ann", "ann@example.org");
    message.cc.emplace_back("", "bob@example.org");
    message.subject = "Grüße";
    message.text = "Hello.\n.\n";
    const SendReceipt receipt = test::run(io, connector->send(message));
    ASSERT_EQ(receipt.size(), 2u);
    EXPECT_EQ(receipt[0].state, RecipientResult::State::accepted);
    EXPECT_EQ(receipt[0].remote_id, "4A");
    EXPECT_EQ(receipt[1].state, RecipientResult::State::rejected);
    EXPECT_EQ(receipt[1].recipient.address, "bob@example.org");
    EXPECT_EQ(receipt[1].diagnostic, "550 5.1.1 No");
    EXPECT_NE(server.heard().find("Message-ID: <1@example.com>\r\n"), std::string::npos)
        << server.heard();

    message.is_automatic = true;
    message.cc.clear();
    EXPECT_EQ(test::run(io, connector->send(message)).size(), 1u);
    EXPECT_EQ(server.connections(), 1);
}

TEST_F(EmailConnectorTest, CheckStopsAtWhatFails) {
    auto nowhere = make("smtp.url = \"smtp+insecure://127.0.0.1:1\"");
    EXPECT_EQ(check(*nowhere), "SMTP: find the server ok\nSMTP: connect failed\n");
    if (!PrivateDovecot::is_installed()) GTEST_SKIP() << "dovecot-imapd is not installed";

    PrivateDovecot dovecot;
    const std::string url = "imap.url = \"imap+insecure://localhost:" + dovecot.port() + "\"\n";
    const std::string up_to_encryption =
        "IMAP: find the server ok\nIMAP: connect ok\nIMAP: encrypt ok\n";
    auto good = make(url + "imap.user = \"ann\"\nimap.password = \"secret\"");
    EXPECT_EQ(check(*good), up_to_encryption + "IMAP: log in ok\nIMAP: open INBOX ok\n");
    auto wrong = make(url + "imap.user = \"ann\"\nimap.password = \"wrong\"");
    EXPECT_EQ(check(*wrong), up_to_encryption + "IMAP: log in failed\n");
    auto lost =
        make(url + "imap.user = \"ann\"\nimap.password = \"secret\"\nimap.folder = \"Away\"");
    EXPECT_EQ(check(*lost), up_to_encryption + "IMAP: log in ok\nIMAP: open Away failed\n");
}

}  // namespace
}  // namespace tributary::email
