// The envelope column: what of an interaction is only ever read back whole, as one JSON text that
// is private to the store. Absent keys mean the default, so that fields can be added.
#pragma once

#include <string>
#include <string_view>

#include "model/interaction.hpp"

namespace tributary {

std::string encode_envelope(const Interaction& interaction);
// Fills what encode_envelope() took. Failure(unavailable) when the text is damaged.
void decode_envelope(std::string_view text, Interaction& interaction);

}  // namespace tributary
