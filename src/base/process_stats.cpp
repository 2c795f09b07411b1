#include "base/process_stats.hpp"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace tributary {
namespace {

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double seconds_since_boot() {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// proc(5): the fields behind the command's name, which may itself hold spaces and brackets. The
// first of them is the third in the manual's count.
std::vector<std::string> stat_fields() {
    std::ifstream in("/proc/self/stat");
    std::string line;
    std::getline(in, line);
    const std::size_t name_end = line.rfind(')');
    if (name_end == std::string::npos) return {};
    std::istringstream rest(line.substr(name_end + 1));
    std::vector<std::string> fields;
    for (std::string field; rest >> field;)
        fields.push_back(field);
    return fields;
}

std::uint64_t count_open_fds() {
    std::error_code trouble;
    std::uint64_t count = 0;
    for (std::filesystem::directory_iterator at("/proc/self/fd", trouble), end;
         !trouble && at != end; at.increment(trouble))
        ++count;
    return count > 0 ? count - 1 : 0;  // one of them was for looking
}

}  // namespace

ProcessStats read_process_stats(Timestamp now) {
    constexpr std::size_t kThreads = 20 - 3;
    constexpr std::size_t kStartTime = 22 - 3;
    constexpr std::size_t kVirtualSize = 23 - 3;
    constexpr std::size_t kResidentPages = 24 - 3;
    ProcessStats stats;
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        stats.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) stats.max_fds = limit.rlim_cur;
    stats.open_fds = count_open_fds();
    const std::vector<std::string> fields = stat_fields();
    if (fields.size() <= kResidentPages) return stats;
    stats.threads = std::stoull(fields[kThreads]);
    stats.virtual_bytes = std::stoull(fields[kVirtualSize]);
    stats.resident_bytes =
        std::stoull(fields[kResidentPages]) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    const double age = seconds_since_boot() - static_cast<double>(std::stoull(fields[kStartTime])) /
                                                  static_cast<double>(sysconf(_SC_CLK_TCK));
    stats.started_at = static_cast<double>(unix_ms(now)) / 1000 - age;
    return stats;
}

}  // namespace tributary
