// Every JSON shape of the API and of `normalize`, each written once. docs/api.md shows them.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "access/agents.hpp"
#include "desk/reply_plan.hpp"
#include "desk/supervisor.hpp"
#include "model/agent.hpp"
#include "model/customer.hpp"
#include "model/interaction.hpp"
#include "model/ticket.hpp"
#include "store/changes.hpp"
#include "store/housekeeping.hpp"
#include "store/search.hpp"
#include "store/tickets.hpp"

namespace tributary {

// Names behind ids, looked up once a page.
struct NamedAgent {
    AgentId id;
    std::string name;
};
using AgentNames = std::vector<NamedAgent>;

// The normalised interaction of docs/api.md: what was said, and on which channel.
boost::json::object content_json(const Content& content, std::string_view channel,
                                 Direction direction);
// The same with its place in the house: ids, customer, ticket, deliveries, why.
boost::json::object interaction_json(const Interaction& interaction, const AgentNames& agents,
                                     std::optional<std::int64_t> ticket_number);
boost::json::object customer_json(const Customer& customer, const AgentNames& agents);
boost::json::object ticket_json(const TicketRow& row, const AgentNames& agents);
boost::json::object reply_plan_json(const ReplyPlan& plan);
boost::json::object capabilities_json(const Capabilities& capabilities);
boost::json::object slot_json(const Supervisor::Slot& slot, std::int64_t queued);
boost::json::object change_json(const Change& change);
boost::json::object hit_json(const SearchHit& hit);
boost::json::object quarantine_json(const QuarantineItem& item);
boost::json::object agent_json(const Agent& agent);
boost::json::object team_json(const Team& team);
boost::json::object offboard_json(const OffboardReport& report);
boost::json::object token_json(const ApiToken& token);

// A string or null.
boost::json::value text_or_null(std::string_view text);
boost::json::value time_or_null(const std::optional<Timestamp>& at);

}  // namespace tributary
