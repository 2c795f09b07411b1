#include "access/callers.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "store/access.hpp"
#include "store/sessions.hpp"

namespace tributary {
namespace {

Error unknown(const char* sentence) {
    return Error(Outcome::denied, sentence).with_reason("unauthenticated");
}

Actor actor_of(const Agent& agent, Role role) {
    return Actor(agent.id, agent.name, role, scope_of(agent, role));
}

}  // namespace

bool has_expired(const Session& session, const SessionLimits& limits, Timestamp now) {
    return now - session.created_at >= limits.longest || now - session.seen_at >= limits.idle;
}

Result<Actor> actor_of_token(const Tx& tx, std::string_view token_sha256) {
    const auto token = find_token(tx, token_sha256);
    const auto agent = token ? find_agent(tx, token->agent) : std::nullopt;
    if (!agent || agent->is_disabled) return unknown("This access token is not valid.");
    return actor_of(*agent, std::min(token->role, agent->role));
}

Result<SignedInActor> actor_of_session(const Tx& tx, std::string_view session_sha256,
                                       const SessionLimits& limits, Timestamp now) {
    const auto session = find_session(tx, session_sha256);
    const auto agent = session ? find_agent(tx, session->agent) : std::nullopt;
    if (!agent || agent->is_disabled || has_expired(*session, limits, now))
        return unknown("You are not signed in any more.");
    SignedInActor found;
    found.actor = actor_of(*agent, agent->role);
    found.session = *session;
    return found;
}

std::string begin_session(Tx& tx, AgentId agent, Timestamp now) {
    Session session;
    session.id = SessionId::make(unix_ms(now));
    session.agent = agent;
    session.created_at = now;
    session.seen_at = now;
    std::string secret = random_token(32);
    insert_session(tx, session, sha256(secret));
    return secret;
}

void end_all_sessions(Tx& tx, AgentId agent) {
    end_sessions_of(tx, agent);
    note_access_change(tx);
}

}  // namespace tributary
