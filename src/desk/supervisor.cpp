#include "desk/supervisor.hpp"

#include "base/log.hpp"

namespace tributary {
namespace {

constexpr Milliseconds kFirstPause{1'000};
constexpr Milliseconds kLongestPause{300'000};
constexpr std::chrono::seconds kGoodRun{60};

IngestRules rules_for(const ConnectorConfig& config, const House& house) {
    IngestRules rules;
    rules.connector = config.name;
    rules.channel = config.type->channel;
    rules.claimed = house.claimed;
    rules.mail_domain = house.mail_domain;
    rules.can_send = config.type->capabilities.can_send;
    rules.reaches = config.type->capabilities.reaches;
    rules.tickets = config.tickets;
    return rules;
}

// Restarts the connector's loop for ever; ends by cancellation only.
awaitable<void> keep_running(std::shared_ptr<Supervisor::Slot> slot) {
    RefusedLogins& logins = slot->host.intake_logins();
    int failures = 0;
    while (true) {
        const auto started = std::chrono::steady_clock::now();
        Outcome outcome = Outcome::unavailable;
        std::string reason = "It ended by itself.";
        try {
            slot->host.set_health(Health::State::up, "");
            co_await slot->connector->run();
        } catch (const Failure& failure) {
            outcome = failure.error().outcome;
            reason = failure.what();
        } catch (const std::exception& thrown) {
            if (is_cancellation(thrown)) throw;
            reason = thrown.what();
        }
        if (std::chrono::steady_clock::now() - started > kGoodRun) failures = 0;
        ++failures;
        ++slot->restarts;
        if (outcome == Outcome::denied) logins.note(reason);
        if (logins.have_stopped()) {
            slot->host.set_health(Health::State::auth_failed, logins.advice());
            log::error("connector.login_stopped", "connector", slot->config.name, "reason",
                       logins.advice());
            co_await logins.wait_until_allowed();
            failures = 0;
            continue;
        }
        slot->host.set_health(Health::State::down, reason);
        const Milliseconds pause =
            outcome == Outcome::denied ? logins.pause() : restart_delay(failures);
        log::warn("connector.restarting", "connector", slot->config.name, "reason", reason, "in_ms",
                  pause.count());
        co_await sleep_for(pause);
    }
}

awaitable<void> run_outbox(std::shared_ptr<Supervisor::Slot> slot) {
    co_await slot->outbox->run();
}

}  // namespace

Milliseconds restart_delay(int failures_in_a_row) {
    return backoff_delay(failures_in_a_row, kFirstPause, kLongestPause);
}

Supervisor::Slot::Slot(ConnectorConfig c, House& house)
    : config(std::move(c)), host(house, config.settings, rules_for(config, house), [this] {
          if (outbox) outbox->wake();
      }) {}

void Supervisor::Slot::note_late(TaskHandle task) {
    std::erase_if(late_tasks, [](const TaskHandle& late) { return !late.is_running(); });
    late_tasks.push_back(std::move(task));
}

Result<std::vector<std::shared_ptr<Supervisor::Slot>>> Supervisor::build(
    std::vector<ConnectorConfig> configs) {
    std::vector<std::shared_ptr<Slot>> slots;
    std::vector<Handle> own;
    for (ConnectorConfig& config : configs) {
        auto slot = std::make_shared<Slot>(std::move(config), house_);
        auto connector = slot->config.type->create(slot->config.settings, slot->host);
        if (!connector) {
            Error error = connector.error();
            error.message = "connector '" + slot->config.name + "': " + error.message;
            return error;
        }
        slot->connector = std::move(*connector);
        for (Handle& handle : slot->connector->own_handles())
            own.push_back(std::move(handle));
        if (slot->config.type->capabilities.can_send)
            slot->outbox = std::make_unique<OutboxLoop>(house_, slot->host, *slot->connector);
        slots.push_back(std::move(slot));
    }
    for (const auto& slot : slots)
        slot->host.set_own_handles(own);
    return slots;
}

void Supervisor::launch(const std::vector<std::shared_ptr<Slot>>& slots) {
    const auto executor = house_.io.get_executor();
    for (const auto& slot : slots) {
        slot->run_task = spawn(executor, "connector " + slot->config.name, keep_running(slot));
        if (slot->outbox)
            slot->outbox_task = spawn(executor, "outbox " + slot->config.name, run_outbox(slot));
    }
}

Result<> Supervisor::start(std::vector<ConnectorConfig> configs) {
    auto slots = build(std::move(configs));
    if (!slots) return slots.error();
    slots_ = std::move(*slots);
    launch(slots_);
    return {};
}

awaitable<Result<>> Supervisor::reload(std::vector<ConnectorConfig> configs) {
    auto slots = build(std::move(configs));
    if (!slots) co_return slots.error();
    co_await stop();
    slots_ = std::move(*slots);
    launch(slots_);
    co_return Result<>();
}

awaitable<void> Supervisor::stop() {
    for (const auto& slot : slots_) {
        slot->run_task.cancel();
        slot->outbox_task.cancel();
    }
    for (const auto& slot : slots_) {
        co_await slot->run_task.join();
        co_await slot->outbox_task.join();
        std::vector<TaskHandle> late_tasks = std::move(slot->late_tasks);
        for (TaskHandle& late : late_tasks)
            co_await late.join();
    }
    slots_.clear();
}

std::shared_ptr<Supervisor::Slot> Supervisor::find(std::string_view name) const {
    for (const auto& slot : slots_)
        if (slot->config.name == name) return slot;
    return nullptr;
}

std::vector<ReplyRoute> Supervisor::reply_routes() const {
    std::vector<ReplyRoute> routes;
    for (const auto& slot : slots_) {
        ReplyRoute route;
        route.connector = slot->config.name;
        route.channel = slot->config.type->channel;
        route.capabilities = slot->config.type->capabilities;
        route.own_handles = slot->connector->own_handles();
        route.tag_delimiter = slot->connector->tag_delimiter();
        routes.push_back(std::move(route));
    }
    return routes;
}

void Supervisor::wake_outbox(std::string_view connector) {
    if (const auto slot = find(connector); slot && slot->outbox) slot->outbox->wake();
}

}  // namespace tributary
