// Times as senders write them.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace tributary::webhook {

// `format` is "rfc3339", "s" or "ms" (since 1970), or a pattern of %Y %m %b %d %H %M %S %z and
// literal characters; without %z the time is UTC. nullopt when `text` is not of that format.
std::optional<Timestamp> read_time(std::string_view text, std::string_view format);

}  // namespace tributary::webhook
