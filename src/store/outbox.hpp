// What waits to be sent. A queue is the outgoing interactions whose delivery is `queued`.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/interaction.hpp"
#include "store/store.hpp"

namespace tributary {

struct DueMessage {
    Interaction interaction;       // with its deliveries
    std::vector<std::size_t> due;  // indices into interaction.deliveries
    std::string reply_token;
    bool is_automatic = false;
    bool was_interrupted = false;  // an attempt had begun and no result was recorded
};
struct OutboxExtra {
    std::string reply_token;
    bool is_automatic = false;
};
void set_outbox_extra(Tx& tx, InteractionId id, const OutboxExtra& extra);

// Due for `connector` at `now`, oldest first; marks them as begun so that a crash can be told. One
// taker a connector at a time: what was handed out and not recorded comes again, as interrupted.
std::vector<DueMessage> take_due(Tx& tx, const std::string& connector, Timestamp now,
                                 std::size_t limit);
// Takes back what nobody has tried to send yet: every delivery becomes `cancelled`. False, and
// nothing changes, when an attempt has begun or there is nothing to take back.
bool cancel_queued(Tx& tx, InteractionId id);
// What was tried before and waits for another try becomes due.
void hasten_queued(Tx& tx, const std::string& connector, Timestamp now);
void record_delivery(Tx& tx, InteractionId id, std::size_t index, const Delivery& delivery);
// When the next queued delivery of this connector becomes due.
std::optional<Timestamp> next_due(const Tx& tx, const std::string& connector);
std::int64_t count_queued(const Tx& tx, const std::string& connector);

struct OutboxBacklog {
    OutboxBacklog() = default;
    std::int64_t queued = 0;    // deliveries
    std::int64_t retrying = 0;  // of them, those tried before
    Timestamp next_attempt_at;  // of the first one
};
std::map<std::string, OutboxBacklog> outbox_backlogs(const Tx& tx);  // by connector

}  // namespace tributary
