// A line-based conversation with a mail server over a CONNECT_ONLY handle: libcurl did DNS, TLS or
// STARTTLS and the login; from there the bytes are ours.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "base/task.hpp"
#include "net/curl.hpp"

namespace tributary::net {

struct DialogueOptions {
    DialogueOptions() = default;
    // imaps://host, imap://host (STARTTLS required), imap+insecure:// (loopback only); smtp
    // likewise
    std::string url;
    std::string user;
    Secret password;
    Secret oauth_token;  // when set: OAUTHBEARER (RFC 7628) or XOAUTH2, no password
    std::chrono::seconds connect_timeout{30};  // for name, socket, TLS and login together
    std::string ca_file;                       // empty: the system's bundle
};

// One user: at most one receive-like and one send call at a time, on the I/O thread. A `patience`
// bounds each silence of the peer, not the whole of a long transfer; when it runs out, Failure
// (unavailable) is thrown and what came so far stays readable.
class Dialogue {
 public:
    // Throws Failure: invalid for a URL that may not be used, denied for a refused login, rejected
    // for a failed certificate, unavailable else; its detail carries the server's own words, its
    // reason is name_unknown, unreachable, no_encryption, certificate_refused or login_refused.
    static awaitable<std::unique_ptr<Dialogue>> connect(Curl& curl, DialogueOptions options);
    ~Dialogue();

    // At least one byte, at most what is there; "" when the peer has closed.
    awaitable<std::string> receive(std::chrono::steady_clock::duration patience);
    awaitable<void> send(std::string bytes, std::chrono::steady_clock::duration patience);

    // Buffered reading on top of receive().
    // A line without its CRLF; Failure(unavailable) when longer than `limit` or the peer closed.
    awaitable<std::string> read_line(std::chrono::steady_clock::duration patience,
                                     std::size_t limit = 65'536);
    awaitable<std::string> read_exactly(std::size_t count,
                                        std::chrono::steady_clock::duration patience);
    // False when nothing came for `patience`; true when a read would find bytes, or the end.
    awaitable<bool> wait_for_bytes(std::chrono::steady_clock::duration patience);

    // What the server said during connect (greeting, capabilities), CRLF between lines.
    const std::string& preamble() const;
    bool is_open() const;

 private:
    struct Impl;
    explicit Dialogue(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// What is wrong with such a URL, or an empty string: for the check of settings.
std::string find_url_fault(const std::string& url);

}  // namespace tributary::net
