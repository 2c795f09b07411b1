#include "api/metrics.hpp"

#include <array>

#include "api/exposition.hpp"
#include "base/log.hpp"
#include "base/process_stats.hpp"
#include "store/housekeeping.hpp"
#include "store/outbox.hpp"

namespace tributary {
namespace {

// What only the store and the kernel know.
struct Found {
    Found() = default;
    std::optional<Timestamp> last_backup;
    std::map<std::string, std::int64_t> quarantine;
    std::map<std::string, OutboxBacklog> outboxes;
    ProcessStats process;
};

constexpr std::array kStates = {Health::State::starting,    Health::State::up,
                                Health::State::degraded,    Health::State::down,
                                Health::State::auth_failed, Health::State::paused};

double seconds_between(Timestamp from, Timestamp to) {
    return std::max(0.0, std::chrono::duration<double>(to - from).count());
}

void add_connectors(Exposition& out, const Supervisor& supervisor, Timestamp now) {
    const auto each = [&](const char* name, const char* type, const char* help, auto&& value) {
        out.family(name, type, help);
        for (const auto& slot : supervisor.slots())
            if (const auto found = value(*slot))
                out.sample(label("connector", slot->config.name), *found);
    };
    using Slot = Supervisor::Slot;
    using Number = std::optional<std::int64_t>;
    const auto seconds = [](const std::optional<Timestamp>& at) -> Number {
        if (!at) return std::nullopt;
        return unix_ms(*at) / 1000;
    };
    each("tributary_connector_up", "gauge", "1 when the connector works",
         [](const Slot& slot) -> Number {
             return slot.host.health().state == Health::State::up ? 1 : 0;
         });
    each("tributary_connector_restarts_total", "counter", "Restarts after trouble",
         [](const Slot& slot) -> Number { return slot.restarts; });
    each("tributary_connector_last_in_seconds", "gauge", "When something last came in, Unix time",
         [&](const Slot& slot) { return seconds(slot.host.health().last_in); });
    each("tributary_connector_last_out_seconds", "gauge", "When something was last sent, Unix time",
         [&](const Slot& slot) { return seconds(slot.host.health().last_out); });
    each("tributary_connector_backlog", "gauge", "Known to wait at the source",
         [](const Slot& slot) { return slot.host.health().backlog; });
    each("tributary_connector_lag_seconds", "gauge",
         "How long something has been waiting at the source without a break",
         [&](const Slot& slot) -> std::optional<double> {
             const auto& since = slot.host.waiting_since();
             return since ? seconds_between(*since, now) : 0;
         });
}

void add_states(Exposition& out, const Supervisor& supervisor) {
    out.family("tributary_connector_state", "gauge", "1 for the state the connector is in");
    for (const auto& slot : supervisor.slots())
        for (const Health::State state : kStates)
            out.sample(
                label("connector", slot->config.name) + "," + label("state", to_string(state)),
                slot->host.health().state == state ? 1 : 0);
}

void add_intake(Exposition& out, const Supervisor& supervisor) {
    out.family("tributary_intake_total", "counter", "Inbound events by fate");
    for (const auto& slot : supervisor.slots()) {
        const std::string connector = label("connector", slot->config.name) + ",";
        const Host::Counts& counts = slot->host.counts();
        out.sample(connector + label("fate", "accepted"), counts.accepted);
        out.sample(connector + label("fate", "duplicate"), counts.duplicates);
        out.sample(connector + label("fate", "quarantined"), counts.quarantined);
    }
    out.family("tributary_quarantined_total", "counter", "Put into quarantine, by reason");
    for (const auto& slot : supervisor.slots())
        for (const auto& [reason, count] : slot->host.counts().quarantined_by_reason)
            out.sample(label("connector", slot->config.name) + "," + label("reason", reason),
                       count);
    out.family("tributary_intake_delay_seconds", "histogram",
               "From the source's having a message to our having it durably");
    for (const auto& slot : supervisor.slots())
        out.histogram(label("connector", slot->config.name), slot->host.intake_delay());
}

void add_outboxes(Exposition& out, const Supervisor& supervisor, const Found& found,
                  Timestamp now) {
    const auto each = [&](const char* name, const char* help, auto&& value) {
        out.family(name, "gauge", help);
        for (const auto& slot : supervisor.slots()) {
            if (!slot->outbox) continue;
            const auto backlog = found.outboxes.find(slot->config.name);
            const bool is_empty = backlog == found.outboxes.end();
            out.sample(label("connector", slot->config.name),
                       value(is_empty ? OutboxBacklog() : backlog->second));
        }
    };
    each("tributary_outbox_queued", "Deliveries waiting to be sent",
         [](const OutboxBacklog& backlog) { return backlog.queued; });
    each("tributary_outbox_retrying", "Deliveries waiting for another attempt",
         [](const OutboxBacklog& backlog) { return backlog.retrying; });
    each("tributary_outbox_overdue_seconds", "By how long the first delivery's turn has passed",
         [&](const OutboxBacklog& backlog) {
             return backlog.queued > 0 ? seconds_between(backlog.next_attempt_at, now) : 0;
         });
}

void add_quarantine(Exposition& out, const Found& found) {
    out.family("tributary_quarantine_waiting", "gauge", "Items waiting in quarantine, by reason");
    for (const auto& [reason, count] : found.quarantine)
        out.sample(label("reason", reason), count);
}

void add_helpers(Exposition& out, const NormalizerPool& pool) {
    out.family("tributary_normalizers", "gauge", "Helper processes alive");
    out.sample(pool.live_processes());
    out.family("tributary_normalizers_started_total", "counter", "Helper processes started");
    out.sample(pool.stats().started);
    out.family("tributary_normalizers_died_total", "counter",
               "Helper processes that died of a message, by reason");
    for (const char* reason : {"parser_crash", "parser_timeout", "parser_memory"}) {
        const auto died = pool.stats().died.find(reason);
        out.sample(label("reason", reason), died == pool.stats().died.end() ? 0 : died->second);
    }
}

void add_store(Exposition& out, const StoreStats& stats) {
    out.family("tributary_store_commits_total", "counter", "Durable commits");
    out.sample(stats.commits);
    out.family("tributary_store_steps_total", "counter", "Write steps");
    out.sample(stats.steps);
    out.family("tributary_store_failed_steps_total", "counter", "Write steps undone");
    out.sample(stats.failed_steps);
    out.family("tributary_store_queued", "gauge", "Write steps waiting");
    out.sample(stats.queued);
    out.family("tributary_store_commit_worst_seconds", "gauge", "Slowest commit so far");
    out.sample(stats.worst_commit_ms / 1000);
    out.family("tributary_store_commit_seconds", "histogram",
               "How long a batch took, from its first step to its being durable");
    out.histogram("", stats.commit_seconds);
    out.family("tributary_store_batch_steps", "histogram", "Write steps that shared a commit");
    out.histogram("", stats.batch_steps);
}

void add_server(Exposition& out, const http::Server::Stats& stats) {
    out.family("tributary_http_requests_total", "counter", "Requests answered");
    out.sample(stats.requests);
    out.family("tributary_http_refused_total", "counter",
               "Refused by a limit or by the framing rule");
    out.sample(stats.refused);
    out.family("tributary_http_connections", "gauge", "Open connections");
    out.sample(stats.connections);
    out.family("tributary_http_web_sockets", "gauge", "Open WebSockets");
    out.sample(stats.web_sockets);
}

void add_process(Exposition& out, const ProcessStats& stats) {
    const auto one = [&](const char* name, const char* type, const char* help, auto value) {
        out.family(name, type, help);
        out.sample(value);
    };
    one("process_cpu_seconds_total", "counter", "CPU time, user and system", stats.cpu_seconds);
    one("process_resident_memory_bytes", "gauge", "Resident memory", stats.resident_bytes);
    one("process_virtual_memory_bytes", "gauge", "Virtual memory", stats.virtual_bytes);
    one("process_open_fds", "gauge", "Open descriptors", stats.open_fds);
    one("process_max_fds", "gauge", "Descriptors it may open", stats.max_fds);
    one("process_threads", "gauge", "Threads", stats.threads);
    one("process_start_time_seconds", "gauge", "When it started, Unix time", stats.started_at);
    one("tributary_log_dropped_total", "counter", "Log lines lost because their reader was slow",
        log::dropped());
}

awaitable<Found> find_out(House& house) {
    Found found = co_await house.store.read([](const Tx& tx) {
        Found read;
        read.last_backup = newest_event(tx, "backup");
        read.quarantine = quarantine_by_reason(tx);
        read.outboxes = outbox_backlogs(tx);
        return read;
    });
    const Timestamp now = house.clock.now();
    auto ask_kernel = [now] { return read_process_stats(now); };
    found.process = co_await house.workers.offload(ask_kernel);
    co_return found;
}

}  // namespace

awaitable<std::string> metrics_text(ApiContext& context) {
    House& house = context.house;
    const Found found = co_await find_out(house);
    const Timestamp now = house.clock.now();
    Exposition out;
    add_connectors(out, context.supervisor, now);
    add_states(out, context.supervisor);
    add_intake(out, context.supervisor);
    add_outboxes(out, context.supervisor, found, now);
    add_quarantine(out, found);
    add_helpers(out, house.normalizers);
    add_store(out, house.store.stats());
    out.family("tributary_last_backup_seconds", "gauge",
               "When the last verified backup was made, Unix time");
    if (found.last_backup) out.sample(unix_ms(*found.last_backup) / 1000);
    out.family("tributary_loop_lateness_seconds", "histogram",
               "How late a timer of the I/O thread fired");
    out.histogram("", house.loop_lateness);
    if (context.server) add_server(out, context.server->stats());
    add_process(out, found.process);
    co_return out.text();
}

}  // namespace tributary
