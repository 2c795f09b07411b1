// Looks at the house now and then, and tells admins what begins and what ends to be wrong. I/O
// thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "desk/alert_settings.hpp"
#include "desk/house.hpp"

namespace tributary {

class AlertWatch {
 public:
    // `certificate_ends` is that of the server's own certificate.
    AlertWatch(House& house, const Supervisor& supervisor, AlertSettings settings,
               std::optional<Timestamp> certificate_ends);

    // Until cancelled. What each target was told is remembered in the store once it was told: a
    // crash in between tells it twice, and nothing is told never.
    awaitable<void> run();

 private:
    enum class Way { mail, webhook };
    struct Target {
        explicit Target(Way w) : way(w) {}
        std::string event() const;  // its name in the store
        Way way;
        std::set<std::string> told;  // keys
        std::optional<std::chrono::steady_clock::time_point> last;
    };

    awaitable<void> remember();
    awaitable<void> look();
    awaitable<AlertFacts> gather();
    awaitable<void> note_heard(std::string connector, Timestamp at);
    awaitable<void> tell(Target& target, AlertNews news);
    awaitable<bool> mail(AlertNews news);
    awaitable<bool> post(AlertNews news);
    void log_news(const AlertNews& news);

    House& house_;
    const Supervisor& supervisor_;
    AlertSettings settings_;
    std::optional<Timestamp> certificate_ends_;
    std::vector<Target> targets_;
    std::set<std::string> logged_;
};

}  // namespace tributary
