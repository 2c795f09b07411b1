#include "connectors/email/lmtp_listener.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <charconv>
#include <memory>
#include <vector>

#include "base/log.hpp"
#include "connectors/email/imap_client.hpp"
#include "connectors/email/lmtp_protocol.hpp"
#include "connectors/email/lmtp_wire.hpp"
#include "connectors/email/mail_intake.hpp"
#include "http/stream.hpp"
#include "model/identity.hpp"
#include "net/address.hpp"

namespace tributary::email {

namespace {

using namespace std::chrono_literals;
using Stream = asio::generic::stream_protocol;
using Acceptor = asio::basic_socket_acceptor<Stream>;

constexpr auto patience = 120s;       // for each silence of the client, and for its reading
constexpr auto mail_patience = 600s;  // from one answer to the next
constexpr auto handshake_patience = 30s;
constexpr auto farewell_patience = 2s;
constexpr const char* client = "the sending mail server";
constexpr std::size_t max_sessions = 100;
constexpr std::size_t read_size = 65'536;

std::optional<asio::ip::tcp::endpoint> read_endpoint(const std::string& text) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos) return std::nullopt;
    std::string host = text.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    boost::system::error_code error;
    const auto address = asio::ip::make_address(host, error);
    unsigned short port = 0;
    const char* end = text.data() + text.size();
    const auto [stop, fault] = std::from_chars(text.data() + colon + 1, end, port);
    if (error || fault != std::errc() || stop != end || port == 0) return std::nullopt;
    return asio::ip::tcp::endpoint(address, port);
}

// A socket that an earlier process left behind; anything else is left alone.
void remove_old_socket(const std::string& path) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) ::unlink(path.c_str());
}

Acceptor open_acceptor(const asio::any_io_executor& executor, const std::string& listen) {
    try {
        if (const auto endpoint = read_endpoint(listen)) {
            const Stream::endpoint place(*endpoint);
            return Acceptor(executor, place);
        }
        remove_old_socket(listen);
        const Stream::endpoint place{asio::local::stream_protocol::endpoint(listen)};
        return Acceptor(executor, place);
    } catch (const boost::system::system_error& error) {
        throw Failure(Outcome::unavailable, "Mail cannot be taken at " + listen + ".",
                      error.what());
    }
}

bool is_this_machine(const std::string& listen) {
    const auto endpoint = read_endpoint(listen);
    return !endpoint || endpoint->address().is_loopback();
}

// What the sessions of one listener share; it outlives them.
struct Listener {
    Listener(ConnectorHost& house, MailSettings s)
        : host(house), intake(house, s), settings(std::move(s)) {
        const LmtpSettings& lmtp = *settings.lmtp;
        if (lmtp.tls_certificate.empty()) return;
        tls.emplace(http::make_tls_context(lmtp.tls_certificate, lmtp.tls_key));
        if (lmtp.is_tls_implicit) return;
        encryption = is_this_machine(lmtp.listen) ? LmtpSession::Encryption::offered
                                                  : LmtpSession::Encryption::required;
    }
    // Clients without an address are on this machine.
    bool may_enter(const std::optional<std::string>& address) const {
        const std::vector<std::string>& clients = settings.lmtp->clients;
        return clients.empty() || !address ||
               std::any_of(clients.begin(), clients.end(), [&](const std::string& network) {
                   return net::is_in_network(*address, network);
               });
    }

    ConnectorHost& host;
    MailIntake intake;
    MailSettings settings;
    std::optional<asio::ssl::context> tls;
    LmtpSession::Encryption encryption = LmtpSession::Encryption::none;
    std::size_t sessions = 0;
};

class Session {
 public:
    Session(std::shared_ptr<Listener> listener, Stream::socket socket)
        : listener_(std::move(listener)),
          wire_(std::move(socket)),
          protocol_(
              "localhost", max_mail_bytes,
              [shared = listener_](std::string_view address) {
                  return is_own_address(shared->settings, address);
              },
              listener_->encryption) {
        ++listener_->sessions;
    }
    ~Session() { --listener_->sessions; }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    awaitable<void> run();

 private:
    awaitable<bool> answer_lines();
    awaitable<bool> hand_in(std::string mail);
    awaitable<void> begin_tls();
    awaitable<void> flush();
    awaitable<void> read();

    std::shared_ptr<Listener> listener_;
    LmtpWire wire_;
    LmtpSession protocol_;
    LmtpLines lines_{LmtpSession::max_line};
    std::string replies_;
    std::chrono::steady_clock::time_point answered_at_;
};

awaitable<void> Session::run() {
    if (listener_->settings.lmtp->is_tls_implicit) co_await begin_tls();
    replies_ = protocol_.greeting();
    co_await flush();
    bool goes_on = true;
    while (goes_on) {
        if (std::chrono::steady_clock::now() - answered_at_ > mail_patience) co_return;
        co_await read();
        goes_on = co_await answer_lines();
        co_await flush();
    }
    co_await with_timeout(farewell_patience, wire_.close(), client);
}

awaitable<void> Session::read() {
    awaitable<std::size_t> reading = wire_.read_some(lines_.space(read_size));
    const std::size_t got = co_await with_timeout(patience, std::move(reading), client);
    lines_.received(got, read_size);
}

// False when the connection is to be closed. Answers go out together (RFC 2920), but before
// anything that takes long.
awaitable<bool> Session::answer_lines() {
    while (true) {
        const auto line = lines_.next();
        if (!line) co_return true;
        LmtpSession::Step step =
            line->is_too_long ? protocol_.on_long_line() : protocol_.on_line(line->text);
        replies_ += step.reply;
        if (step.next == LmtpSession::Next::close) co_return false;
        if (step.next == LmtpSession::Next::go_on) continue;
        co_await flush();
        if (step.next == LmtpSession::Next::encrypt) {
            co_await begin_tls();
            protocol_.encrypted();
            continue;
        }
        const bool is_taken = co_await hand_in(protocol_.take_mail());
        replies_ += protocol_.delivered(is_taken);
    }
}

// What stands behind STARTTLS in the clear was not said by who will speak within TLS: anybody on
// the way could have put it there (CVE-2011-0411).
awaitable<void> Session::begin_tls() {
    lines_.forget();
    co_await with_timeout(handshake_patience, wire_.encrypt(*listener_->tls), client);
}

awaitable<bool> Session::hand_in(std::string bytes) {
    std::vector<RawMail> mails(1);
    mails.front().bytes = std::move(bytes);
    mails.front().received_at = listener_->host.clock().now();
    try {
        std::vector<InboundMessage> messages =
            co_await listener_->intake.normalize(std::move(mails));
        co_await listener_->host.accept(std::move(messages), std::nullopt);
        co_return true;
    } catch (const Failure& failure) {
        log::warn("email.not_taken", "connector", listener_->host.connector_name(), "why",
                  failure.what());
    }
    co_return false;
}

awaitable<void> Session::flush() {
    if (replies_.empty()) co_return;
    std::string replies = std::exchange(replies_, {});
    co_await with_timeout(patience, wire_.write(std::move(replies)), client);
    answered_at_ = std::chrono::steady_clock::now();
}

awaitable<void> serve(std::shared_ptr<Listener> listener, Stream::socket socket) {
    try {
        Session session(std::move(listener), std::move(socket));
        co_await session.run();
    } catch (const Failure&) {
        // Silent for too long: what it did not get an answer for, it keeps.
    } catch (const boost::system::system_error& error) {
        if (is_cancellation(error)) throw;
    }
}

// Ends the sessions when listening ends.
struct Sessions {
    Sessions() = default;
    ~Sessions() {
        for (TaskHandle& task : tasks)
            task.cancel();
    }
    Sessions(const Sessions&) = delete;
    Sessions& operator=(const Sessions&) = delete;
    std::vector<TaskHandle> tasks;
};

}  // namespace

std::string find_listen_fault(const LmtpSettings& lmtp) {
    const std::string& text = lmtp.listen;
    if (text.starts_with('/')) return text.size() < 100 ? "" : "is too long for a socket's path";
    if (!read_endpoint(text)) return "must be address:port or the path of a Unix socket";
    if (is_this_machine(text) || (!lmtp.tls_certificate.empty() && !lmtp.clients.empty()))
        return "";
    return "can be reached by other machines: that needs lmtp.tls_certificate and lmtp.clients";
}

bool is_own_address(const MailSettings& settings, std::string_view address) {
    const auto normal = normalize_email(address);
    if (!normal) return false;
    auto is_ours = [&](const std::string& one) {
        return one == settings.address ||
               std::find(settings.aliases.begin(), settings.aliases.end(), one) !=
                   settings.aliases.end();
    };
    if (is_ours(*normal)) return true;
    const auto at = normal->rfind('@');
    const auto detail =
        settings.reply_delimiter.empty() ? at : normal->find(settings.reply_delimiter);
    return detail < at && is_ours(normal->substr(0, detail) + normal->substr(at));
}

awaitable<void> listen_for_mail(ConnectorHost& host, MailSettings settings) {
    const std::string listen = settings.lmtp->listen;
    const auto listener = std::make_shared<Listener>(host, std::move(settings));
    Acceptor acceptor = open_acceptor(host.executor(), listen);
    log::info("email.listening", "connector", host.connector_name(), "at", listen);
    Sessions sessions;
    while (true) {
        Stream::endpoint peer;
        Stream::socket socket = co_await acceptor.async_accept(peer, use_awaitable);
        std::erase_if(sessions.tasks, [](const TaskHandle& task) { return !task.is_running(); });
        if (listener->sessions >= max_sessions) continue;  // closes; it comes again
        const auto address = net::ip_text(peer.data(), static_cast<socklen_t>(peer.size()));
        if (!listener->may_enter(address)) {
            log::warn("email.client_refused", "connector", host.connector_name(), "address",
                      *address);
            continue;
        }
        sessions.tasks.push_back(
            spawn(host.executor(), "lmtp session", serve(listener, std::move(socket))));
    }
}

}  // namespace tributary::email
