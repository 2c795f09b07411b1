// One inbound message, one transaction: ledger, customer, ticket, interaction, change rows.
#pragma once

#include <string>
#include <vector>

#include "connector/connector.hpp"
#include "desk/decide.hpp"
#include "store/store.hpp"

namespace tributary {

// What ingest needs to know of the house; outlives the step.
struct IngestRules {
    IngestRules() = default;
    std::string connector;
    std::string channel;
    ClaimedPolicy claimed = ClaimedPolicy::link;
    std::vector<Handle> own_handles;  // of all connectors: mail from ourselves is a loop
    std::string mail_domain;          // right of the '@' in Message-IDs we make
    std::string reaches;              // Capabilities::reaches of the connector
    bool can_send = false;
    TicketPolicy tickets = TicketPolicy::by_kind;  // the connector's setting
};

// A message whose bytes are staged.
struct StagedMessage {
    StagedMessage() = default;
    InboundMessage message;  // raw and file bytes moved out
    StagedBlob raw;
    std::vector<StagedBlob> files;
};

// Runs inside store.write. The same message again gives the same interaction (Fate::duplicate).
// A message with `trouble` goes to quarantine.
Receipt ingest(Tx& tx, const IngestRules& rules, const StagedMessage& staged, Timestamp now);

// Puts it aside under `trouble`, for what ingest itself could not digest.
Receipt quarantine(Tx& tx, const IngestRules& rules, const StagedMessage& staged,
                   const Error& trouble, Timestamp now);

// Replays a quarantined original that can be read now; the item is closed and its ledger entry
// names the interaction.
Receipt ingest_replayed(Tx& tx, const IngestRules& rules, const StagedMessage& staged,
                        QuarantineId item, Timestamp now);

}  // namespace tributary
