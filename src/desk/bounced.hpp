// A bounce and the message of ours it reports on, and what is known of addresses since. Runs inside
// store.write.
#pragma once

#include <optional>
#include <string>

#include "connector/connector.hpp"
#include "model/interaction.hpp"
#include "store/store.hpp"

namespace tributary {

// The message that bounced: by its Message-ID, else by the signed address of its ticket and the
// recipient, else by the bounce's own references. nullopt for a bounce of what we never sent
// (backscatter), which is nobody's.
std::optional<Interaction> find_bounced(const Tx& tx, const InboundMessage& report);

// Whether a recipient of ours was not reached; delays and successes are no failure.
bool reports_failure(const Bounce& bounce);

// Each recipient's delivery takes the report's word: failed, or still under way. An address at
// fault becomes stale wherever it is known; `kind` is that of the addresses.
void note_bounce(Tx& tx, const Interaction& bounced, const Bounce& bounce, const std::string& kind,
                 Timestamp now);

// An address nothing reaches any more is stale wherever it is known; `kind` is that of the address.
void note_dead(Tx& tx, const std::string& kind, const std::string& address, Timestamp now);

// A message came from these handles: whatever they were, they are alive.
void note_alive(Tx& tx, const std::vector<Identity>& identities, Timestamp now);

}  // namespace tributary
