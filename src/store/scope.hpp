// Whose records a scope holds. A ticket belongs to its connector; an interaction to its ticket's,
// or to its own where it has none; a customer to whoever sees one of its tickets or interactions,
// and to its owner. What belongs to no connector is seen with the scope of everything only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/agent.hpp"
#include "store/changes.hpp"
#include "store/store.hpp"

namespace tributary {

bool sees_connector(const Tx& tx, const Scope& scope, std::string_view connector);
bool sees_ticket(const Tx& tx, const Scope& scope, TicketId id);
bool sees_interaction(const Tx& tx, const Scope& scope, InteractionId id);
bool sees_customer(const Tx& tx, const Scope& scope, CustomerId id);  // merged ids, too
bool sees_quarantined(const Tx& tx, const Scope& scope, QuarantineId id);

// Of a limited scope, by name.
std::vector<std::string> connectors_in(const Tx& tx, const Scope& scope);

// What may be told of changes: those whose first id is seen, with the ids that are seen.
std::vector<Change> seen_changes(const Tx& tx, const Scope& scope, std::vector<Change> changes);

}  // namespace tributary
