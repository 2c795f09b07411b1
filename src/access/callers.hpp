// From a secret that came with a request to who acts; and how sessions begin. Steps of a Tx.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "model/agent.hpp"
#include "store/store.hpp"

namespace tributary {

// How long somebody stays signed in: without doing anything, and at all.
struct SessionLimits {
    SessionLimits() = default;
    Milliseconds idle = std::chrono::hours(12);
    Milliseconds longest = std::chrono::hours(24 * 7);
};
bool has_expired(const Session& session, const SessionLimits& limits, Timestamp now);

// All errors are denied with the reason "unauthenticated", and tell nothing apart.
Result<Actor> actor_of_token(const Tx& tx, std::string_view token_sha256);
struct SignedInActor {
    SignedInActor() = default;
    Actor actor;
    Session session;
};
Result<SignedInActor> actor_of_session(const Tx& tx, std::string_view session_sha256,
                                       const SessionLimits& limits, Timestamp now);

// Returns the secret, of 256 random bits; it stands nowhere else.
std::string begin_session(Tx& tx, AgentId agent, Timestamp now);
// The agent is out everywhere: sessions go, and whoever is connected is judged anew.
void end_all_sessions(Tx& tx, AgentId agent);

}  // namespace tributary
