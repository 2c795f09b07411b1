#include "api/metrics.hpp"

#include <sstream>

namespace tributary {
namespace {

class Exposition {
 public:
    void family(const char* name, const char* type, const char* help) {
        name_ = name;
        out_ << "# HELP " << name << ' ' << help << "\n# TYPE " << name << ' ' << type << '\n';
    }
    template <class Value>
    void sample(Value value) {
        out_ << name_ << ' ' << value << '\n';
    }
    // Label values are connector names and our own words: nothing to escape.
    template <class Value>
    void sample(const std::string& labels, Value value) {
        out_ << name_ << '{' << labels << "} " << value << '\n';
    }
    std::string text() const { return out_.str(); }

 private:
    std::ostringstream out_;
    const char* name_ = "";
};

std::string label(const char* key, std::string_view value) {
    return std::string(key) + "=\"" + std::string(value) + "\"";
}

void add_connectors(Exposition& out, const Supervisor& supervisor) {
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
    out.family("tributary_intake_total", "counter", "Inbound events by fate");
    for (const auto& slot : supervisor.slots()) {
        const std::string connector = label("connector", slot->config.name) + ",";
        const Host::Counts& counts = slot->host.counts();
        out.sample(connector + label("fate", "accepted"), counts.accepted);
        out.sample(connector + label("fate", "duplicate"), counts.duplicates);
        out.sample(connector + label("fate", "quarantined"), counts.quarantined);
    }
}

void add_store(Exposition& out, const StoreStats& stats) {
    out.family("tributary_store_commits_total", "counter", "Durable commits");
    out.sample(stats.commits);
    out.family("tributary_store_steps_total", "counter",
               "Write steps; steps over commits is the batch size");
    out.sample(stats.steps);
    out.family("tributary_store_failed_steps_total", "counter", "Write steps undone");
    out.sample(stats.failed_steps);
    out.family("tributary_store_queued", "gauge", "Write steps waiting");
    out.sample(stats.queued);
    out.family("tributary_store_commit_worst_seconds", "gauge", "Slowest commit so far");
    out.sample(stats.worst_commit_ms / 1000);
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

}  // namespace

std::string metrics_text(const ApiContext& context, std::optional<Timestamp> last_backup) {
    Exposition out;
    add_connectors(out, context.supervisor);
    add_store(out, context.house.store.stats());
    out.family("tributary_last_backup_seconds", "gauge",
               "When the last verified backup was made, Unix time");
    if (last_backup) out.sample(unix_ms(*last_backup) / 1000);
    if (context.server) add_server(out, context.server->stats());
    return out.text();
}

}  // namespace tributary
