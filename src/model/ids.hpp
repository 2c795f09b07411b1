// The ids of the nouns. Each is a UUIDv7 and never changes, merges included.
#pragma once

#include "base/id.hpp"

namespace tributary {

using CustomerId = Id<struct CustomerTag>;
using InteractionId = Id<struct InteractionTag>;
using AttachmentId = Id<struct AttachmentTag>;
using TicketId = Id<struct TicketTag>;
using AgentId = Id<struct AgentTag>;
using QuarantineId = Id<struct QuarantineTag>;
using TokenId = Id<struct TokenTag>;
using MergeId = Id<struct MergeTag>;

}  // namespace tributary
