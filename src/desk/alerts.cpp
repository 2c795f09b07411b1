#include "desk/alerts.hpp"

#include <algorithm>

namespace tributary {
namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr days kWarnOfCertificate{30};
constexpr days kLearning{7};
constexpr std::size_t kFewestHeard = 10;
constexpr Milliseconds kShortestSilence = hours(2);

std::string span(Milliseconds length) {
    const auto whole = std::chrono::floor<hours>(length);
    if (whole >= hours(48))
        return std::to_string(std::chrono::floor<days>(length).count()) + " days";
    if (whole >= hours(2)) return std::to_string(whole.count()) + " hours";
    if (length >= std::chrono::minutes(2))
        return std::to_string(std::chrono::floor<std::chrono::minutes>(length).count()) +
               " minutes";
    return std::to_string(std::chrono::floor<Seconds>(length).count()) + " s";
}

std::string day(Timestamp at) {
    return rfc3339(at).substr(0, 10);
}

// One that has just been started may or may not work.
bool is_known(const Host::Trouble& trouble) {
    return trouble.state != Health::State::starting;
}

std::optional<Alert> find_trouble(const ConnectorFacts& connector, Timestamp now,
                                  const AlertRules& rules) {
    if (!connector.trouble || !is_known(*connector.trouble)) return std::nullopt;
    const Host::Trouble& trouble = *connector.trouble;
    const std::string subject = "The connector " + connector.name;
    if (trouble.state == Health::State::auth_failed)
        return Alert(AlertKind::login_refused, connector.name,
                     subject + " cannot log in: " + trouble.reason);
    const Milliseconds length = now - trouble.since;
    if (length < rules.down_after) return std::nullopt;
    if (trouble.state == Health::State::degraded)
        return Alert(AlertKind::connector_degraded, connector.name,
                     subject + " works, but: " + trouble.reason);
    return Alert(AlertKind::connector_down, connector.name,
                 subject + " has not worked for " + span(length) + ": " + trouble.reason);
}

std::optional<Alert> find_silence(const ConnectorFacts& connector, Timestamp now) {
    if (connector.heard.empty()) return std::nullopt;
    const bool is_chosen = connector.silent_after > Milliseconds(0);
    const std::optional<Milliseconds> limit =
        is_chosen ? connector.silent_after : usual_silence(connector.heard);
    const Milliseconds silence = now - connector.heard.back();
    if (!limit || silence <= *limit) return std::nullopt;
    return Alert(AlertKind::connector_silent, connector.name,
                 "Nothing has come in through the connector " + connector.name + " for " +
                     span(silence) + (is_chosen ? "." : ", which is unusual."));
}

std::optional<Alert> find_ending_certificate(const AlertFacts& facts) {
    if (!facts.certificate_ends || *facts.certificate_ends - facts.now > kWarnOfCertificate)
        return std::nullopt;
    return Alert(AlertKind::certificate_ends, "",
                 "The server's TLS certificate ends on " + day(*facts.certificate_ends) + ".");
}

std::optional<Alert> find_low_disk(const AlertFacts& facts) {
    if (!facts.free_bytes || *facts.free_bytes >= facts.low_disk) return std::nullopt;
    return Alert(
        AlertKind::disk_low, "",
        "Only " + std::to_string(*facts.free_bytes >> 20U) + " MB are free on the store's disk.");
}

std::optional<Alert> find_old_backup(const AlertFacts& facts, const AlertRules& rules) {
    if (rules.backup_after == Milliseconds(0)) return std::nullopt;
    const Milliseconds age = facts.now - facts.last_backup.value_or(facts.watched_since);
    if (age <= rules.backup_after) return std::nullopt;
    if (!facts.last_backup)
        return Alert(AlertKind::backup_old, "", "No backup has ever been made.");
    return Alert(AlertKind::backup_old, "", "The last backup is " + span(age) + " old.");
}

std::optional<Alert> find_growing_quarantine(const AlertFacts& facts, const AlertRules& rules) {
    if (rules.quarantine_a_day == 0 || facts.quarantined_today < rules.quarantine_a_day)
        return std::nullopt;
    return Alert(AlertKind::quarantine_grows, "",
                 "In the last 24 hours " + std::to_string(facts.quarantined_today) +
                     " messages could not be understood and wait in quarantine.");
}

}  // namespace

std::string_view to_string(AlertKind kind) {
    switch (kind) {
        case AlertKind::connector_down: return "connector_down";
        case AlertKind::connector_degraded: return "connector_degraded";
        case AlertKind::connector_silent: return "connector_silent";
        case AlertKind::login_refused: return "login_refused";
        case AlertKind::certificate_ends: return "certificate_ends";
        case AlertKind::disk_low: return "disk_low";
        case AlertKind::backup_old: return "backup_old";
        case AlertKind::quarantine_grows: return "quarantine_grows";
    }
    return "";
}

std::string Alert::key() const {
    const std::string name(to_string(kind));
    return about.empty() ? name : name + ' ' + about;
}

std::optional<Milliseconds> usual_silence(const std::vector<Timestamp>& heard) {
    if (heard.size() < kFewestHeard || heard.back() - heard.front() < kLearning)
        return std::nullopt;
    Milliseconds longest{0};
    for (std::size_t i = 1; i < heard.size(); ++i)
        longest = std::max(longest, heard[i] - heard[i - 1]);
    return std::max(kShortestSilence, longest + longest / 2);
}

std::vector<Alert> find_alerts(const AlertFacts& facts, const AlertRules& rules) {
    std::vector<Alert> alerts;
    const auto add = [&alerts](std::optional<Alert> alert) {
        if (alert) alerts.push_back(std::move(*alert));
    };
    for (const ConnectorFacts& connector : facts.connectors) {
        add(find_trouble(connector, facts.now, rules));
        add(find_silence(connector, facts.now));
    }
    add(find_ending_certificate(facts));
    add(find_low_disk(facts));
    add(find_old_backup(facts, rules));
    add(find_growing_quarantine(facts, rules));
    return alerts;
}

std::set<std::string> find_undecided(const AlertFacts& facts, const AlertRules& rules) {
    std::set<std::string> keys;
    for (const ConnectorFacts& connector : facts.connectors) {
        if (!connector.trouble || find_trouble(connector, facts.now, rules)) continue;
        for (const AlertKind kind :
             {AlertKind::connector_down, AlertKind::connector_degraded, AlertKind::login_refused})
            keys.insert(Alert(kind, connector.name, "").key());
    }
    return keys;
}

AlertNews find_news(const std::set<std::string>& told, const std::vector<Alert>& alerts,
                    const std::set<std::string>& undecided) {
    AlertNews news;
    std::set<std::string> keys = undecided;
    for (const Alert& alert : alerts) {
        keys.insert(alert.key());
        if (!told.contains(alert.key())) news.begun.push_back(alert);
    }
    std::set_difference(told.begin(), told.end(), keys.begin(), keys.end(),
                        std::back_inserter(news.ended));
    return news;
}

}  // namespace tributary
