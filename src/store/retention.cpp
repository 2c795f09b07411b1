#include "store/retention.hpp"

#include "model/ticket.hpp"
#include "store/audit.hpp"
#include "store/interaction_rows.hpp"
#include "store/row_eraser.hpp"

namespace tributary {
namespace {

constexpr std::size_t taken_at_once = 500;

struct Due {
    std::int64_t seq = 0;
    std::optional<TicketId> ticket;
};

std::vector<Due> find_due(const Tx& tx, const RetentionRule& rule, Timestamp before,
                          std::size_t limit) {
    SqlBuilder sql("SELECT interaction.seq, interaction.ticket FROM interaction");
    sql.add(" LEFT JOIN ticket ON ticket.id = interaction.ticket");
    sql.add(" WHERE interaction.received_at < ", before);
    sql.add(" AND (ticket.status IS NULL OR ticket.status NOT IN (", TicketStatus::open);
    sql.add(", ", TicketStatus::pending).add("))");
    if (!rule.channel.empty()) sql.add(" AND interaction.channel = ", rule.channel);
    if (rule.kind) sql.add(" AND interaction.kind = ", *rule.kind);
    sql.add(" ORDER BY interaction.seq LIMIT ", limit);
    std::vector<Due> due;
    Rows rows = tx.query(sql);
    while (rows.next()) {
        Due& one = due.emplace_back();
        rows.read(one.seq, one.ticket);
    }
    return due;
}

void erase_if_empty(Tx& tx, RowEraser& rows, TicketId ticket) {
    const auto seq = tx.query_one<std::int64_t>(
        R"sql(SELECT seq FROM ticket WHERE id = $1 AND NOT EXISTS
                  (SELECT 1 FROM interaction WHERE interaction.ticket = $1))sql",
        ticket);
    if (seq) rows.erase_ticket(*seq);
}

void erase_due(Tx& tx, const std::vector<Due>& due, ErasureCounts& counts) {
    RowEraser rows(tx, counts);
    for (const Due& one : due)
        rows.erase_interaction(load_interaction(tx, one.seq));
    for (const Due& one : due)
        if (one.ticket) erase_if_empty(tx, rows, *one.ticket);
    rows.unname_in_ledger();
    rows.erase_blobs();
}

}  // namespace

ErasureCounts apply_retention(Store& store, const RetentionRule& rule, RetentionRun run,
                              const std::string& actor, Timestamp now) {
    const Timestamp before = now - rule.keep;
    ErasureCounts all;
    if (run == RetentionRun::dry) {
        constexpr std::size_t no_limit = 1'000'000'000;
        store.read_now([&](const Tx& tx) {
            all.interactions =
                static_cast<std::int64_t>(find_due(tx, rule, before, no_limit).size());
        });
        return all;
    }
    for (bool is_done = false; !is_done;) {
        ErasureCounts counts;
        store.write_now([&](Tx& tx) {
            counts = {};
            const std::vector<Due> due = find_due(tx, rule, before, taken_at_once);
            is_done = due.size() < taken_at_once;
            if (due.empty()) return;
            erase_due(tx, due, counts);
            note_erasure(tx, counts, now);
            append_audit(
                tx,
                AuditEvent(actor, "retention", "channel " + rule.channel,
                           "{\"interactions\":" + std::to_string(counts.interactions) + "}"),
                now);
        });
        all.interactions += counts.interactions;
        all.tickets += counts.tickets;
        all.blobs += counts.blobs;
    }
    return all;
}

}  // namespace tributary
