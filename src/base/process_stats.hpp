// What the kernel says of this process, under the names Prometheus gives such things. Any thread;
// counting descriptors takes a moment when there are thousands.
#pragma once

#include <cstdint>

#include "base/time.hpp"

namespace tributary {

struct ProcessStats {
    ProcessStats() = default;
    double cpu_seconds = 0;  // user and system
    std::uint64_t resident_bytes = 0;
    std::uint64_t virtual_bytes = 0;
    std::uint64_t open_fds = 0;
    std::uint64_t max_fds = 0;
    std::uint64_t threads = 0;
    double started_at = 0;  // Unix time, seconds
};

// Needs nothing of /proc but this process's own part. What cannot be read stays 0.
ProcessStats read_process_stats(Timestamp now);

}  // namespace tributary
