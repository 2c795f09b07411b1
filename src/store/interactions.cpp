#include "store/interactions.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "store/interaction_rows.hpp"
#include "store/page_cursor.hpp"
#include "store/scope_sql.hpp"
#include "store/sql.hpp"

namespace tributary {
namespace {

constexpr std::string_view timeline_name = "timeline";

std::optional<Referenced> read_referenced(Rows rows) {
    if (!rows.next()) return std::nullopt;
    Referenced found;
    rows.read(found.interaction, found.customer, found.ticket, found.direction, found.connector,
              found.is_claimed);
    return found;
}

// `rows` hold seqs, newest first.
std::vector<Interaction> load_oldest_first(const Tx& tx, Rows rows) {
    std::vector<std::int64_t> seqs;
    while (rows.next())
        rows.read(seqs.emplace_back());
    std::vector<Interaction> interactions;
    for (auto seq = seqs.rbegin(); seq != seqs.rend(); ++seq) {
        interactions.push_back(load_interaction(tx, *seq));
    }
    return interactions;
}

}  // namespace

std::optional<LedgerEntry> claim_dedupe_key(Tx& tx, std::string_view connector,
                                            std::string_view dedupe_key,
                                            std::string_view source_ref, const LedgerEntry& entry,
                                            Timestamp now) {
    const auto claimed = tx.exec(
        R"sql(INSERT INTO ledger (connector, dedupe_key, source_ref, is_quarantined, subject,
                                  claimed_at)
              VALUES ($1, $2, $3, $4, $5, $6)
              ON CONFLICT (connector, dedupe_key) DO NOTHING)sql",
        connector, dedupe_key, source_ref, entry.is_quarantined, entry.subject, now);
    if (claimed > 0) return std::nullopt;
    return find_ledger_entry(tx, connector, dedupe_key);
}

std::optional<LedgerEntry> find_ledger_entry(const Tx& tx, std::string_view connector,
                                             std::string_view dedupe_key) {
    Rows rows = tx.query(R"sql(SELECT is_quarantined, subject FROM ledger
                               WHERE connector = $1 AND dedupe_key = $2)sql",
                         connector, dedupe_key);
    if (!rows.next()) return std::nullopt;
    LedgerEntry entry;
    rows.read(entry.is_quarantined, entry.subject);
    return entry;
}

std::map<std::string, LedgerEntry> ledger_by_source_ref(const Tx& tx, std::string_view connector) {
    Rows rows = tx.query(R"sql(SELECT source_ref, is_quarantined, subject FROM ledger
                               WHERE connector = $1 AND source_ref <> '')sql",
                         connector);
    std::map<std::string, LedgerEntry> entries;
    while (rows.next()) {
        std::string ref;
        LedgerEntry entry;
        rows.read(ref, entry.is_quarantined, entry.subject);
        entries.emplace(std::move(ref), entry);
    }
    return entries;
}

std::optional<Interaction> find_interaction(const Tx& tx, InteractionId id) {
    const auto seq = find_interaction_seq(tx, id);
    if (!seq) return std::nullopt;
    return load_interaction(tx, *seq);
}

Page<Interaction> customer_timeline(const Tx& tx, const Scope& scope, CustomerId customer,
                                    const TimelineFilter& filter, const PageRequest& page) {
    const PagePlace from = decode_cursor(timeline_name, page.cursor);
    SqlBuilder sql("SELECT occurred_at, seq FROM interaction");
    sql.add(" WHERE customer = ", customer);
    sql.add(" AND (occurred_at, seq) < (", from.key).add(", ", from.seq).add(")");
    if (filter.kind) sql.add(" AND kind = ", *filter.kind);
    if (!filter.channel.empty()) sql.add(" AND channel = ", filter.channel);
    add_interaction_scope(sql, scope);
    sql.add(" ORDER BY occurred_at DESC, seq DESC LIMIT ", page.limit + 1);
    std::vector<PagePlace> places;
    {
        Rows rows = tx.query(sql);
        while (rows.next()) {
            PagePlace& place = places.emplace_back();
            rows.read(place.key, place.seq);
        }
    }
    Page<Interaction> result;
    result.next = end_page(timeline_name, places, page.limit);
    for (const PagePlace& place : places)
        result.items.push_back(load_interaction(tx, place.seq));
    return result;
}

std::vector<Interaction> ticket_interactions(const Tx& tx, TicketId ticket, std::size_t limit) {
    return load_oldest_first(tx, tx.query(R"sql(SELECT seq FROM interaction WHERE ticket = $1
                                                ORDER BY seq DESC LIMIT $2)sql",
                                          ticket, limit));
}

std::vector<Interaction> conversation_interactions(const Tx& tx, std::string_view connector,
                                                   std::string_view conversation,
                                                   std::int64_t after_seq, std::size_t limit) {
    std::vector<std::int64_t> seqs;
    {
        Rows rows = tx.query(R"sql(SELECT seq FROM interaction
                                   WHERE connector = $1 AND conversation = $2 AND seq > $3
                                   ORDER BY seq LIMIT $4)sql",
                             connector, conversation, after_seq, limit);
        while (rows.next())
            rows.read(seqs.emplace_back());
    }
    std::vector<Interaction> interactions;
    for (const std::int64_t seq : seqs)
        interactions.push_back(load_interaction(tx, seq));
    return interactions;
}

std::vector<Referenced> find_by_message_ids(const Tx& tx,
                                            const std::vector<std::string>& message_ids) {
    std::vector<std::pair<std::int64_t, Referenced>> found;
    for (const std::string& message_id : message_ids) {
        if (message_id.empty()) continue;
        Rows rows = tx.query(
            R"sql(SELECT seq, id, customer, ticket, direction, connector, is_claimed
                  FROM interaction
                  WHERE message_id = $1 ORDER BY seq DESC LIMIT 1)sql",
            message_id);
        if (!rows.next()) continue;
        auto& [seq, one] = found.emplace_back();
        rows.read(seq, one.interaction, one.customer, one.ticket, one.direction, one.connector,
                  one.is_claimed);
    }
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.first > b.first; });
    std::vector<Referenced> referenced;
    for (auto& [seq, one] : found) {
        if (referenced.empty() || referenced.back().interaction != one.interaction) {
            referenced.push_back(std::move(one));
        }
    }
    return referenced;
}

std::optional<Referenced> find_by_conversation(const Tx& tx, std::string_view connector,
                                               std::string_view conversation) {
    return read_referenced(tx.query(
        R"sql(SELECT id, customer, ticket, direction, connector, is_claimed FROM interaction
                       WHERE connector = $1 AND conversation = $2
                       ORDER BY seq DESC LIMIT 1)sql",
        connector, conversation));
}

namespace {

// Seqs of a ticket, newest first.
std::vector<std::int64_t> newest_seqs(const Tx& tx, TicketId ticket, Direction direction) {
    std::vector<std::int64_t> seqs;
    Rows rows = tx.query(R"sql(SELECT seq FROM interaction WHERE ticket = $1 AND direction = $2
                               ORDER BY seq DESC LIMIT 200)sql",
                         ticket, direction);
    while (rows.next())
        rows.read(seqs.emplace_back());
    return seqs;
}

bool is_report(AutoKind kind) {
    return kind == AutoKind::bounce || kind == AutoKind::receipt || kind == AutoKind::feedback ||
           kind == AutoKind::loop;
}

}  // namespace

std::optional<Interaction> newest_inbound(const Tx& tx, TicketId ticket) {
    for (const std::int64_t seq : newest_seqs(tx, ticket, Direction::in)) {
        Interaction interaction = load_interaction(tx, seq);
        if (!is_report(interaction.content.auto_kind)) return interaction;
    }
    return std::nullopt;
}

std::optional<Interaction> newest_outbound(const Tx& tx, TicketId ticket,
                                           std::string_view address) {
    for (const std::int64_t seq : newest_seqs(tx, ticket, Direction::out)) {
        Interaction interaction = load_interaction(tx, seq);
        const auto& sent = interaction.deliveries;
        if (address.empty() || std::any_of(sent.begin(), sent.end(), [&](const Delivery& one) {
                return equals_ignoring_case(one.recipient.address, address);
            }))
            return interaction;
    }
    return std::nullopt;
}

bool is_party(const Tx& tx, TicketId ticket, const Handle& handle) {
    return tx
        .query_one<int>(R"sql(SELECT 1 FROM ticket_party WHERE ticket = $1 AND kind = $2
                                  AND scope = $3 AND value = $4)sql",
                        ticket, handle.kind, handle.scope, handle.value)
        .has_value();
}

void note_party(Tx& tx, TicketId ticket, const Handle& handle) {
    tx.exec(R"sql(INSERT INTO ticket_party (ticket, kind, scope, value) VALUES ($1, $2, $3, $4)
                  ON CONFLICT (ticket, kind, scope, value) DO NOTHING)sql",
            ticket, handle.kind, handle.scope, handle.value);
}

void move_interaction(Tx& tx, InteractionId id, CustomerId customer,
                      std::optional<TicketId> ticket) {
    const auto changed =
        tx.exec(R"sql(UPDATE interaction SET customer = $2, ticket = $3 WHERE id = $1)sql", id,
                customer, ticket);
    if (changed == 0) throw Failure(Outcome::not_found, "There is no such interaction.");
}

void keep_blob(Tx& tx, const StagedBlob& blob) {
    std::optional<Bytes> bytes;
    if (!blob.is_file) bytes = Bytes(blob.bytes);
    tx.exec(R"sql(INSERT INTO blob (sha256, size, bytes) VALUES ($1, $2, $3)
                  ON CONFLICT (sha256) DO NOTHING)sql",
            Bytes(blob.sha256), blob.size, bytes);
}

std::optional<AttachmentPlace> find_attachment(const Tx& tx, AttachmentId id) {
    Rows rows = tx.query(
        R"sql(SELECT attachment.id, attachment.filename, attachment.content_type, attachment.size,
                     attachment.sha256, attachment.is_inline, attachment.content_id, interaction.id,
                     interaction.connector, interaction.conversation, interaction.direction
              FROM attachment JOIN interaction ON interaction.seq = attachment.seq
              WHERE attachment.id = $1)sql",
        id);
    if (!rows.next()) return std::nullopt;
    AttachmentPlace place;
    Attachment& attachment = place.attachment;
    std::optional<std::string> conversation;
    rows.read(attachment.id, attachment.filename, attachment.content_type, attachment.size,
              attachment.sha256, attachment.is_inline, attachment.content_id, place.interaction,
              place.connector, conversation, place.direction);
    place.conversation = conversation.value_or("");
    return place;
}

}  // namespace tributary
