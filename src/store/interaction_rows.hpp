// Interactions as rows: what the files about interactions, the outbox and search share.
#pragma once

#include <cstdint>
#include <string>

#include "model/interaction.hpp"
#include "store/sql.hpp"

namespace tributary {

Interaction load_interaction(const Tx& tx, std::int64_t seq);
std::optional<std::int64_t> find_interaction_seq(const Tx& tx, InteractionId id);

// What search finds an interaction by, subject first: indexed once, looked at again for a hit.
std::string search_text(const Interaction& interaction);

}  // namespace tributary
