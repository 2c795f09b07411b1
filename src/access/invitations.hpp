// Secrets that are good once: the one that makes the first administrator, and invitations to choose
// a password (the first one, or a new one when it was forgotten). Steps of a Tx; `sha256` is the
// secret's.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "model/agent.hpp"
#include "store/store.hpp"

namespace tributary {

inline constexpr std::chrono::minutes kSetUpPatience{15};
inline constexpr std::chrono::hours kInvitationPatience{72};

// Each returns the secret; an earlier one of the same kind (for the same agent) is good no more.
std::string issue_set_up(Tx& tx, Timestamp now);
std::string issue_invitation(Tx& tx, AgentId agent, Timestamp now);

// Whose password may be chosen with it. Unknown, used and expired ones are refused alike.
Result<Agent> find_invited(const Tx& tx, std::string_view sha256, Timestamp now);
// The same, and the secret is used up, expired or not: the clock may go back, it does not.
Result<Agent> redeem_invitation(Tx& tx, std::string_view sha256, Timestamp now);
// The first administrator, when there is none yet and the secret is good.
Result<> redeem_set_up(Tx& tx, std::string_view sha256, Timestamp now);

}  // namespace tributary
