// The second factor: a time-based code, or one of the recovery codes. Secrets rest sealed; a time
// step and a recovery code are good once. Steps of a Tx.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/seal.hpp"
#include "base/time.hpp"
#include "model/agent.hpp"
#include "store/store.hpp"

namespace tributary {

inline constexpr int kRecoveryCodes = 10;

bool has_second_factor(const Tx& tx, AgentId agent);
// Whether `code` is good now; it is used up by that. Blanks and hyphens in it do not count.
bool spend_code(Tx& tx, AgentId agent, std::string_view code, const Sealer& sealer, Timestamp now);

// Keeps a fresh secret that counts once it was confirmed. Failure(conflict) when one counts
// already.
Secret begin_second_factor(Tx& tx, AgentId agent, const Sealer& sealer);
// The recovery codes, shown once; empty when the code does not fit.
std::vector<std::string> confirm_second_factor(Tx& tx, AgentId agent, std::string_view code,
                                               const Sealer& sealer, Timestamp now);

}  // namespace tributary
