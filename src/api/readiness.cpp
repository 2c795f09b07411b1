#include "api/readiness.hpp"

#include "base/log.hpp"
#include "store/housekeeping.hpp"

namespace tributary {
namespace {

constexpr std::chrono::seconds kGoodFor{2};
constexpr std::chrono::seconds kPatience{3};

}  // namespace

awaitable<std::vector<ReadyPart>> Readiness::check() {
    const bool is_fresh = can_write_ && Steady::now() - changed_at_ < kGoodFor;
    if (!is_probing_ && !is_fresh) {
        is_probing_ = true;
        changed_at_ = Steady::now();
        spawn(house_.io.get_executor(), "readiness", probe());
    }
    const auto deadline = Steady::now() + kPatience;
    bool is_in_time = true;
    while (!is_fresh && is_in_time) {
        const auto patience = deadline - Steady::now();
        is_in_time = co_await probed_.wait_for(patience);
        if (!is_probing_) break;
    }
    std::vector<ReadyPart> parts;
    parts.push_back(store_part());
    parts.push_back(disk_part());
    co_return parts;
}

// A task of its own: a store call cannot be given up, and the one who asks will not wait for ever.
awaitable<void> Readiness::probe() {
    bool could_write = false;
    std::uint64_t free_bytes = 0;
    try {
        auto measure = [state = house_.state] {
            std::error_code trouble;
            const auto space = std::filesystem::space(state, trouble);
            return trouble ? std::uint64_t{0} : static_cast<std::uint64_t>(space.available);
        };
        free_bytes = co_await house_.workers.offload(measure);
        const Timestamp now = house_.clock.now();
        auto step = [now](Tx& tx) { write_probe(tx, now); };
        co_await house_.store.write(step);
        could_write = true;
    } catch (const std::exception& thrown) {
        log::warn("store.not_writable", "reason", thrown.what());
    }
    can_write_ = could_write;
    free_bytes_ = free_bytes;
    is_probing_ = false;
    changed_at_ = Steady::now();
    probed_.notify_all();
}

ReadyPart Readiness::store_part() const {
    using State = ReadyPart::State;
    if (is_probing_) {
        const auto since =
            std::chrono::duration_cast<std::chrono::seconds>(Steady::now() - changed_at_);
        return ReadyPart("store", State::failed,
                         "It has not answered for " + std::to_string(since.count()) + " s.");
    }
    if (!can_write_.value_or(false))
        return ReadyPart("store", State::failed, "It cannot be written.");
    return ReadyPart("store", State::ok, "");
}

ReadyPart Readiness::disk_part() const {
    using State = ReadyPart::State;
    if (free_bytes_ >= house_.low_disk || is_probing_) return ReadyPart("disk", State::ok, "");
    return ReadyPart("disk", State::warning,
                     "Only " + std::to_string(free_bytes_ >> 20U) + " MB are free.");
}

}  // namespace tributary
