#include "net/dialogue.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <new>

#include "base/text.hpp"
#include "net/address.hpp"

namespace tributary::net {

namespace {

using Patience = std::chrono::steady_clock::duration;
using Descriptor = asio::posix::stream_descriptor;

constexpr std::size_t max_preamble = 64 * 1024;
constexpr std::size_t read_size = 64 * 1024;

// --- the URL -------------------------------------------------------------------------------------

enum class Encryption { from_the_start, by_starttls, none };

struct Scheme {
    std::string_view name;
    const char* for_curl;
    Encryption encryption;
};
constexpr std::array schemes = {
    Scheme{"imaps", "imaps", Encryption::from_the_start},
    Scheme{"imap", "imap", Encryption::by_starttls},
    Scheme{"imap+insecure", "imap", Encryption::none},
    Scheme{"smtps", "smtps", Encryption::from_the_start},
    Scheme{"smtp", "smtp", Encryption::by_starttls},
    Scheme{"smtp+insecure", "smtp", Encryption::none},
};

struct FreeUrl {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

struct Target {
    std::string url;  // as libcurl knows it
    Encryption encryption = Encryption::from_the_start;
    std::string fault;
};

std::string part_of(CURLU* url, CURLUPart which) {
    char* text = nullptr;
    if (curl_url_get(url, which, &text, 0) != CURLUE_OK) return {};
    std::unique_ptr<char, decltype(&curl_free)> owned(text, &curl_free);
    return owned.get();
}

Target with_fault(std::string fault) {
    Target target;
    target.fault = std::move(fault);
    return target;
}

Target read_target(const std::string& text) {
    const auto end = text.find("://");
    const std::string name = ascii_lower(text.substr(0, end));
    const auto* scheme = std::find_if(schemes.begin(), schemes.end(),
                                      [&](const Scheme& known) { return known.name == name; });
    if (end == std::string::npos || scheme == schemes.end())
        return with_fault("the URL must start with imaps://, imap://, smtps:// or smtp://");
    Target target;
    target.encryption = scheme->encryption;
    target.url = scheme->for_curl + text.substr(end);
    std::unique_ptr<CURLU, FreeUrl> url(curl_url());
    if (!url) throw std::bad_alloc();
    if (text.find('\0') != std::string::npos ||
        curl_url_set(url.get(), CURLUPART_URL, target.url.c_str(), 0) != CURLUE_OK)
        return with_fault("not a URL");
    const std::string path = part_of(url.get(), CURLUPART_PATH);
    if (!part_of(url.get(), CURLUPART_USER).empty() || (!path.empty() && path != "/"))
        return with_fault("the URL may hold a scheme, a host and a port only");
    if (scheme->encryption == Encryption::none &&
        !is_loopback_host(part_of(url.get(), CURLUPART_HOST)))
        return with_fault("unencrypted connections are only made to this machine (localhost)");
    return target;
}

// --- why it did not work
// ---------------------------------------------------------------------------

// The server says itself that the refusal will pass: RFC 5530 and RFC 3463, and what large
// providers say instead when they throttle or their back end is away.
bool sounds_temporary(std::string_view said) {
    constexpr std::array<std::string_view, 12> words = {
        "[UNAVAILABLE]", "[INUSE]",         "[LIMIT]",
        "[SERVERBUG]",   "[OVERQUOTA]",     "421 ",
        "454 ",          "too many",        "try again",
        "temporar",      "limits exceeded", "but not connected"};
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return contains_ignoring_case(said, word); });
}

std::string last_line(std::string_view text) {
    text = trim(text);
    const auto start = text.rfind('\n');
    return std::string(start == std::string_view::npos ? text : text.substr(start + 1));
}

Error connect_error(CURLcode code, const std::string& said) {
    switch (code) {
        case CURLE_LOGIN_DENIED:
            return Error(sounds_temporary(said) ? Outcome::unavailable : Outcome::denied,
                         "The mail server refused the login.")
                .with_reason("login_refused");
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
            return Error(Outcome::rejected, "The mail server's certificate is not trusted.")
                .with_reason("certificate_refused");
        case CURLE_USE_SSL_FAILED:
            return Error(Outcome::unavailable, "The mail server offers no encryption (STARTTLS).")
                .with_reason("no_encryption");
        case CURLE_SSL_CONNECT_ERROR:
            return Error(Outcome::unavailable, "The mail server could not agree on encryption.")
                .with_reason("no_encryption");
        case CURLE_COULDNT_RESOLVE_HOST:
            return Error(Outcome::unavailable, "The mail server's name was not found.")
                .with_reason("name_unknown");
        default:
            return Error(Outcome::unavailable, "The mail server could not be reached.")
                .with_reason("unreachable");
    }
}

Failure connection_lost(std::string detail) {
    return Failure(Outcome::unavailable, "The connection to the mail server was lost.",
                   std::move(detail));
}

}  // namespace

// --- the connection
// --------------------------------------------------------------------------------

struct Dialogue::Impl {
    explicit Impl(Curl& curl) : transfer(curl), ready(curl.io()) {}

    std::string preamble;
    Transfer transfer;
    // A duplicate of libcurl's socket: the reactor may watch it and close it without asking.
    Descriptor ready;
    std::string buffer;  // received, not yet consumed from `consumed` on
    std::size_t consumed = 0;
    bool is_open = false;

    std::size_t available() const { return buffer.size() - consumed; }

    std::string take(std::size_t count) {
        std::string taken = buffer.substr(consumed, count);
        consumed += taken.size();
        if (consumed == buffer.size()) {
            buffer.clear();
            consumed = 0;
        }
        return taken;
    }

    static std::size_t on_server_text(char* bytes, std::size_t, std::size_t count, void* target) {
        auto& preamble = static_cast<Impl*>(target)->preamble;
        preamble.append(bytes, std::min(count, max_preamble - preamble.size()));
        return count;
    }
    static std::size_t on_content(char*, std::size_t, std::size_t count, void*) { return count; }

    void prepare(const DialogueOptions& options, const Target& target);
    void adopt_socket();
    static void watch_peer(int socket);
    bool read_now();
    awaitable<void> wait(Descriptor::wait_type type, Patience patience);
    awaitable<void> fill(Patience patience);
};

void Dialogue::Impl::prepare(const DialogueOptions& options, const Target& target) {
    transfer.set(CURLOPT_URL, target.url.c_str());
    transfer.set(CURLOPT_PROTOCOLS_STR, "imap,imaps,smtp,smtps");
    transfer.set(CURLOPT_CONNECT_ONLY, 1L);
    transfer.set(CURLOPT_FRESH_CONNECT, 1L);
    if (target.encryption == Encryption::by_starttls)
        transfer.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL));
    if (!options.ca_file.empty()) transfer.trust(options.ca_file);
    const std::chrono::milliseconds limit = options.connect_timeout;
    transfer.set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limit.count()));
    if (!options.user.empty()) transfer.set(CURLOPT_USERNAME, options.user.c_str());
    if (!options.oauth_token.empty()) {
        transfer.set(CURLOPT_LOGIN_OPTIONS, "AUTH=OAUTHBEARER;AUTH=XOAUTH2");
        // Revealed to libcurl, which logs in with it.
        transfer.set(CURLOPT_XOAUTH2_BEARER, options.oauth_token.reveal().c_str());
    } else if (!options.user.empty()) {
        transfer.set(CURLOPT_PASSWORD, options.password.reveal().c_str());
    }
    transfer.set(CURLOPT_HEADERFUNCTION, &Impl::on_server_text);
    transfer.set(CURLOPT_HEADERDATA, this);
    transfer.set(CURLOPT_WRITEFUNCTION, &Impl::on_content);
}

void Dialogue::Impl::adopt_socket() {
    curl_socket_t socket = CURL_SOCKET_BAD;
    curl_easy_getinfo(transfer.easy(), CURLINFO_ACTIVESOCKET, &socket);
    const int copy = socket == CURL_SOCKET_BAD ? -1 : ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (copy < 0) throw connection_lost("no socket behind the connection");
    ready.assign(copy);
    watch_peer(copy);
    is_open = true;
}

// A peer that vanished without a word is noticed after about a minute, also while nothing is due.
void Dialogue::Impl::watch_peer(int socket) {
    constexpr int on = 1, first_seconds = 30, interval_seconds = 10, probes = 3;
    ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &first_seconds, sizeof first_seconds);
    ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &interval_seconds, sizeof interval_seconds);
    ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

// False when libcurl has nothing now. Bytes may sit in the TLS layer while the socket is silent,
// so this comes before every wait.
bool Dialogue::Impl::read_now() {
    // One for all connections: an idle one should cost little.
    thread_local std::array<char, read_size> chunk;
    std::size_t count = 0;
    const CURLcode code = curl_easy_recv(transfer.easy(), chunk.data(), chunk.size(), &count);
    if (code == CURLE_AGAIN) return false;
    if (code != CURLE_OK) {
        is_open = false;
        throw connection_lost(curl_easy_strerror(code));
    }
    if (count == 0) is_open = false;
    if (consumed > 0) {
        buffer.erase(0, consumed);
        consumed = 0;
    }
    buffer.append(chunk.data(), count);
    return true;
}

awaitable<void> Dialogue::Impl::wait(Descriptor::wait_type type, Patience patience) {
    co_await with_timeout(patience, ready.async_wait(type, use_awaitable), "mail server");
}

// More bytes in the buffer, or is_open has become false.
awaitable<void> Dialogue::Impl::fill(Patience patience) {
    while (is_open && !read_now())
        co_await wait(Descriptor::wait_read, patience);
}

Dialogue::Dialogue(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Dialogue::~Dialogue() = default;

std::string find_url_fault(const std::string& url) {
    return read_target(url).fault;
}

awaitable<std::unique_ptr<Dialogue>> Dialogue::connect(Curl& curl, DialogueOptions options) {
    const Target target = read_target(options.url);
    if (!target.fault.empty())
        throw Failure(Outcome::invalid, "That mail server cannot be used.", target.fault);
    auto impl = std::make_unique<Impl>(curl);
    impl->prepare(options, target);
    const CURLcode code =
        co_await with_timeout(options.connect_timeout, impl->transfer.perform(), "connecting");
    if (code != CURLE_OK) {
        const std::string said = last_line(impl->preamble);
        Error error = connect_error(code, said);
        error.detail = impl->transfer.failure_text(code);
        if (!said.empty()) error.detail += "; the server said: " + said;
        throw Failure(std::move(error));
    }
    impl->adopt_socket();
    co_return std::unique_ptr<Dialogue>(new Dialogue(std::move(impl)));
}

awaitable<std::string> Dialogue::receive(Patience patience) {
    if (impl_->available() == 0) co_await impl_->fill(patience);
    co_return impl_->take(impl_->available());
}

awaitable<void> Dialogue::send(std::string bytes, Patience patience) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        std::size_t count = 0;
        // The same bytes again after CURLE_AGAIN: OpenSSL insists on it.
        const CURLcode code = curl_easy_send(impl_->transfer.easy(), bytes.data() + sent,
                                             bytes.size() - sent, &count);
        sent += count;
        if (code == CURLE_OK) continue;
        if (code != CURLE_AGAIN) {
            impl_->is_open = false;
            throw connection_lost(curl_easy_strerror(code));
        }
        co_await impl_->wait(Descriptor::wait_write, patience);
    }
}

awaitable<std::string> Dialogue::read_line(Patience patience, std::size_t limit) {
    std::size_t searched = 0;
    while (true) {
        const std::string_view unread = std::string_view(impl_->buffer).substr(impl_->consumed);
        const auto end = unread.find('\n', searched);
        if (end > limit && unread.size() > limit)
            throw connection_lost("the server's line is too long");
        if (end != std::string_view::npos) {
            std::string line = impl_->take(end + 1);
            line.pop_back();
            if (line.ends_with('\r')) line.pop_back();
            co_return line;
        }
        searched = unread.size();
        if (!impl_->is_open) throw connection_lost("the server closed the connection");
        co_await impl_->fill(patience);
    }
}

awaitable<std::string> Dialogue::read_exactly(std::size_t count, Patience patience) {
    std::string bytes = impl_->take(std::min(count, impl_->available()));
    while (bytes.size() < count) {
        if (!impl_->is_open) throw connection_lost("the server closed the connection");
        co_await impl_->fill(patience);
        bytes += impl_->take(std::min(count - bytes.size(), impl_->available()));
    }
    co_return bytes;
}

awaitable<bool> Dialogue::wait_for_bytes(Patience patience) {
    if (impl_->available() > 0) co_return true;
    impl_->buffer = std::string();  // the wait may be long, and there are many that wait
    impl_->consumed = 0;
    try {
        co_await impl_->fill(patience);
    } catch (const Failure& late) {
        if (!impl_->is_open) throw;
        co_return false;
    }
    co_return true;
}

const std::string& Dialogue::preamble() const {
    return impl_->preamble;
}
bool Dialogue::is_open() const {
    return impl_->is_open;
}

}  // namespace tributary::net
