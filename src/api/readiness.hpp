// Whether the house can do its work: what `/readyz` answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "desk/house.hpp"

namespace tributary {

// One part of the house. A warning does not make it unready.
struct ReadyPart {
    enum class State { ok, warning, failed };
    ReadyPart(std::string n, State s, std::string why)
        : name(std::move(n)), state(s), reason(std::move(why)) {}
    std::string name;
    State state;
    std::string reason;  // a sentence anybody may read; "" when ok
};

// Connectors are no part of it: one that is down does not make the desk unready. However often it
// is asked, the store is written at most every few seconds. I/O thread.
class Readiness {
 public:
    explicit Readiness(House& house)
        : house_(house), probed_(house.io.get_executor()), changed_at_(Steady::now()) {}

    // Answers within seconds, even while the store hangs.
    awaitable<std::vector<ReadyPart>> check();

 private:
    using Steady = std::chrono::steady_clock;

    awaitable<void> probe();
    ReadyPart store_part() const;
    ReadyPart disk_part() const;

    House& house_;
    Notifier probed_;
    bool is_probing_ = false;
    Steady::time_point changed_at_;  // when the last probe began, or ended
    std::optional<bool> can_write_;  // what the last probe said
    std::uint64_t free_bytes_ = 0;
};

}  // namespace tributary
