#include "desk/alert_watch.hpp"

#include "base/log.hpp"
#include "desk/alert_message.hpp"
#include "store/housekeeping.hpp"

namespace tributary {
namespace {

constexpr std::string_view kHeard = "heard";
constexpr std::string_view kWatched = "watched";  // the first time
constexpr std::chrono::days kMemory{28};
constexpr std::chrono::minutes kMailPatience{5};

// Free bytes, or nothing where the disk cannot be asked.
std::optional<std::uint64_t> free_bytes(const std::filesystem::path& folder) {
    std::error_code trouble;
    const auto space = std::filesystem::space(folder, trouble);
    if (trouble) return std::nullopt;
    return space.available;
}

// The store remembers one arrival an hour; within the hour the exact time is the process's to know.
bool is_worth_noting(const std::vector<Timestamp>& heard, Timestamp last_in) {
    return heard.empty() || last_in - heard.back() >= std::chrono::hours(1);
}

}  // namespace

AlertWatch::AlertWatch(House& house, const Supervisor& supervisor, AlertSettings settings,
                       std::optional<Timestamp> certificate_ends)
    : house_(house),
      supervisor_(supervisor),
      settings_(std::move(settings)),
      certificate_ends_(certificate_ends) {
    if (!settings_.mail_to.empty()) targets_.emplace_back(Way::mail);
    if (!settings_.webhook_url.empty()) targets_.emplace_back(Way::webhook);
}

std::string AlertWatch::Target::event() const {
    return way == Way::mail ? "alert.mail" : "alert.webhook";
}

awaitable<void> AlertWatch::run() {
    bool does_remember = false;
    while (true) {
        try {
            if (!does_remember) co_await remember();
            does_remember = true;
            co_await look();
        } catch (const std::exception& thrown) {
            if (is_cancellation(thrown)) throw;
            log::warn("alert.not_checked", "reason", thrown.what());
        }
        co_await sleep_for(settings_.check_every);
    }
}

awaitable<void> AlertWatch::remember() {
    const Timestamp now = house_.clock.now();
    auto begin = [now](Tx& tx) {
        if (!newest_event(tx, kWatched)) note_event(tx, kWatched, "", now);
    };
    co_await house_.store.write(begin);
    for (Target& target : targets_) {
        const std::string event = target.event();
        const std::vector<std::string> keys = co_await house_.store.read(
            [&](const Tx& tx) { return list_event_subjects(tx, event); });
        target.told = std::set<std::string>(keys.begin(), keys.end());
    }
}

awaitable<void> AlertWatch::look() {
    const AlertFacts facts = co_await gather();
    const std::vector<Alert> alerts = find_alerts(facts, settings_.rules);
    const std::set<std::string> undecided = find_undecided(facts, settings_.rules);
    log_news(find_news(logged_, alerts, undecided));
    for (Target& target : targets_)
        co_await tell(target, find_news(target.told, alerts, undecided));
}

awaitable<AlertFacts> AlertWatch::gather() {
    AlertFacts facts;
    facts.now = house_.clock.now();
    facts.certificate_ends = certificate_ends_;
    facts.low_disk = house_.low_disk;
    auto measure = [state = house_.state] { return free_bytes(state); };
    facts.free_bytes = co_await house_.workers.offload(measure);
    std::vector<std::optional<Timestamp>> last_in;
    for (const auto& slot : supervisor_.slots()) {
        ConnectorFacts& connector = facts.connectors.emplace_back();
        connector.name = slot->config.name;
        connector.trouble = slot->host.trouble();
        connector.silent_after = slot->config.settings.duration("silent_after");
        last_in.push_back(slot->host.health().last_in);
    }
    auto step = [&facts](const Tx& tx) {
        for (ConnectorFacts& connector : facts.connectors)
            connector.heard = list_events(tx, kHeard, connector.name, facts.now - kMemory);
        facts.last_backup = newest_event(tx, "backup");
        facts.watched_since = newest_event(tx, kWatched).value_or(facts.now);
        facts.quarantined_today = count_quarantined_since(tx, facts.now - std::chrono::days(1));
    };
    co_await house_.store.read(step);
    for (std::size_t i = 0; i < facts.connectors.size(); ++i) {
        ConnectorFacts& connector = facts.connectors[i];
        if (!last_in[i]) continue;
        if (is_worth_noting(connector.heard, *last_in[i]))
            co_await note_heard(connector.name, *last_in[i]);
        connector.heard.push_back(*last_in[i]);
    }
    co_return facts;
}

// A store that cannot be written is what alerts may be about.
awaitable<void> AlertWatch::note_heard(std::string connector, Timestamp at) {
    auto step = [&](Tx& tx) {
        forget_events(tx, kHeard, connector, at - kMemory);
        note_event(tx, kHeard, connector, at);
    };
    try {
        co_await house_.store.write(step);
    } catch (const Failure& failure) {
        log::debug("alert.not_noted", "reason", failure.what());
    }
}

void AlertWatch::log_news(const AlertNews& news) {
    for (const Alert& alert : news.begun) {
        log::warn("alert.begun", "alert", alert.key());
        logged_.insert(alert.key());
    }
    for (const std::string& key : news.ended) {
        log::info("alert.ended", "alert", key);
        logged_.erase(key);
    }
}

awaitable<void> AlertWatch::tell(Target& target, AlertNews news) {
    const auto steady_now = std::chrono::steady_clock::now();
    const bool is_too_early = target.last && steady_now - *target.last < settings_.pause;
    if (news.empty() || is_too_early) co_return;
    target.last = steady_now;
    bool was_told = false;
    if (target.way == Way::mail) {
        was_told = co_await mail(news);
    } else {
        was_told = co_await post(news);
    }
    if (!was_told) {
        log::warn("alert.not_told", "target", target.event());
        co_return;
    }
    // First of all here, for the store may be what does not work.
    for (const Alert& alert : news.begun)
        target.told.insert(alert.key());
    for (const std::string& key : news.ended)
        target.told.erase(key);
    const Timestamp now = house_.clock.now();
    auto step = [&](Tx& tx) {
        for (const Alert& alert : news.begun)
            note_event(tx, target.event(), alert.key(), now);
        for (const std::string& key : news.ended)
            forget_events(tx, target.event(), key, Timestamp::max());
    };
    co_await house_.store.write(step);
}

awaitable<bool> AlertWatch::mail(AlertNews news) {
    const std::shared_ptr<Supervisor::Slot> slot = supervisor_.find(settings_.mail_through);
    if (!slot) co_return false;
    AlertMail written = write_alert_mail(news, house_.public_url);
    OutboundMessage message;
    message.created_at = house_.clock.now();
    message.id = InteractionId::make(unix_ms(message.created_at));
    message.message_id = message.id.text() + "@" + house_.mail_domain;
    message.from.name = "Tributary";
    for (const std::string& address : settings_.mail_to) {
        Party party;
        party.address = address;
        message.to.push_back(std::move(party));
    }
    message.all_to = message.to;
    message.subject = std::move(written.subject);
    message.text = std::move(written.text);
    message.is_automatic = true;
    SendReceipt receipt;
    try {
        awaitable<SendReceipt> sending = slot->connector->send(std::move(message));
        receipt = co_await with_timeout(kMailPatience, std::move(sending), "alert");
    } catch (const std::exception& thrown) {
        if (is_cancellation(thrown)) throw;
        log::debug("alert.mail_failed", "reason", thrown.what());
    }
    // One who got it is enough: the others' addresses will not get better by trying again.
    co_return std::any_of(receipt.begin(), receipt.end(), [](const RecipientResult& result) {
        return result.state == RecipientResult::State::accepted;
    });
}

awaitable<bool> AlertWatch::post(AlertNews news) {
    net::ClientRequest request =
        write_alert_request(news, settings_.webhook_url, settings_.webhook_key, house_.clock.now());
    request.reach = settings_.webhook_reach;
    const Result<net::ClientReply> reply = co_await house_.http.request(std::move(request));
    if (!reply) {
        log::warn("alert.webhook_failed", "reason", describe(reply.error()));
        co_return false;
    }
    co_return reply->status >= 200 && reply->status < 300;
}

}  // namespace tributary
