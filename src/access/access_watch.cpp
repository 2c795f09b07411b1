#include "access/access_watch.hpp"

#include "base/log.hpp"
#include "store/access.hpp"
#include "store/sessions.hpp"

namespace tributary {
namespace {

constexpr std::chrono::seconds kGlance{1};
constexpr std::chrono::seconds kSweepEvery{60};

}  // namespace

awaitable<void> AccessWatch::look() {
    const std::int64_t now =
        co_await house_.store.read([](const Tx& tx) { return access_changes(tx); });
    if (now == epoch_) co_return;
    epoch_ = now;
    feed_.wake_all();
}

awaitable<void> AccessWatch::sweep() {
    const Timestamp now = house_.clock.now();
    auto step = [&](Tx& tx) {
        remove_expired_tokens(tx, now);
        if (end_old_sessions(tx, now - limits_.longest, now - limits_.idle) > 0)
            note_access_change(tx);
    };
    co_await house_.store.write(step);
}

awaitable<void> AccessWatch::run() {
    auto swept = std::chrono::steady_clock::now() - kSweepEvery;
    while (true) {
        const auto now = std::chrono::steady_clock::now();
        const bool is_due = now - swept >= kSweepEvery;
        if (is_due) swept = now;
        std::string trouble;
        try {
            if (is_due) co_await sweep();
            co_await look();
        } catch (const Failure& failure) {
            trouble = failure.what();
        }
        if (!trouble.empty()) log::warn("access.not_watched", "error", trouble);
        co_await sleep_for(kGlance);
    }
}

}  // namespace tributary
