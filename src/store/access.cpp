#include "store/access.hpp"

#include "store/sql.hpp"

namespace tributary {
namespace {

Agent read_agent(const Rows& rows) {
    Agent agent;
    rows.read(agent.id, agent.name, agent.email, agent.role, agent.is_disabled, agent.created_at);
    return agent;
}

ApiToken read_token(const Rows& rows) {
    ApiToken token;
    rows.read(token.id, token.name, token.role, token.agent, token.created_at, token.revoked_at);
    return token;
}

}  // namespace

void insert_agent(Tx& tx, const Agent& agent) {
    tx.exec(R"sql(INSERT INTO agent (id, name, email, role, is_disabled, created_at)
                  VALUES ($1, $2, $3, $4, $5, $6))sql",
            agent.id, agent.name, agent.email, agent.role, agent.is_disabled, agent.created_at);
}

std::optional<Agent> find_agent(const Tx& tx, AgentId id) {
    Rows rows = tx.query(R"sql(SELECT id, name, email, role, is_disabled, created_at
                               FROM agent WHERE id = $1)sql",
                         id);
    if (!rows.next()) return std::nullopt;
    return read_agent(rows);
}

std::optional<Agent> find_agent_by_email(const Tx& tx, std::string_view email) {
    Rows rows = tx.query(R"sql(SELECT id, name, email, role, is_disabled, created_at
                               FROM agent WHERE email = $1)sql",
                         email);
    if (!rows.next()) return std::nullopt;
    return read_agent(rows);
}

std::vector<Agent> list_agents(const Tx& tx) {
    Rows rows = tx.query(R"sql(SELECT id, name, email, role, is_disabled, created_at
                               FROM agent ORDER BY id)sql");
    std::vector<Agent> agents;
    while (rows.next())
        agents.push_back(read_agent(rows));
    return agents;
}

void update_agent(Tx& tx, const Agent& agent) {
    const auto changed = tx.exec(
        R"sql(UPDATE agent SET name = $2, email = $3, role = $4, is_disabled = $5
              WHERE id = $1)sql",
        agent.id, agent.name, agent.email, agent.role, agent.is_disabled);
    if (changed == 0) throw Failure(Outcome::not_found, "There is no such agent.");
}

void insert_token(Tx& tx, const ApiToken& token, std::string_view token_sha256) {
    tx.exec(R"sql(INSERT INTO api_token (id, sha256, name, role, agent, created_at, revoked_at)
                  VALUES ($1, $2, $3, $4, $5, $6, $7))sql",
            token.id, Bytes(token_sha256), token.name, token.role, token.agent, token.created_at,
            token.revoked_at);
}

std::optional<ApiToken> find_token(const Tx& tx, std::string_view token_sha256) {
    Rows rows = tx.query(R"sql(SELECT id, name, role, agent, created_at, revoked_at
                               FROM api_token WHERE sha256 = $1 AND revoked_at IS NULL)sql",
                         Bytes(token_sha256));
    if (!rows.next()) return std::nullopt;
    return read_token(rows);
}

std::vector<ApiToken> list_tokens(const Tx& tx) {
    Rows rows = tx.query(R"sql(SELECT id, name, role, agent, created_at, revoked_at
                               FROM api_token ORDER BY id)sql");
    std::vector<ApiToken> tokens;
    while (rows.next())
        tokens.push_back(read_token(rows));
    return tokens;
}

bool revoke_token(Tx& tx, TokenId id, Timestamp now) {
    return tx.exec(R"sql(UPDATE api_token SET revoked_at = $2
                         WHERE id = $1 AND revoked_at IS NULL)sql",
                   id, now) > 0;
}

}  // namespace tributary
