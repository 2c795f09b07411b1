// Merging and unmerging customers (customers.hpp).
//
// Identities stay where they are and count for the survivor while the merge is in force.
// Interactions and tickets move, for the timeline's index, and merge_moved lists them: an unmerge
// takes back what it lists and the survivor still has. What came after the merge, or was moved by
// hand since, stays.
#include "store/customer_rows.hpp"
#include "store/customers.hpp"
#include "store/sql.hpp"

namespace tributary {
namespace {

void require_unmerged(const Tx& tx, CustomerId id) {
    const auto survivor = find_survivor(tx, id);
    if (!survivor) throw Failure(Outcome::not_found, "There is no such customer.");
    if (*survivor != id) throw Failure(Outcome::conflict, "This customer is merged already.");
}

void move_rows(Tx& tx, MergeId merge, CustomerId from, CustomerId to) {
    tx.exec(R"sql(INSERT INTO merge_moved (merge, is_ticket, seq)
                  SELECT merge.id, 0, interaction.seq FROM merge, interaction
                  WHERE merge.id = $1 AND interaction.customer = $2)sql",
            merge, from);
    tx.exec(R"sql(INSERT INTO merge_moved (merge, is_ticket, seq)
                  SELECT merge.id, 1, ticket.seq FROM merge, ticket
                  WHERE merge.id = $1 AND ticket.customer = $2)sql",
            merge, from);
    tx.exec(R"sql(UPDATE interaction SET customer = $2 WHERE customer = $1)sql", from, to);
    tx.exec(R"sql(UPDATE ticket SET customer = $2 WHERE customer = $1)sql", from, to);
}

void return_rows(Tx& tx, MergeId merge, CustomerId from, CustomerId to) {
    tx.exec(R"sql(UPDATE interaction SET customer = $3
                  WHERE customer = $2 AND seq IN
                      (SELECT seq FROM merge_moved WHERE merge = $1 AND is_ticket = 0))sql",
            merge, from, to);
    tx.exec(R"sql(UPDATE ticket SET customer = $3
                  WHERE customer = $2 AND seq IN
                      (SELECT seq FROM merge_moved WHERE merge = $1 AND is_ticket = 1))sql",
            merge, from, to);
    tx.exec(R"sql(DELETE FROM merge_moved WHERE merge = $1)sql", merge);
}

}  // namespace

MergeId merge_customers(Tx& tx, CustomerId survivor, CustomerId other, AgentId by, Timestamp now) {
    if (survivor == other) {
        throw Failure(Outcome::conflict, "A customer cannot be merged with itself.");
    }
    require_unmerged(tx, survivor);
    require_unmerged(tx, other);
    const MergeId id = MergeId::make(unix_ms(now));
    tx.exec(R"sql(INSERT INTO merge (id, survivor, other, merged_by, merged_at)
                  VALUES ($1, $2, $3, $4, $5))sql",
            id, survivor, other, by, now);
    move_rows(tx, id, other, survivor);
    tx.exec(R"sql(UPDATE customer SET merged_into = $2, version = version + 1 WHERE id = $1)sql",
            other, survivor);
    tx.exec(R"sql(UPDATE customer SET version = version + 1 WHERE id = $1)sql", survivor);
    refresh_customer_words(tx, other);
    refresh_customer_words(tx, survivor);
    return id;
}

std::optional<CustomerId> find_merge_holder(const Tx& tx, MergeId merge) {
    const auto survivor = tx.query_one<CustomerId>(
        R"sql(SELECT survivor FROM merge WHERE id = $1 AND unmerged_at IS NULL)sql", merge);
    return survivor ? find_survivor(tx, *survivor) : std::nullopt;
}

std::optional<CustomerId> unmerge_customers(Tx& tx, MergeId merge, Timestamp now) {
    const auto found = find_merge_holder(tx, merge);
    if (!found) return std::nullopt;
    const CustomerId holder = *found;
    const CustomerId other =
        tx.query_one<CustomerId>(R"sql(SELECT other FROM merge WHERE id = $1)sql", merge).value();
    return_rows(tx, merge, holder, other);
    tx.exec(R"sql(UPDATE merge SET unmerged_at = $2 WHERE id = $1)sql", merge, now);
    tx.exec(R"sql(UPDATE customer SET merged_into = NULL, version = version + 1
                  WHERE id = $1)sql",
            other);
    tx.exec(R"sql(UPDATE customer SET version = version + 1 WHERE id = $1)sql", holder);
    refresh_customer_words(tx, other);
    refresh_customer_words(tx, holder);
    return other;
}

}  // namespace tributary
