#include "store/changes.hpp"

#include "base/text.hpp"
#include "store/sql.hpp"

namespace tributary {

// One counter numbers changes and arrivals, so an interaction can bear the number of the change
// that announced it. Its row is locked until the commit: numbers ascend in commit order.
std::int64_t append_change(Tx& tx, std::string_view kind, const std::vector<std::string>& ids,
                           Timestamp now) {
    const std::int64_t seq = tx.next_number("arrival");
    std::string joined;
    for (const std::string& id : ids)
        joined.append(joined.empty() ? "" : " ").append(id);
    tx.exec(R"sql(INSERT INTO change (seq, kind, ids, changed_at) VALUES ($1, $2, $3, $4))sql", seq,
            kind, joined, now);
    tx.note_change(seq);
    return seq;
}

std::vector<Change> changes_after(const Tx& tx, std::int64_t after, std::size_t limit) {
    Rows rows =
        tx.query(R"sql(SELECT seq, kind, ids FROM change WHERE seq > $1 ORDER BY seq LIMIT $2)sql",
                 after, limit);
    std::vector<Change> changes;
    while (rows.next()) {
        Change& change = changes.emplace_back();
        std::string joined;
        rows.read(change.seq, change.kind, joined);
        if (joined.empty()) continue;
        for (const std::string_view id : split(joined, ' '))
            change.ids.emplace_back(id);
    }
    return changes;
}

std::int64_t newest_change(const Tx& tx) {
    return tx.query_one<std::int64_t>(R"sql(SELECT seq FROM change ORDER BY seq DESC LIMIT 1)sql")
        .value_or(0);
}

}  // namespace tributary
