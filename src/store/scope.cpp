#include "store/scope.hpp"

#include <algorithm>

#include "store/customer_rows.hpp"
#include "store/scope_sql.hpp"

namespace tributary {
namespace {

using AddScope = void (*)(SqlBuilder&, const Scope&);

// Whether a row of `table` with this id stands within the scope.
template <class Value>
bool is_within(const Tx& tx, const Scope& scope, std::string_view table, const Value& id,
               AddScope add_scope) {
    SqlBuilder sql("SELECT 1 FROM ");
    sql.add(table).add(" WHERE id = ", id);
    add_scope(sql, scope);
    Rows rows = tx.query(sql);
    return rows.next();
}

std::string own_connectors(SqlBuilder& sql, const Scope& scope) {
    return "(SELECT connector FROM agent_connector WHERE agent = " + sql.parameter(scope.agent()) +
           ")";
}

// A change names ids without saying of what; an id is one thing's only.
bool sees_named(const Tx& tx, const Scope& scope, const std::string& text) {
    const auto id = parse_id_bytes(text);
    if (!id) return false;
    return is_within(tx, scope, "ticket", *id, add_connector_scope) ||
           is_within(tx, scope, "interaction", *id, add_interaction_scope) ||
           is_within(tx, scope, "quarantine", *id, add_connector_scope) ||
           sees_customer(tx, scope, CustomerId(*id));
}

}  // namespace

void add_connector_scope(SqlBuilder& sql, const Scope& scope) {
    if (scope.is_everything()) return;
    const std::string own = own_connectors(sql, scope);
    sql.add(" AND connector IN ").add(own);
}

void add_interaction_scope(SqlBuilder& sql, const Scope& scope) {
    if (scope.is_everything()) return;
    const std::string own = own_connectors(sql, scope);
    sql.add(" AND CASE WHEN interaction.ticket IS NULL THEN interaction.connector IN ").add(own);
    sql.add(" ELSE interaction.ticket IN (SELECT id FROM ticket WHERE connector IN ").add(own);
    sql.add(") END");
}

void add_customer_scope(SqlBuilder& sql, const Scope& scope) {
    if (scope.is_everything()) return;
    const std::string own = own_connectors(sql, scope);
    sql.add(" AND (customer.owner = ", scope.agent());
    sql.add(" OR EXISTS (SELECT 1 FROM ticket WHERE ticket.customer = customer.id");
    sql.add(" AND ticket.connector IN ").add(own);
    sql.add(") OR EXISTS (SELECT 1 FROM interaction WHERE interaction.customer = customer.id");
    add_interaction_scope(sql, scope);
    sql.add("))");
}

bool sees_connector(const Tx& tx, const Scope& scope, std::string_view connector) {
    if (scope.is_everything()) return true;
    const auto own = connectors_in(tx, scope);
    return std::find(own.begin(), own.end(), connector) != own.end();
}

bool sees_ticket(const Tx& tx, const Scope& scope, TicketId id) {
    return scope.is_everything() || is_within(tx, scope, "ticket", id, add_connector_scope);
}

bool sees_interaction(const Tx& tx, const Scope& scope, InteractionId id) {
    return scope.is_everything() || is_within(tx, scope, "interaction", id, add_interaction_scope);
}

bool sees_customer(const Tx& tx, const Scope& scope, CustomerId id) {
    if (scope.is_everything()) return true;
    const auto survivor = find_survivor(tx, id);
    return survivor && is_within(tx, scope, "customer", *survivor, add_customer_scope);
}

bool sees_quarantined(const Tx& tx, const Scope& scope, QuarantineId id) {
    return scope.is_everything() || is_within(tx, scope, "quarantine", id, add_connector_scope);
}

std::vector<std::string> connectors_in(const Tx& tx, const Scope& scope) {
    Rows rows = tx.query(R"sql(SELECT DISTINCT connector FROM agent_connector WHERE agent = $1
                               ORDER BY connector)sql",
                         scope.agent());
    std::vector<std::string> connectors;
    while (rows.next())
        rows.read(connectors.emplace_back());
    return connectors;
}

std::vector<Change> seen_changes(const Tx& tx, const Scope& scope, std::vector<Change> changes) {
    if (scope.is_everything()) return changes;
    std::vector<Change> seen;
    for (Change& change : changes) {
        if (change.ids.empty() || !sees_named(tx, scope, change.ids.front())) continue;
        std::erase_if(change.ids,
                      [&](const std::string& id) { return !sees_named(tx, scope, id); });
        seen.push_back(std::move(change));
    }
    return seen;
}

}  // namespace tributary
