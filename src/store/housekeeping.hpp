// The store's small tables: cursors, quarantine, idempotency keys, instance secrets, budgets.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "model/agent.hpp"
#include "store/page.hpp"
#include "store/store.hpp"

namespace tributary {

std::optional<std::string> find_cursor(const Tx& tx, std::string_view connector);
void set_cursor(Tx& tx, std::string_view connector, std::string_view cursor, Timestamp now);

// What the connector had sealed under this name; the store never sees the secret itself.
std::optional<std::string> find_kept_secret(const Tx& tx, std::string_view connector,
                                            std::string_view name);
void keep_secret(Tx& tx, std::string_view connector, std::string_view name, std::string_view sealed,
                 Timestamp now);

// --- quarantine: what could be stored but not understood -----------------------------------------
struct QuarantineItem {
    QuarantineId id;
    std::string connector;
    std::string channel;
    std::string reason;  // from a closed list (docs/api.md)
    std::string detail;
    std::string raw_sha256;
    std::string raw_content_type;
    std::string dedupe_key;
    std::string source_ref;
    Timestamp received_at;
    std::string state;   // waiting replayed discarded
    std::string sender;  // as far as it could be read
    std::string subject;
};
void insert_quarantine(Tx& tx, const QuarantineItem& item);
std::optional<QuarantineItem> find_quarantine(const Tx& tx, QuarantineId id);
Page<QuarantineItem> list_quarantine(const Tx& tx, const Scope& scope,
                                     const PageRequest& page);  // waiting, newest first
std::int64_t count_quarantine(const Tx& tx);
std::map<std::string, std::int64_t> quarantine_by_reason(const Tx& tx);  // of those waiting
std::int64_t count_quarantined_since(const Tx& tx, Timestamp since);     // of those waiting
void close_quarantine(Tx& tx, QuarantineId id, std::string_view state);
// Replay: the ledger entry of the item now names the interaction.
void repoint_ledger(Tx& tx, std::string_view connector, std::string_view dedupe_key,
                    InteractionId id);

// --- Idempotency-Key ----------------------------------------------------------------------------
struct RememberedReply {
    std::string request_sha256;
    int status = 0;
    std::string body;
};
std::optional<RememberedReply> find_idempotency(const Tx& tx, std::string_view scope,
                                                std::string_view key);
void remember_idempotency(Tx& tx, std::string_view scope, std::string_view key,
                          const RememberedReply& reply, Timestamp now);

// A random 32-byte key of this instance, made on first use ("reply-token", "chat-token").
std::string instance_key(Tx& tx, std::string_view purpose);

// How often `what` happened for `whom` since `since`; for budgets of automatic mail.
std::int64_t count_events(const Tx& tx, std::string_view what, std::string_view whom,
                          Timestamp since);
std::optional<Timestamp> newest_event(const Tx& tx, std::string_view what);
void note_event(Tx& tx, std::string_view what, std::string_view whom, Timestamp now);
// When `what` happened for `whom` since `since`, oldest first.
std::vector<Timestamp> list_events(const Tx& tx, std::string_view what, std::string_view whom,
                                   Timestamp since);
// For whom `what` has ever happened.
std::vector<std::string> list_event_subjects(const Tx& tx, std::string_view what);
void forget_events(Tx& tx, std::string_view what, std::string_view whom, Timestamp before);

// Writes something small: succeeds when the store can be written.
void write_probe(Tx& tx, Timestamp now);

}  // namespace tributary
