// A good IMAP server behind a bad line: the connection is cut at every place it can be cut at, and
// what comes in is the same as over a good one.
#include <gtest/gtest.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <limits>

#include "tests/unit/email/fake_host.hpp"
#include "tests/unit/email/private_dovecot.hpp"

namespace tributary::email {
namespace {

// Passes bytes between its clients and a server on this machine, up to a number of bytes from the
// server or of lines from the client; the next connection may live longer.
class CuttingLine {
 public:
    CuttingLine(asio::io_context& io, std::string port)
        : io_(io),
          server_port_(static_cast<unsigned short>(std::stoi(port))),
          server_(io, [this](test::LoopbackServer::Socket& socket) { return pass(socket); }) {}

    std::string port() const { return server_.port(); }

    std::size_t max_bytes = std::numeric_limits<std::size_t>::max();  // server to client
    std::size_t max_lines = std::numeric_limits<std::size_t>::max();  // client to server

 private:
    using Socket = test::LoopbackServer::Socket;

    awaitable<void> pass(Socket& client) {
        using namespace boost::asio::experimental::awaitable_operators;
        Socket server(io_);
        const asio::ip::tcp::endpoint place(asio::ip::address_v4::loopback(), server_port_);
        co_await server.async_connect(place, use_awaitable);
        awaitable<void> up = pump(client, server, max_lines, true);
        awaitable<void> down = pump(server, client, max_bytes, false);
        co_await (std::move(up) || std::move(down));
    }

    static awaitable<void> pump(Socket& from, Socket& to, std::size_t left, bool counts_lines) {
        std::string bytes(4096, '\0');
        while (left > 0) {
            const std::size_t got =
                co_await from.async_read_some(asio::buffer(bytes), use_awaitable);
            std::size_t pass = got;
            if (counts_lines) {
                const auto lines = static_cast<std::size_t>(std::count(
                    bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(got), '\n'));
                left -= std::min(left, lines);
                if (left == 0) co_return;  // the last one never arrives
            } else {
                pass = std::min(left, got);
                left -= pass;
            }
            co_await asio::async_write(to, asio::buffer(bytes, pass), use_awaitable);
        }
    }

    asio::io_context& io_;
    unsigned short server_port_;
    test::LoopbackServer server_;
};

class BadLineTest : public testing::Test {
 protected:
    static constexpr int mails = 40;

    void SetUp() override {
        if (!PrivateDovecot::is_installed()) GTEST_SKIP() << "dovecot-imapd is not installed";
        dovecot.emplace();
        line.emplace(io, dovecot->port());
        settings.address = "support@example.com";
        settings.imap.emplace();
        settings.imap->url = "imap+insecure://localhost:" + line->port();
        settings.imap->user = "ann";
        settings.imap->password = Secret("secret");
        for (int i = 0; i < mails; ++i) {
            dovecot->deliver("From: bob@example.org\nMessage-ID: <" + std::to_string(i) +
                             "@example.org>\nDate: Sun, 01 Mar 2026 10:00:00 +0000\n"
                             "X-Filler: as long as one step of the cut, so that none is skipped\n"
                             "Subject: mail " +
                             std::to_string(i) + "\n\nHello.\n");
        }
    }
    // One session after the other, each allowed a little more, until all mails are there.
    void run_until_all_are_in(std::size_t& limit, std::size_t first, std::size_t step) {
        TaskHandle session;
        for (limit = first; host.accepted.size() < mails; limit += step) {
            ASSERT_LT(limit, 1'000'000u) << "it never ends; accepted " << host.accepted.size();
            session = spawn(io.get_executor(), "test.session", one_session());
            auto condition = [&] { return host.accepted.size() >= mails || !session.is_running(); };
            while (!condition())
                io.run_one();
        }
        session.cancel();
        test::run(io, session.join());
    }
    awaitable<void> one_session() {
        try {
            co_await run_with_password(host, settings, stumbles);
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.error().outcome, Outcome::unavailable) << failure.what();
        }
    }
    void expect_each_once_in_order() {
        ASSERT_EQ(host.accepted.size(), static_cast<std::size_t>(mails));
        for (int i = 0; i < mails; ++i) {
            const InboundMessage& message = host.accepted[static_cast<std::size_t>(i)];
            EXPECT_EQ(message.content.subject, "mail " + std::to_string(i));
            EXPECT_FALSE(message.trouble);
        }
    }

    asio::io_context io;
    FakeHost host{io};
    MailSettings settings;
    StumblesByFolder stumbles;
    std::optional<PrivateDovecot> dovecot;
    std::optional<CuttingLine> line;
};

TEST_F(BadLineTest, CutAfterEveryFewBytes) {
    run_until_all_are_in(line->max_bytes, 1, 61);
    expect_each_once_in_order();
}

TEST_F(BadLineTest, CutAtEveryCommand) {
    run_until_all_are_in(line->max_lines, 1, 1);
    expect_each_once_in_order();
}

}  // namespace
}  // namespace tributary::email
