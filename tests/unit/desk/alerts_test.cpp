#include "desk/alerts.hpp"

#include <gtest/gtest.h>

#include <functional>

namespace tributary {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const Timestamp now = from_unix_ms(1'772'357'400'000);

AlertRules usual_rules() {
    AlertRules rules;
    rules.down_after = minutes(10);
    rules.backup_after = days(2);
    rules.quarantine_a_day = 10;
    return rules;
}

ConnectorFacts quiet_connector() {
    ConnectorFacts support;
    support.name = "support";
    return support;
}

// A house in which nothing is wrong.
AlertFacts good_house() {
    AlertFacts facts;
    facts.now = now;
    facts.connectors.push_back(quiet_connector());
    facts.certificate_ends = now + days(80);
    facts.free_bytes = 50'000'000'000;
    facts.low_disk = 1'000'000'000;
    facts.last_backup = now - hours(20);
    facts.watched_since = now - days(100);
    return facts;
}

std::string keys(const std::vector<Alert>& alerts) {
    std::string all;
    for (const Alert& alert : alerts)
        all += (all.empty() ? "" : ", ") + alert.key();
    return all;
}

// One arrival an hour in office hours, Monday to Friday, for four weeks up to `last`.
std::vector<Timestamp> office_hours(Timestamp last) {
    std::vector<Timestamp> heard;
    for (Timestamp at = last - days(28); at <= last; at += hours(1)) {
        const auto today = std::chrono::floor<days>(at);
        const std::chrono::weekday weekday{today};
        const bool is_open = at - today >= hours(9) && at - today < hours(17);
        if (is_open && weekday.iso_encoding() <= 5) heard.push_back(at);
    }
    return heard;
}

void trouble(AlertFacts& facts, Health::State state, Milliseconds length) {
    facts.connectors[0].trouble = Host::Trouble{now - length, state, "Why."};
}

TEST(Alerts, EachTroubleRaisesItsOwnAlertAndNoOther) {
    using Change = std::function<void(AlertFacts&)>;
    struct Row {
        const char* what;
        Change change;
        const char* alerts;
    };
    const Row rows[] = {
        {"all is well", [](AlertFacts&) {}, ""},
        {"down for a moment",
         [](AlertFacts& f) { trouble(f, Health::State::down, minutes(10) - Milliseconds(1)); }, ""},
        {"down", [](AlertFacts& f) { trouble(f, Health::State::down, minutes(10)); },
         "connector_down support"},
        {"just started", [](AlertFacts& f) { trouble(f, Health::State::starting, hours(1)); }, ""},
        {"degraded for a moment",
         [](AlertFacts& f) { trouble(f, Health::State::degraded, minutes(9)); }, ""},
        {"degraded", [](AlertFacts& f) { trouble(f, Health::State::degraded, minutes(11)); },
         "connector_degraded support"},
        {"login refused", [](AlertFacts& f) { trouble(f, Health::State::auth_failed, Seconds(1)); },
         "login_refused support"},
        {"never heard of", [](AlertFacts& f) { f.connectors[0].silent_after = hours(1); }, ""},
        {"silent as long as it may be",
         [](AlertFacts& f) {
             f.connectors[0].silent_after = hours(1);
             f.connectors[0].heard = {now - hours(1)};
         },
         ""},
        {"silent for longer",
         [](AlertFacts& f) {
             f.connectors[0].silent_after = hours(1);
             f.connectors[0].heard = {now - hours(1) - Milliseconds(1)};
         },
         "connector_silent support"},
        {"too new to know what is usual",
         [](AlertFacts& f) { f.connectors[0].heard = {now - days(20)}; }, ""},
        {"a long weekend",
         [](AlertFacts& f) { f.connectors[0].heard = office_hours(now - hours(90)); }, ""},
        {"a week of silence",
         [](AlertFacts& f) { f.connectors[0].heard = office_hours(now - days(7)); },
         "connector_silent support"},
        {"the certificate has 30 days and a bit",
         [](AlertFacts& f) { f.certificate_ends = now + days(30) + Milliseconds(1); }, ""},
        {"the certificate has 30 days", [](AlertFacts& f) { f.certificate_ends = now + days(30); },
         "certificate_ends"},
        {"the certificate has ended", [](AlertFacts& f) { f.certificate_ends = now - days(1); },
         "certificate_ends"},
        {"no TLS of our own", [](AlertFacts& f) { f.certificate_ends.reset(); }, ""},
        {"just enough disk", [](AlertFacts& f) { f.free_bytes = f.low_disk; }, ""},
        {"the disk fills up", [](AlertFacts& f) { f.free_bytes = f.low_disk - 1; }, "disk_low"},
        {"the disk cannot be asked", [](AlertFacts& f) { f.free_bytes.reset(); }, ""},
        {"a backup as old as it may be", [](AlertFacts& f) { f.last_backup = now - days(2); }, ""},
        {"an old backup", [](AlertFacts& f) { f.last_backup = now - days(2) - Milliseconds(1); },
         "backup_old"},
        {"no backup", [](AlertFacts& f) { f.last_backup.reset(); }, "backup_old"},
        {"a new house without a backup",
         [](AlertFacts& f) {
             f.last_backup.reset();
             f.watched_since = now - days(2);
         },
         ""},
        {"some quarantine", [](AlertFacts& f) { f.quarantined_today = 9; }, ""},
        {"much quarantine", [](AlertFacts& f) { f.quarantined_today = 10; }, "quarantine_grows"},
        {"two at once",
         [](AlertFacts& f) {
             trouble(f, Health::State::down, hours(3));
             f.connectors.push_back(quiet_connector());
             f.connectors[1].name = "sales";
             f.connectors[1].trouble = f.connectors[0].trouble;
         },
         "connector_down support, connector_down sales"},
    };
    for (const Row& row : rows) {
        AlertFacts facts = good_house();
        row.change(facts);
        EXPECT_EQ(keys(find_alerts(facts, usual_rules())), row.alerts) << row.what;
    }
}

TEST(Alerts, WhatNobodyWantsToKnowIsNotTold) {
    AlertFacts facts = good_house();
    facts.last_backup.reset();
    facts.quarantined_today = 1'000;
    EXPECT_EQ(keys(find_alerts(facts, AlertRules())), "");
}

TEST(Alerts, SayWhatIsWrong) {
    AlertFacts facts = good_house();
    trouble(facts, Health::State::down, hours(50));
    facts.free_bytes = 300'000'000;
    const std::vector<Alert> alerts = find_alerts(facts, usual_rules());
    ASSERT_EQ(alerts.size(), 2u);
    EXPECT_EQ(alerts[0].text, "The connector support has not worked for 2 days: Why.");
    EXPECT_EQ(alerts[1].text, "Only 286 MB are free on the store's disk.");
}

TEST(Alerts, UsualSilenceIsLearnt) {
    EXPECT_FALSE(usual_silence({}));
    EXPECT_FALSE(usual_silence({now - days(9), now}));
    std::vector<Timestamp> hourly;
    for (Timestamp at = now - days(8); at <= now; at += hours(1))
        hourly.push_back(at);
    EXPECT_EQ(usual_silence(hourly), hours(2));
    EXPECT_EQ(usual_silence(office_hours(now)), minutes(97 * 60 + 30));  // a weekend: 65 hours
    hourly.resize(100);                                                  // four days
    EXPECT_FALSE(usual_silence(hourly));
}

TEST(Alerts, EachIsToldOnceWhenItBeginsAndOnceWhenItEnds) {
    const std::vector<Alert> one = {Alert(AlertKind::disk_low, "", "Full.")};
    const AlertNews first = find_news({}, one, {});
    EXPECT_EQ(keys(first.begun), "disk_low");
    EXPECT_TRUE(first.ended.empty());
    EXPECT_TRUE(find_news({"disk_low"}, one, {}).empty());
    const AlertNews last = find_news({"disk_low"}, {}, {});
    EXPECT_TRUE(last.begun.empty());
    EXPECT_EQ(last.ended, (std::vector<std::string>{"disk_low"}));
}

TEST(Alerts, WhatIsNotKnownNeitherBeginsNorEnds) {
    const std::set<std::string> told = {"connector_down support", "disk_low"};
    AlertFacts facts = good_house();
    for (const Health::State state : {Health::State::starting, Health::State::down}) {
        trouble(facts, state, minutes(1));
        const auto undecided = find_undecided(facts, usual_rules());
        const AlertNews news = find_news(told, find_alerts(facts, usual_rules()), undecided);
        EXPECT_TRUE(news.begun.empty());
        EXPECT_EQ(news.ended, (std::vector<std::string>{"disk_low"}));
    }
    // One trouble becomes another.
    trouble(facts, Health::State::auth_failed, minutes(1));
    const AlertNews news =
        find_news(told, find_alerts(facts, usual_rules()), find_undecided(facts, usual_rules()));
    EXPECT_EQ(keys(news.begun), "login_refused support");
    EXPECT_EQ(news.ended, (std::vector<std::string>{"connector_down support", "disk_low"}));
}

}  // namespace
}  // namespace tributary
