// Runs the connectors: starts them, restarts them with back-off, knows how each one fares.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connector/connector.hpp"
#include "desk/host.hpp"
#include "desk/house.hpp"
#include "desk/outbox_loop.hpp"
#include "desk/reply_plan.hpp"

namespace tributary {

// One configured way in and out, checked against its type's schema.
struct ConnectorConfig {
    ConnectorConfig(std::string n, const ConnectorType& t, Settings s, TicketPolicy p)
        : name(std::move(n)), type(&t), settings(std::move(s)), tickets(p) {}
    std::string name;
    const ConnectorType* type;
    Settings settings;
    TicketPolicy tickets;
};

// How long to wait before the next start. Network trouble never disables a connector.
Milliseconds restart_delay(int failures_in_a_row);

class Supervisor {
 public:
    explicit Supervisor(House& house) : house_(house) {}

    // One running connector. Lives until the next reload that drops or changes it; do not keep a
    // pointer across an await.
    struct Slot {
        Slot(ConnectorConfig c, House& house);
        ConnectorConfig config;
        Host host;
        std::unique_ptr<Connector> connector;
        std::unique_ptr<OutboxLoop> outbox;
        TaskHandle run_task;
        TaskHandle outbox_task;
        // Requests whose senders have been told to come again.
        std::vector<TaskHandle> late_tasks;
        int restarts = 0;

        void note_late(TaskHandle task);
    };

    // All or nothing: an Error names the connector whose settings its constructor refused, and
    // whatever ran before goes on.
    Result<> start(std::vector<ConnectorConfig> configs);
    awaitable<Result<>> reload(std::vector<ConnectorConfig> configs);
    awaitable<void> stop();

    // shared_ptr: a request in flight keeps its connector through a reload.
    std::shared_ptr<Slot> find(std::string_view name) const;
    const std::vector<std::shared_ptr<Slot>>& slots() const { return slots_; }
    std::vector<ReplyRoute> reply_routes() const;
    void wake_outbox(std::string_view connector);

 private:
    Result<std::vector<std::shared_ptr<Slot>>> build(std::vector<ConnectorConfig> configs);
    void launch(const std::vector<std::shared_ptr<Slot>>& slots);

    House& house_;
    std::vector<std::shared_ptr<Slot>> slots_;
};

}  // namespace tributary
