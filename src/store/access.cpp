#include "store/access.hpp"

#include "store/sql.hpp"

namespace tributary {
namespace {

constexpr std::string_view kAgentColumns =
    "SELECT id, name, email, role, is_disabled, is_limited, created_at FROM agent ";

Agent read_agent(const Rows& rows) {
    Agent agent;
    rows.read(agent.id, agent.name, agent.email, agent.role, agent.is_disabled, agent.is_limited,
              agent.created_at);
    return agent;
}

void load_teams(const Tx& tx, Agent& agent) {
    if (!agent.is_limited) return;
    Rows rows =
        tx.query(R"sql(SELECT team FROM team_agent WHERE agent = $1 ORDER BY team)sql", agent.id);
    while (rows.next())
        rows.read(agent.teams.emplace_back());
}

std::vector<Agent> load_agents(const Tx& tx, const SqlBuilder& sql) {
    std::vector<Agent> agents;
    {
        Rows rows = tx.query(sql);
        while (rows.next())
            agents.push_back(read_agent(rows));
    }
    for (Agent& agent : agents)
        load_teams(tx, agent);
    return agents;
}

std::optional<Agent> load_agent(const Tx& tx, const SqlBuilder& sql) {
    std::vector<Agent> agents = load_agents(tx, sql);
    if (agents.empty()) return std::nullopt;
    return std::move(agents.front());
}

void write_teams(Tx& tx, const Agent& agent) {
    tx.exec(R"sql(DELETE FROM team_agent WHERE agent = $1)sql", agent.id);
    if (!agent.is_limited) return;
    for (const TeamId team : agent.teams)
        tx.exec(R"sql(INSERT INTO team_agent (agent, team) VALUES ($1, $2)
                      ON CONFLICT (agent, team) DO NOTHING)sql",
                agent.id, team);
}

void write_connectors(Tx& tx, const Team& team) {
    tx.exec(R"sql(DELETE FROM team_connector WHERE team = $1)sql", team.id);
    for (const std::string& connector : team.connectors)
        tx.exec(R"sql(INSERT INTO team_connector (team, connector) VALUES ($1, $2)
                      ON CONFLICT (team, connector) DO NOTHING)sql",
                team.id, connector);
}

void load_connectors(const Tx& tx, Team& team) {
    Rows rows =
        tx.query(R"sql(SELECT connector FROM team_connector WHERE team = $1 ORDER BY connector)sql",
                 team.id);
    while (rows.next())
        rows.read(team.connectors.emplace_back());
}

void require_free_name(const Tx& tx, const Team& team) {
    if (tx.query_one<int>(R"sql(SELECT 1 FROM team WHERE name = $1 AND id <> $2)sql", team.name,
                          team.id))
        throw Failure(Error(Outcome::conflict, "Another team has this name already.")
                          .with_reason("name_taken"));
}

ApiToken read_token(const Rows& rows) {
    ApiToken token;
    rows.read(token.id, token.name, token.role, token.agent, token.created_at, token.revoked_at);
    return token;
}

}  // namespace

void insert_agent(Tx& tx, const Agent& agent) {
    tx.exec(R"sql(INSERT INTO agent (id, name, email, role, is_disabled, is_limited, created_at)
                  VALUES ($1, $2, $3, $4, $5, $6, $7))sql",
            agent.id, agent.name, agent.email, agent.role, agent.is_disabled, agent.is_limited,
            agent.created_at);
    write_teams(tx, agent);
}

std::optional<Agent> find_agent(const Tx& tx, AgentId id) {
    SqlBuilder sql(kAgentColumns);
    sql.add("WHERE id = ", id);
    return load_agent(tx, sql);
}

std::optional<Agent> find_agent_by_email(const Tx& tx, std::string_view email) {
    SqlBuilder sql(kAgentColumns);
    sql.add("WHERE email = ", email);
    return load_agent(tx, sql);
}

std::vector<Agent> list_agents(const Tx& tx) {
    SqlBuilder sql(kAgentColumns);
    sql.add("ORDER BY id");
    return load_agents(tx, sql);
}

void update_agent(Tx& tx, const Agent& agent) {
    const auto changed = tx.exec(
        R"sql(UPDATE agent SET name = $2, email = $3, role = $4, is_disabled = $5, is_limited = $6
              WHERE id = $1)sql",
        agent.id, agent.name, agent.email, agent.role, agent.is_disabled, agent.is_limited);
    if (changed == 0) throw Failure(Outcome::not_found, "There is no such agent.");
    write_teams(tx, agent);
}

void insert_team(Tx& tx, const Team& team) {
    require_free_name(tx, team);
    tx.exec(R"sql(INSERT INTO team (id, name, created_at) VALUES ($1, $2, $3))sql", team.id,
            team.name, team.created_at);
    write_connectors(tx, team);
}

std::optional<Team> find_team(const Tx& tx, TeamId id) {
    Team team;
    {
        Rows rows = tx.query(R"sql(SELECT id, name, created_at FROM team WHERE id = $1)sql", id);
        if (!rows.next()) return std::nullopt;
        rows.read(team.id, team.name, team.created_at);
    }
    load_connectors(tx, team);
    return team;
}

std::vector<Team> list_teams(const Tx& tx) {
    std::vector<Team> teams;
    {
        Rows rows = tx.query(R"sql(SELECT id, name, created_at FROM team ORDER BY name)sql");
        while (rows.next()) {
            Team& team = teams.emplace_back();
            rows.read(team.id, team.name, team.created_at);
        }
    }
    for (Team& team : teams)
        load_connectors(tx, team);
    return teams;
}

void update_team(Tx& tx, const Team& team) {
    require_free_name(tx, team);
    if (tx.exec(R"sql(UPDATE team SET name = $2 WHERE id = $1)sql", team.id, team.name) == 0)
        throw Failure(Outcome::not_found, "There is no such team.");
    write_connectors(tx, team);
}

bool remove_team(Tx& tx, TeamId id) {
    tx.exec(R"sql(DELETE FROM team_agent WHERE team = $1)sql", id);
    tx.exec(R"sql(DELETE FROM team_connector WHERE team = $1)sql", id);
    return tx.exec(R"sql(DELETE FROM team WHERE id = $1)sql", id) > 0;
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

std::int64_t revoke_tokens_of(Tx& tx, AgentId agent, Timestamp now) {
    return tx.exec(R"sql(UPDATE api_token SET revoked_at = $2
                         WHERE agent = $1 AND revoked_at IS NULL)sql",
                   agent, now);
}

void note_access_change(Tx& tx) {
    tx.next_number("access");
}

std::int64_t access_changes(const Tx& tx) {
    return tx.query_one<std::int64_t>(R"sql(SELECT value FROM counter WHERE name = 'access')sql")
        .value_or(0);
}

}  // namespace tributary
