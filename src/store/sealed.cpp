#include "store/sealed.hpp"

#include "store/sql.hpp"

namespace tributary {

std::vector<SealedValue> sealed_values(const Tx& tx) {
    std::vector<SealedValue> values;
    Rows rows = tx.query(R"sql(SELECT connector || '/' || name, sealed FROM kept_secret
                               ORDER BY connector, name)sql");
    while (rows.next()) {
        SealedValue& value = values.emplace_back();
        rows.read(value.context, value.sealed);
    }
    return values;
}

bool replace_sealed(Tx& tx, const SealedValue& old, std::string_view sealed) {
    return tx.exec(R"sql(UPDATE kept_secret SET sealed = $3
                         WHERE connector || '/' || name = $1 AND sealed = $2)sql",
                   old.context, Bytes(old.sealed), Bytes(sealed)) > 0;
}

}  // namespace tributary
