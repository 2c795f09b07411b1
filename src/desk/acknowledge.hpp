// "We have your message": an automatic mail that holds not one byte the submitter chose.
#pragma once

#include "desk/ingest.hpp"
#include "model/ticket.hpp"

namespace tributary {

// Queues it if decide says so: once a writer and day, bounded per hour, never to automata.
void acknowledge(Tx& tx, const IngestRules& rules, const Interaction& received,
                 const Ticket& ticket, bool is_own_mail, Timestamp now);

}  // namespace tributary
