#include "store/sealed.hpp"

#include "store/sessions.hpp"
#include "store/sql.hpp"

namespace tributary {

namespace {

std::vector<SealedValue> sealed_factors(const Tx& tx) {
    std::vector<SealedValue> values;
    Rows rows = tx.query(R"sql(SELECT agent, sealed FROM second_factor ORDER BY agent)sql");
    while (rows.next()) {
        SealedValue& value = values.emplace_back();
        AgentId agent;
        rows.read(agent, value.sealed);
        value.context = second_factor_context(agent);
    }
    return values;
}

// The sealed bytes differ from value to value, so they name the row.
bool replace_factor(Tx& tx, const SealedValue& old, std::string_view sealed) {
    return tx.exec(R"sql(UPDATE second_factor SET sealed = $2 WHERE sealed = $1)sql",
                   Bytes(old.sealed), Bytes(sealed)) > 0;
}

}  // namespace

std::vector<SealedValue> sealed_values(const Tx& tx) {
    std::vector<SealedValue> values = sealed_factors(tx);
    Rows rows = tx.query(R"sql(SELECT connector || '/' || name, sealed FROM kept_secret
                               ORDER BY connector, name)sql");
    while (rows.next()) {
        SealedValue& value = values.emplace_back();
        rows.read(value.context, value.sealed);
    }
    return values;
}

bool replace_sealed(Tx& tx, const SealedValue& old, std::string_view sealed) {
    if (replace_factor(tx, old, sealed)) return true;
    return tx.exec(R"sql(UPDATE kept_secret SET sealed = $3
                         WHERE connector || '/' || name = $1 AND sealed = $2)sql",
                   old.context, Bytes(old.sealed), Bytes(sealed)) > 0;
}

}  // namespace tributary
