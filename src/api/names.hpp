// Names and numbers behind ids, for JSON.
#pragma once

#include <optional>

#include "api/json.hpp"
#include "store/access.hpp"
#include "store/tickets.hpp"

namespace tributary {

inline AgentNames agent_names(const Tx& tx) {
    AgentNames names;
    for (const Agent& agent : list_agents(tx)) {
        NamedAgent named;
        named.id = agent.id;
        named.name = agent.name;
        names.push_back(std::move(named));
    }
    return names;
}

inline std::optional<std::int64_t> ticket_number(const Tx& tx, const Interaction& interaction) {
    if (!interaction.ticket) return std::nullopt;
    const auto ticket = find_ticket(tx, *interaction.ticket);
    if (!ticket) return std::nullopt;
    return ticket->number;
}

inline boost::json::object interaction_json(const Tx& tx, const Interaction& interaction) {
    return interaction_json(interaction, agent_names(tx), ticket_number(tx, interaction));
}

}  // namespace tributary
