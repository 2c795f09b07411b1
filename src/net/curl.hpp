// libcurl's multi interface driven by Asio: one per process, on the I/O thread.
//
// Two uses: whole HTTP transfers (net/http_client.hpp), and CONNECT_ONLY handles that resolve,
// connect, do TLS or STARTTLS and SASL, and then carry a dialogue of our own (net/dialogue.hpp).
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "base/task.hpp"

namespace tributary::net {

// The owner of the multi handle. The first one also initialises libcurl and ignores SIGPIPE, which
// TLS writes to a lost connection would raise.
class Curl {
 public:
    explicit Curl(asio::io_context& io);
    ~Curl();
    Curl(const Curl&) = delete;
    Curl& operator=(const Curl&) = delete;

    asio::io_context& io();

 private:
    friend class Transfer;
    class Multi;
    // Shared because sockets' and timers' pending handlers may run after Curl is gone, and a
    // Transfer inside a suspended coroutine may outlive it; all of those hold weak references.
    std::shared_ptr<Multi> multi_;
};

// One easy handle, set up for either use: no signals, our trust store, no proxy from the
// environment, no blocking wait for a resolver thread when it goes.
class Transfer {
 public:
    explicit Transfer(Curl& curl);  // throws std::bad_alloc
    ~Transfer();
    Transfer(const Transfer&) = delete;
    Transfer& operator=(const Transfer&) = delete;

    CURL* easy() const { return easy_.get(); }
    template <class Value>
    void set(CURLoption option, Value value) {
        throw_unless_ok(curl_easy_setopt(easy_.get(), option, value));
    }
    // Trust this bundle instead of the system's.
    void trust(const std::string& ca_file);

    // Resolves when the transfer (or the CONNECT_ONLY phase) is over; once. The handle stays in
    // the multi, since removal would close its connection, until cancellation or destruction.
    awaitable<CURLcode> perform();
    // What libcurl had to say about the failure.
    std::string failure_text(CURLcode code) const;

 private:
    struct FreeEasy {
        void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    };
    static void throw_unless_ok(CURLcode code);  // std::invalid_argument: a bug of ours, or memory

    std::weak_ptr<Curl::Multi> multi_;
    std::unique_ptr<CURL, FreeEasy> easy_;
    char error_text_[CURL_ERROR_SIZE] = {};
};

}  // namespace tributary::net
