#include "store/sql.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace tributary {

void Rows::get(int column, IdBytes& field) const {
    const std::string_view bytes = statement_->bytes(column);
    if (bytes.size() != field.size()) {
        throw Failure(Outcome::unavailable, "A stored id is damaged.",
                      std::to_string(bytes.size()) + " bytes");
    }
    std::memcpy(field.data(), bytes.data(), field.size());
}

void Connection::run(std::string_view sql) {
    Rows rows(prepare(sql));
    rows.next();
}

void Connection::rollback() noexcept {
    if (!is_in_transaction()) return;
    try {
        run("ROLLBACK");
    } catch (const std::exception& thrown) {
        log::warn("store.rollback_failed", "reason", thrown.what());
    }
}

std::int64_t Tx::exec_with(std::string_view sql, std::span<const Param> params) {
    Statement& statement = connection_.prepare(sql);
    Rows rows(statement);
    statement.start(params, Statement::Values::lasting);
    while (rows.next()) {
    }
    return statement.rows_changed();
}

Rows Tx::query_with(std::string_view sql, std::span<const Param> params) const {
    Statement& statement = connection_.prepare(sql);
    Rows rows(statement);
    statement.start(params, Statement::Values::fleeting);
    return rows;
}

std::int64_t Tx::next_number(std::string_view counter) {
    const auto value = query_one<std::int64_t>(
        R"sql(UPDATE counter SET value = value + 1 WHERE name = $1 RETURNING value)sql", counter);
    return value.value();
}

}  // namespace tributary
