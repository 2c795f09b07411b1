#include "access/agents.hpp"

#include <algorithm>

#include "access/callers.hpp"
#include "desk/actions.hpp"
#include "store/access.hpp"
#include "store/customers.hpp"
#include "store/sessions.hpp"
#include "store/tickets.hpp"

namespace tributary {
namespace {

Agent get_agent(const Tx& tx, AgentId id) {
    auto agent = find_agent(tx, id);
    if (!agent) throw Failure(Outcome::not_found, "There is no such agent.");
    return std::move(*agent);
}

Team get_team(const Tx& tx, TeamId id) {
    auto team = find_team(tx, id);
    if (!team) throw Failure(Outcome::not_found, "There is no such team.");
    return std::move(*team);
}

void set_teams(const Tx& tx, Agent& agent, const std::optional<std::vector<TeamId>>& teams) {
    agent.is_limited = teams.has_value();
    agent.teams = teams.value_or(std::vector<TeamId>());
    for (const TeamId team : agent.teams)
        if (!find_team(tx, team))
            throw Failure(Error(Outcome::invalid, "There is no such team.")
                              .with_field("/teams", "unknown team"));
}

bool may_administer(const Agent& agent) {
    return agent.role == Role::admin && !agent.is_disabled;
}

// Only those count who can sign in: a token's agent has no password.
void require_another_admin(const Tx& tx, const Agent& before, const Agent& after) {
    if (!may_administer(before) || may_administer(after)) return;
    if (!find_password_hash(tx, before.id)) return;
    const auto all = list_agents(tx);
    const bool is_left = std::any_of(all.begin(), all.end(), [&](const Agent& agent) {
        return agent.id != before.id && may_administer(agent) && find_password_hash(tx, agent.id);
    });
    if (!is_left)
        throw Failure(
            Error(Outcome::conflict, "Nobody else could administer. Make another one first.")
                .with_reason("last_admin"));
}

std::vector<std::int64_t> hand_over_tickets(Tx& tx, AgentId from, std::optional<AgentId> to,
                                            Timestamp now) {
    std::vector<std::int64_t> numbers;
    for (const TicketId id : open_tickets_of(tx, from)) {
        TicketChange change;
        change.assignee = to;
        numbers.push_back(change_ticket(tx, id, change, now).number);
    }
    return numbers;
}

std::vector<std::int64_t> hand_over_customers(Tx& tx, AgentId from, std::optional<AgentId> to,
                                              Timestamp now) {
    std::vector<std::int64_t> numbers;
    for (const CustomerId id : customers_owned_by(tx, from)) {
        CustomerChange change;
        change.owner = to;
        numbers.push_back(change_customer(tx, id, change, now).number);
    }
    return numbers;
}

}  // namespace

Agent create_agent(Tx& tx, const NewAgent& wanted, Timestamp now) {
    if (find_agent_by_email(tx, wanted.email))
        throw Failure(Error(Outcome::conflict, "An agent has this address already.")
                          .with_reason("email_taken"));
    Agent agent;
    agent.id = AgentId::make(unix_ms(now));
    agent.name = wanted.name;
    agent.email = wanted.email;
    agent.role = wanted.role;
    agent.created_at = now;
    set_teams(tx, agent, wanted.teams);
    insert_agent(tx, agent);
    return agent;
}

Agent change_agent(Tx& tx, AgentId id, const AgentChange& change) {
    const Agent before = get_agent(tx, id);
    Agent agent = before;
    if (change.name) agent.name = *change.name;
    if (change.role) agent.role = *change.role;
    if (change.is_disabled) agent.is_disabled = *change.is_disabled;
    if (change.teams) set_teams(tx, agent, *change.teams);
    require_another_admin(tx, before, agent);
    update_agent(tx, agent);
    if (agent.role != before.role || (agent.is_disabled && !before.is_disabled))
        end_sessions_of(tx, id);
    note_access_change(tx);
    return get_agent(tx, id);
}

OffboardReport offboard(Tx& tx, AgentId id, std::optional<AgentId> heir, Timestamp now) {
    if (heir == id)
        throw Failure(Error(Outcome::invalid, "The work must go to somebody else.")
                          .with_field("/to", "must be another agent"));
    if (heir && get_agent(tx, *heir).is_disabled)
        throw Failure(Error(Outcome::invalid, "The work must go to somebody who is there.")
                          .with_field("/to", "is disabled"));
    OffboardReport report;
    report.heir = heir;
    report.sessions = end_sessions_of(tx, id);
    AgentChange change;
    change.is_disabled = true;
    change.teams = std::optional(std::vector<TeamId>());
    report.agent = change_agent(tx, id, change);
    report.tokens = revoke_tokens_of(tx, id, now);
    report.invitations = remove_one_use_tokens(tx, OneUse::invitation, id);
    report.provider_links = remove_links_of(tx, id);
    remove_password(tx, id);
    remove_second_factor(tx, id);
    report.tickets = hand_over_tickets(tx, id, heir, now);
    report.customers = hand_over_customers(tx, id, heir, now);
    return report;
}

Team create_team(Tx& tx, const std::string& name, const std::vector<std::string>& connectors,
                 Timestamp now) {
    Team team;
    team.id = TeamId::make(unix_ms(now));
    team.name = name;
    team.connectors = connectors;
    team.created_at = now;
    insert_team(tx, team);
    return get_team(tx, team.id);
}

Team change_team(Tx& tx, TeamId id, const TeamChange& change) {
    Team team = get_team(tx, id);
    if (change.name) team.name = *change.name;
    if (change.connectors) team.connectors = *change.connectors;
    update_team(tx, team);
    note_access_change(tx);
    return get_team(tx, id);
}

void delete_team(Tx& tx, TeamId id) {
    if (!remove_team(tx, id)) throw Failure(Outcome::not_found, "There is no such team.");
    note_access_change(tx);
}

}  // namespace tributary
