// A normalised message on its way out of a helper process: private to one build of the binary.
#pragma once

#include <string>
#include <string_view>

#include "connector/connector.hpp"

namespace tributary {

// Everything but `raw`, which the other side has.
std::string encode_inbound(const InboundMessage& message);
// Bytes from a process that may have been taken over: nullopt unless they are exactly one message.
std::optional<InboundMessage> decode_inbound(std::string_view bytes);

}  // namespace tributary
