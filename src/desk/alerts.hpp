// What an admin is told without asking. Pure: a picture of the house in, what is wrong out.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "desk/host.hpp"

namespace tributary {

enum class AlertKind {
    connector_down,
    connector_degraded,  // it works, but says that something is wrong or will be
    connector_silent,
    login_refused,
    certificate_ends,
    disk_low,
    backup_old,
    quarantine_grows,
};
std::string_view to_string(AlertKind kind);

struct Alert {
    Alert(AlertKind k, std::string of, std::string words)
        : kind(k), about(std::move(of)), text(std::move(words)) {}
    // "connector_down support": stays the same as long as it is the same trouble.
    std::string key() const;
    AlertKind kind;
    std::string about;  // a connector's name; else ""
    std::string text;   // a sentence for the admin
};

struct ConnectorFacts {
    ConnectorFacts() = default;
    std::string name;
    std::optional<Host::Trouble> trouble;
    Milliseconds silent_after{0};  // 0: what is usual
    // When something came in, once an hour at most, of the last four weeks; oldest first.
    std::vector<Timestamp> heard;
};

struct AlertFacts {
    AlertFacts() = default;
    Timestamp now;
    std::vector<ConnectorFacts> connectors;
    std::optional<Timestamp> certificate_ends;
    std::optional<std::uint64_t> free_bytes;
    std::uint64_t low_disk = 0;
    std::optional<Timestamp> last_backup;
    Timestamp watched_since;             // the house's first day, for what has never happened
    std::int64_t quarantined_today = 0;  // of those still waiting
};

struct AlertRules {
    AlertRules() = default;
    Milliseconds down_after{0};
    Milliseconds backup_after{0};      // 0: never
    std::int64_t quarantine_a_day{0};  // 0: never
};

// In the order of the facts.
std::vector<Alert> find_alerts(const AlertFacts& facts, const AlertRules& rules);

// Half as long again as the longest silence in `heard`, and two hours at least; nullopt before
// there is a week to learn from.
std::optional<Milliseconds> usual_silence(const std::vector<Timestamp>& heard);

// Keys of what nobody can tell to be right or wrong: of connectors that were started a moment ago,
// or are in trouble for not long enough. They neither begin nor end.
std::set<std::string> find_undecided(const AlertFacts& facts, const AlertRules& rules);

struct AlertNews {
    AlertNews() = default;
    bool empty() const { return begun.empty() && ended.empty(); }
    std::vector<Alert> begun;
    std::vector<std::string> ended;  // keys
};
// What somebody who was told of `told` does not know yet.
AlertNews find_news(const std::set<std::string>& told, const std::vector<Alert>& alerts,
                    const std::set<std::string>& undecided);

}  // namespace tributary
