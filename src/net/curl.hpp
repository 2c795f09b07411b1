// libcurl's multi interface driven by Asio: one per process, on the I/O thread.
//
// Two uses: whole HTTP transfers (net/http_client.hpp), and CONNECT_ONLY handles that resolve,
// connect, do TLS or STARTTLS and SASL, and then carry a dialogue of our own (net/dialogue.hpp).
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <memory>
#include <string>

#include "base/task.hpp"

namespace tributary::net {

struct FreeEasy {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;
Easy make_easy();  // throws std::bad_alloc

// The owner of the multi handle. Every easy handle given to it must be removed before it goes.
class Curl {
 public:
    explicit Curl(asio::io_context& io);
    ~Curl();
    Curl(const Curl&) = delete;
    Curl& operator=(const Curl&) = delete;

    // Adds the handle and resolves when its transfer (or CONNECT_ONLY phase) is over. On
    // cancellation the transfer is aborted and the handle removed; else the handle stays in the
    // multi (closing its connection would follow removal): call remove() when done with it.
    awaitable<CURLcode> perform(CURL* easy);
    void remove(CURL* easy);

    asio::io_context& io();

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tributary::net
