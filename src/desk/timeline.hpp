// How an interaction enters a timeline.
#pragma once

#include <cstdint>

#include "model/interaction.hpp"
#include "store/store.hpp"

namespace tributary {

// Announces and inserts it. Its seq is the number of the announcing change, so "what came after
// change N" holds for interactions too. Returns that seq.
std::int64_t add_to_timeline(Tx& tx, Interaction& interaction, Timestamp now);

}  // namespace tributary
