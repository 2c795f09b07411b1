// Wall-clock instants (UTC, milliseconds) and a clock that tests can turn.
//
// Durations are chrono's. Deadlines inside the process use the monotonic clock (base/task.hpp);
// a Timestamp says when something happened, never how long to wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tributary {

using Milliseconds = std::chrono::milliseconds;
using Seconds = std::chrono::seconds;
using Timestamp = std::chrono::sys_time<Milliseconds>;

inline std::int64_t unix_ms(Timestamp at) {
    return at.time_since_epoch().count();
}
inline Timestamp from_unix_ms(std::int64_t ms) {
    return Timestamp(Milliseconds(ms));
}

// "2026-03-01T09:30:00.000Z" (RFC 3339).
std::string rfc3339(Timestamp at);
// RFC 3339 with Z or an offset and any number of fraction digits; nullopt when it is not that.
std::optional<Timestamp> parse_rfc3339(std::string_view text);
// "Sun, 01 Mar 2026 09:30:00 +0000" (RFC 5322, section 3.3).
std::string rfc5322_date(Timestamp at);
// "Sun, 01 Mar 2026 09:30:00 GMT" (RFC 9110, section 5.6.7).
std::string http_date(Timestamp at);

class Clock {
 public:
    virtual ~Clock() = default;
    virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
 public:
    Timestamp now() const override;
};

// Stands still until turned. For tests; one thread.
class TurnableClock final : public Clock {
 public:
    explicit TurnableClock(Timestamp start) : now_(start) {}
    Timestamp now() const override { return now_; }
    void turn(Milliseconds by) { now_ += by; }

 private:
    Timestamp now_;
};

}  // namespace tributary
