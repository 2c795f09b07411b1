// Agents and teams as administrators change them. Steps of a Tx; all throw Failure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/agent.hpp"
#include "store/store.hpp"

namespace tributary {

struct NewAgent {
    NewAgent() = default;
    std::string name;
    std::string email;  // in normal form
    Role role = Role::agent;
    std::optional<std::vector<TeamId>> teams;  // none: everything is seen
};
Agent create_agent(Tx& tx, const NewAgent& wanted, Timestamp now);

struct AgentChange {
    AgentChange() = default;
    std::optional<std::string> name;
    std::optional<Role> role;
    std::optional<bool> is_disabled;
    std::optional<std::optional<std::vector<TeamId>>> teams;
};
// Another role, and being disabled, end the agent's sessions. Failure(conflict, "last_admin") when
// nobody would be left who may administer.
Agent change_agent(Tx& tx, AgentId id, const AgentChange& change);

// What an agent leaves behind when the agent leaves.
struct OffboardReport {
    OffboardReport() = default;
    Agent agent;
    std::optional<AgentId> heir;
    std::int64_t sessions = 0;
    std::int64_t tokens = 0;
    std::int64_t invitations = 0;
    std::int64_t provider_links = 0;
    std::vector<std::int64_t> tickets;    // their numbers
    std::vector<std::int64_t> customers;  // theirs
};
// One transaction: the agent is disabled, everything that opens a door is gone, open and pending
// tickets and owned customers are `heir`'s, or nobody's. Again, it finds what is left to do.
OffboardReport offboard(Tx& tx, AgentId id, std::optional<AgentId> heir, Timestamp now);

Team create_team(Tx& tx, const std::string& name, const std::vector<std::string>& connectors,
                 Timestamp now);
struct TeamChange {
    TeamChange() = default;
    std::optional<std::string> name;
    std::optional<std::vector<std::string>> connectors;
};
Team change_team(Tx& tx, TeamId id, const TeamChange& change);
void delete_team(Tx& tx, TeamId id);

}  // namespace tributary
