// Notices within a second that somebody's access was changed, by this process or by a command
// beside it, and wakes whoever is connected to be judged anew. Sweeps what has expired.
#pragma once

#include <cstdint>

#include "access/callers.hpp"
#include "desk/change_feed.hpp"
#include "desk/house.hpp"

namespace tributary {

// One per process, on the I/O thread; what it is given outlives it.
class AccessWatch {
 public:
    AccessWatch(House& house, ChangeFeed& feed, const SessionLimits& limits)
        : house_(house), feed_(feed), limits_(limits) {}

    // Runs until cancelled.
    awaitable<void> run();
    // Another number: judge again.
    std::int64_t epoch() const { return epoch_; }

 private:
    awaitable<void> look();
    awaitable<void> sweep();

    House& house_;
    ChangeFeed& feed_;
    const SessionLimits& limits_;
    std::int64_t epoch_ = 0;
};

}  // namespace tributary
