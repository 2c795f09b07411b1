#include "store/sessions.hpp"

#include "store/sql.hpp"

namespace tributary {

std::optional<std::string> find_password_hash(const Tx& tx, AgentId agent) {
    return tx.query_one<std::string>(R"sql(SELECT hash FROM password WHERE agent = $1)sql", agent);
}

void set_password_hash(Tx& tx, AgentId agent, std::string_view hash, Timestamp now) {
    tx.exec(R"sql(INSERT INTO password (agent, hash, changed_at) VALUES ($1, $2, $3)
                  ON CONFLICT (agent) DO UPDATE
                  SET hash = excluded.hash, changed_at = excluded.changed_at)sql",
            agent, hash, now);
}

bool remove_password(Tx& tx, AgentId agent) {
    return tx.exec(R"sql(DELETE FROM password WHERE agent = $1)sql", agent) > 0;
}

bool is_unclaimed(const Tx& tx) {
    return !tx.query_one<int>(R"sql(SELECT 1 FROM password UNION ALL
                                    SELECT 1 FROM provider_link LIMIT 1)sql");
}

// --- sessions

void insert_session(Tx& tx, const Session& session, std::string_view sha256) {
    tx.exec(R"sql(INSERT INTO session (sha256, id, agent, created_at, seen_at)
                  VALUES ($1, $2, $3, $4, $5))sql",
            Bytes(sha256), session.id, session.agent, session.created_at, session.seen_at);
}

std::optional<Session> find_session(const Tx& tx, std::string_view sha256) {
    Rows rows =
        tx.query(R"sql(SELECT id, agent, created_at, seen_at FROM session WHERE sha256 = $1)sql",
                 Bytes(sha256));
    if (!rows.next()) return std::nullopt;
    Session session;
    rows.read(session.id, session.agent, session.created_at, session.seen_at);
    return session;
}

void touch_session(Tx& tx, SessionId id, Timestamp now) {
    tx.exec(R"sql(UPDATE session SET seen_at = $2 WHERE id = $1 AND seen_at < $2)sql", id, now);
}

bool end_session(Tx& tx, std::string_view sha256) {
    return tx.exec(R"sql(DELETE FROM session WHERE sha256 = $1)sql", Bytes(sha256)) > 0;
}

std::int64_t end_sessions_of(Tx& tx, AgentId agent) {
    return tx.exec(R"sql(DELETE FROM session WHERE agent = $1)sql", agent);
}

std::int64_t end_old_sessions(Tx& tx, Timestamp oldest, Timestamp idle) {
    return tx.exec(R"sql(DELETE FROM session WHERE created_at <= $1 OR seen_at <= $2)sql", oldest,
                   idle);
}

// --- one-use tokens

void insert_one_use_token(Tx& tx, const OneUseToken& token, std::string_view sha256) {
    tx.exec(R"sql(INSERT INTO one_use_token (sha256, purpose, agent, expires_at)
                  VALUES ($1, $2, $3, $4))sql",
            Bytes(sha256), token.purpose, token.agent, token.expires_at);
}

std::optional<OneUseToken> find_one_use_token(const Tx& tx, OneUse purpose,
                                              std::string_view sha256) {
    Rows rows = tx.query(R"sql(SELECT purpose, agent, expires_at FROM one_use_token
                               WHERE sha256 = $1 AND purpose = $2)sql",
                         Bytes(sha256), purpose);
    if (!rows.next()) return std::nullopt;
    OneUseToken token;
    rows.read(token.purpose, token.agent, token.expires_at);
    return token;
}

std::optional<OneUseToken> take_one_use_token(Tx& tx, OneUse purpose, std::string_view sha256) {
    auto token = find_one_use_token(tx, purpose, sha256);
    if (token) tx.exec(R"sql(DELETE FROM one_use_token WHERE sha256 = $1)sql", Bytes(sha256));
    return token;
}

std::int64_t remove_one_use_tokens(Tx& tx, OneUse purpose, std::optional<AgentId> agent) {
    if (!agent)
        return tx.exec(R"sql(DELETE FROM one_use_token WHERE purpose = $1 AND agent IS NULL)sql",
                       purpose);
    return tx.exec(R"sql(DELETE FROM one_use_token WHERE purpose = $1 AND agent = $2)sql", purpose,
                   *agent);
}

void remove_expired_tokens(Tx& tx, Timestamp now) {
    tx.exec(R"sql(DELETE FROM one_use_token WHERE expires_at <= $1)sql", now);
}

// --- the second factor

std::string second_factor_context(AgentId agent) {
    return "second factor of " + agent.text();
}

std::optional<SecondFactor> find_second_factor(const Tx& tx, AgentId agent) {
    Rows rows = tx.query(
        R"sql(SELECT sealed, confirmed_at, last_step FROM second_factor WHERE agent = $1)sql",
        agent);
    if (!rows.next()) return std::nullopt;
    SecondFactor factor;
    rows.read(factor.sealed, factor.confirmed_at, factor.last_step);
    return factor;
}

void set_second_factor(Tx& tx, AgentId agent, const SecondFactor& factor) {
    tx.exec(R"sql(INSERT INTO second_factor (agent, sealed, confirmed_at, last_step)
                  VALUES ($1, $2, $3, $4)
                  ON CONFLICT (agent) DO UPDATE
                  SET sealed = excluded.sealed, confirmed_at = excluded.confirmed_at,
                      last_step = excluded.last_step)sql",
            agent, Bytes(factor.sealed), factor.confirmed_at, factor.last_step);
}

bool remove_second_factor(Tx& tx, AgentId agent) {
    tx.exec(R"sql(DELETE FROM recovery_code WHERE agent = $1)sql", agent);
    return tx.exec(R"sql(DELETE FROM second_factor WHERE agent = $1)sql", agent) > 0;
}

void set_recovery_codes(Tx& tx, AgentId agent, const std::vector<std::string>& sha256s) {
    tx.exec(R"sql(DELETE FROM recovery_code WHERE agent = $1)sql", agent);
    for (const std::string& sha256 : sha256s)
        tx.exec(R"sql(INSERT INTO recovery_code (agent, sha256) VALUES ($1, $2))sql", agent,
                Bytes(sha256));
}

bool take_recovery_code(Tx& tx, AgentId agent, std::string_view sha256) {
    return tx.exec(R"sql(DELETE FROM recovery_code WHERE agent = $1 AND sha256 = $2)sql", agent,
                   Bytes(sha256)) > 0;
}

std::int64_t count_recovery_codes(const Tx& tx, AgentId agent) {
    return tx
        .query_one<std::int64_t>(R"sql(SELECT COUNT(*) FROM recovery_code WHERE agent = $1)sql",
                                 agent)
        .value_or(0);
}

// --- identity providers

std::optional<AgentId> find_linked_agent(const Tx& tx, std::string_view issuer,
                                         std::string_view subject) {
    return tx.query_one<AgentId>(
        R"sql(SELECT agent FROM provider_link WHERE issuer = $1 AND subject = $2)sql", issuer,
        subject);
}

bool link_provider(Tx& tx, std::string_view issuer, std::string_view subject, AgentId agent,
                   Timestamp now) {
    return tx.exec(R"sql(INSERT INTO provider_link (issuer, subject, agent, linked_at)
                         VALUES ($1, $2, $3, $4)
                         ON CONFLICT (issuer, subject) DO NOTHING)sql",
                   issuer, subject, agent, now) > 0;
}

std::int64_t remove_links_of(Tx& tx, AgentId agent) {
    return tx.exec(R"sql(DELETE FROM provider_link WHERE agent = $1)sql", agent);
}

}  // namespace tributary
