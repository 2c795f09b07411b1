// The one place where an outgoing interaction comes into being: id, Message-ID, deliveries, outbox
// row.
#pragma once

#include <string>
#include <vector>

#include "desk/reply_plan.hpp"
#include "model/ticket.hpp"
#include "store/store.hpp"

namespace tributary {

enum class Origin { agent, automatic };

// Writes `interaction` (content, agent and author set by the caller) as queued to every recipient
// of the plan and remembers them as parties of the ticket. It is not sent before `send_at`. Returns
// the change's seq.
std::int64_t queue_outgoing(Tx& tx, Interaction& interaction, const Ticket& ticket,
                            const ReplyPlan& plan, const std::string& mail_domain, Origin origin,
                            Timestamp send_at, Timestamp now);

}  // namespace tributary
