#include "desk/read_log.hpp"

#include "base/log.hpp"

namespace tributary {
namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::chrono::seconds written_after{1};
constexpr std::chrono::minutes told_again_after{5};
constexpr std::size_t most_waiting = 10'000;
constexpr std::size_t most_remembered = 20'000;

}  // namespace

void ReadLog::note(AuditEvent event) {
    const auto now = SteadyClock::now();
    if (seen_.size() >= most_remembered)
        std::erase_if(seen_, [&](const auto& one) { return now - one.second > told_again_after; });
    if (seen_.size() >= most_remembered) seen_.clear();
    auto& last = seen_[event.actor + ' ' + event.action + ' ' + event.subject];
    if (last != SteadyClock::time_point() && now - last < told_again_after) return;
    if (waiting_.size() >= most_waiting) {
        log::error("audit.reads_dropped", "entries", waiting_.size(), "do",
                   "see why the store takes no writes");
        waiting_.clear();
    }
    last = now;
    waiting_.push_back(std::move(event));
    if (is_due_) return;
    is_due_ = true;
    spawn(house_.io.get_executor(), "audit", flush_soon());
}

awaitable<void> ReadLog::flush_soon() {
    co_await sleep_for(written_after);
    is_due_ = false;
    co_await flush();
}

awaitable<void> ReadLog::flush() {
    if (waiting_.empty()) co_return;
    const std::vector<AuditEvent> events = std::exchange(waiting_, {});
    const Timestamp now = house_.clock.now();
    auto step = [&events, now](Tx& tx) {
        for (const AuditEvent& event : events)
            append_audit(tx, event, now);
    };
    try {
        co_await house_.store.write(step);
        co_return;
    } catch (const Failure& failure) {
        log::warn("audit.waits", "reason", failure.what());
    }
    // They go with the next ones.
    waiting_.insert(waiting_.begin(), events.begin(), events.end());
}

}  // namespace tributary
