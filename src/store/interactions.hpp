// Interactions, attachments, originals and the intake ledger in the store.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/agent.hpp"
#include "model/interaction.hpp"
#include "store/page.hpp"
#include "store/store.hpp"

namespace tributary {

// --- the intake ledger: each inbound event has exactly one fate ---------------------------------

struct LedgerEntry {
    bool is_quarantined = false;
    IdBytes subject{};  // the interaction's or the quarantine item's id
};
// The unique (connector, dedupe_key) decides: nullopt when the key was free and is now taken by
// `entry`; else the entry that stands there.
std::optional<LedgerEntry> claim_dedupe_key(Tx& tx, std::string_view connector,
                                            std::string_view dedupe_key,
                                            std::string_view source_ref, const LedgerEntry& entry,
                                            Timestamp now);

std::optional<LedgerEntry> find_ledger_entry(const Tx& tx, std::string_view connector,
                                             std::string_view dedupe_key);
// All of one connector, by where the source had them; for comparing, not for hot paths.
std::map<std::string, LedgerEntry> ledger_by_source_ref(const Tx& tx, std::string_view connector);

// --- interactions -------------------------------------------------------------------------------

// `seq` is the number of the change that announces it; 0 takes the next. Writes content,
// attachments, deliveries, message ids and the search index.
void insert_interaction(Tx& tx, Interaction& interaction);
std::optional<Interaction> find_interaction(const Tx& tx, InteractionId id);

struct TimelineFilter {
    std::optional<Kind> kind;
    std::string channel;
};
// Newest first.
Page<Interaction> customer_timeline(const Tx& tx, const Scope& scope, CustomerId customer,
                                    const TimelineFilter& filter, const PageRequest& page);
// Oldest first, `limit` newest at most.
std::vector<Interaction> ticket_interactions(const Tx& tx, TicketId ticket, std::size_t limit);
std::vector<Interaction> conversation_interactions(const Tx& tx, std::string_view connector,
                                                   std::string_view conversation,
                                                   std::int64_t after_seq, std::size_t limit);

// What a reply's References lead to: newest first, at most one per id.
struct Referenced {
    InteractionId interaction;
    CustomerId customer;
    std::optional<TicketId> ticket;
    Direction direction = Direction::in;
    std::string connector;
    bool is_claimed = false;
};
std::vector<Referenced> find_by_message_ids(const Tx& tx,
                                            const std::vector<std::string>& message_ids);
// The newest interaction of a live conversation, if it has any.
std::optional<Referenced> find_by_conversation(const Tx& tx, std::string_view connector,
                                               std::string_view conversation);
// The newest customer words on a ticket: what an answer answers. What mail systems report is
// nobody's words.
std::optional<Interaction> newest_inbound(const Tx& tx, TicketId ticket);

// The newest interaction that was sent on this ticket to an address that reads like `address`; to
// anybody when it is "".
std::optional<Interaction> newest_outbound(const Tx& tx, TicketId ticket, std::string_view address);

// True when some interaction of `ticket` came from or went to this handle.
bool is_party(const Tx& tx, TicketId ticket, const Handle& handle);
void note_party(Tx& tx, TicketId ticket, const Handle& handle);

void move_interaction(Tx& tx, InteractionId id, CustomerId customer,
                      std::optional<TicketId> ticket);

// --- blobs --------------------------------------------------------------------------------------

// Names a staged blob in this transaction; the same bytes are kept once.
void keep_blob(Tx& tx, const StagedBlob& blob);

struct AttachmentPlace {
    Attachment attachment;
    InteractionId interaction;
    std::string connector;
    std::string conversation;
    Direction direction;
};
std::optional<AttachmentPlace> find_attachment(const Tx& tx, AttachmentId id);

}  // namespace tributary
