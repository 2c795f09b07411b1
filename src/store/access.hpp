// Agents, teams and API tokens in the store. Tokens are kept as SHA-256 only.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "model/agent.hpp"
#include "store/store.hpp"

namespace tributary {

void insert_agent(Tx& tx, const Agent& agent);
std::optional<Agent> find_agent(const Tx& tx, AgentId id);
std::optional<Agent> find_agent_by_email(const Tx& tx, std::string_view email);
std::vector<Agent> list_agents(const Tx& tx);
// Everything but id and created_at, teams included.
void update_agent(Tx& tx, const Agent& agent);

// Failure(conflict) when another team has the name.
void insert_team(Tx& tx, const Team& team);
std::optional<Team> find_team(const Tx& tx, TeamId id);
std::vector<Team> list_teams(const Tx& tx);  // by name
void update_team(Tx& tx, const Team& team);
// Its agents stay limited to what their other teams have.
bool remove_team(Tx& tx, TeamId id);

void insert_token(Tx& tx, const ApiToken& token, std::string_view token_sha256);
std::optional<ApiToken> find_token(const Tx& tx, std::string_view token_sha256);  // not revoked
std::vector<ApiToken> list_tokens(const Tx& tx);
bool revoke_token(Tx& tx, TokenId id, Timestamp now);
std::int64_t revoke_tokens_of(Tx& tx, AgentId agent, Timestamp now);

// Whoever is connected must be judged anew: somebody's access was changed or ended.
void note_access_change(Tx& tx);
std::int64_t access_changes(const Tx& tx);  // how often that was

}  // namespace tributary
