// Where a request ends, judged on its raw head before anything else looks at it (promises M4, M5).
//
// Stricter than RFC 9112 allows and than the parser behind it is: whatever two implementations
// could read in two ways is refused, so that no proxy in front can be made to disagree with us.
// Pure functions; an Error's reason gives the status (status_of), and the connection is closed on
// any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.hpp"

namespace tributary::http {

struct HeadLimits {
    std::size_t max_head = 16 * 1024;   // all of it: 431
    std::size_t max_target = 8 * 1024;  // the request line: 414
    std::size_t max_line = 8 * 1024;    // one field: 431
    std::size_t max_fields = 100;       // 431
};

// Finds the end of a head in bytes that arrive in pieces, looking at each byte once.
class HeadScanner {
 public:
    explicit HeadScanner(HeadLimits limits) : limits_(limits) {}

    // `bytes` is all that has arrived since the head's start. The length of the head with its empty
    // line, nullopt when more must come, an Error when it can only become a breach.
    Result<std::optional<std::size_t>> scan(std::string_view bytes);

 private:
    HeadLimits limits_;
    std::size_t line_ = 0;   // start of the line being read
    std::size_t lines_ = 0;  // complete ones
    std::size_t looked_ = 0;
};

struct Framing {
    std::uint64_t content_length = 0;
    bool is_http_1_0 = false;
    bool is_persistent = true;     // keep the connection (RFC 9112, section 9.3)
    bool awaits_continue = false;  // Expect: 100-continue
    bool has_upgrade = false;      // Connection: upgrade
};

// `head` is what HeadScanner delimited: lines ending in CR LF, the last one empty.
Result<Framing> judge_head(std::string_view head);

}  // namespace tributary::http
