// The quarantine's part of housekeeping.hpp.
#include "store/housekeeping.hpp"
#include "store/page_cursor.hpp"
#include "store/scope_sql.hpp"
#include "store/sql.hpp"

namespace tributary {
namespace {

constexpr std::string_view list_name = "quarantine";

QuarantineItem read_item(const Rows& rows) {
    QuarantineItem item;
    rows.read(item.id, item.connector, item.channel, item.reason, item.detail, item.raw_sha256,
              item.raw_content_type, item.dedupe_key, item.source_ref, item.received_at, item.state,
              item.sender, item.subject);
    return item;
}

}  // namespace

void insert_quarantine(Tx& tx, const QuarantineItem& item) {
    tx.exec(R"sql(INSERT INTO quarantine (seq, id, connector, channel, reason, detail, raw_sha256,
                      raw_content_type, dedupe_key, source_ref, received_at, state, sender, subject)
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'waiting', $12, $13))sql",
            tx.next_number("arrival"), item.id, item.connector, item.channel, item.reason,
            item.detail, Bytes(item.raw_sha256), item.raw_content_type, item.dedupe_key,
            item.source_ref, item.received_at, item.sender, item.subject);
}

std::optional<QuarantineItem> find_quarantine(const Tx& tx, QuarantineId id) {
    Rows rows = tx.query(
        R"sql(SELECT id, connector, channel, reason, detail, raw_sha256, raw_content_type,
                     dedupe_key, source_ref, received_at, state, sender, subject
              FROM quarantine WHERE id = $1)sql",
        id);
    if (!rows.next()) return std::nullopt;
    return read_item(rows);
}

Page<QuarantineItem> list_quarantine(const Tx& tx, const Scope& scope, const PageRequest& page) {
    const PagePlace from = decode_cursor(list_name, page.cursor);
    SqlBuilder sql("SELECT id, seq FROM quarantine WHERE state = 'waiting' AND seq < ");
    sql.add("", from.seq);
    add_connector_scope(sql, scope);
    sql.add(" ORDER BY seq DESC LIMIT ", page.limit + 1);
    Rows rows = tx.query(sql);
    std::vector<QuarantineId> ids;
    std::vector<PagePlace> places;
    while (rows.next())
        rows.read(ids.emplace_back(), places.emplace_back().seq);
    Page<QuarantineItem> result;
    result.next = end_page(list_name, places, page.limit);
    for (std::size_t at = 0; at < places.size(); ++at) {
        result.items.push_back(find_quarantine(tx, ids[at]).value());
    }
    return result;
}

std::int64_t count_quarantine(const Tx& tx) {
    return tx
        .query_one<std::int64_t>(R"sql(SELECT count(*) FROM quarantine
                                       WHERE state = 'waiting')sql")
        .value();
}

std::map<std::string, std::int64_t> quarantine_by_reason(const Tx& tx) {
    Rows rows = tx.query(R"sql(SELECT reason, count(*) FROM quarantine WHERE state = 'waiting'
                               GROUP BY reason)sql");
    std::map<std::string, std::int64_t> counts;
    while (rows.next()) {
        std::string reason;
        std::int64_t count = 0;
        rows.read(reason, count);
        counts[reason] = count;
    }
    return counts;
}

std::int64_t count_quarantined_since(const Tx& tx, Timestamp since) {
    return tx
        .query_one<std::int64_t>(R"sql(SELECT count(*) FROM quarantine
                                       WHERE state = 'waiting' AND received_at >= $1)sql",
                                 since)
        .value();
}

void close_quarantine(Tx& tx, QuarantineId id, std::string_view state) {
    const auto changed = tx.exec(
        R"sql(UPDATE quarantine SET state = $2 WHERE id = $1 AND state = 'waiting')sql", id, state);
    if (changed == 0) {
        throw Failure(Outcome::conflict, "This item no longer waits in the quarantine.");
    }
}

void repoint_ledger(Tx& tx, std::string_view connector, std::string_view dedupe_key,
                    InteractionId id) {
    tx.exec(R"sql(UPDATE ledger SET is_quarantined = 0, subject = $3
                  WHERE connector = $1 AND dedupe_key = $2)sql",
            connector, dedupe_key, id);
}

}  // namespace tributary
