// Agents and API tokens in the store. Tokens are kept as SHA-256 only.
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
void update_agent(Tx& tx, const Agent& agent);

void insert_token(Tx& tx, const ApiToken& token, std::string_view token_sha256);
std::optional<ApiToken> find_token(const Tx& tx, std::string_view token_sha256);  // not revoked
std::vector<ApiToken> list_tokens(const Tx& tx);
bool revoke_token(Tx& tx, TokenId id, Timestamp now);

}  // namespace tributary
