#include "store/migrations.hpp"

#include <string>

#include "base/log.hpp"
#include "store/sql.hpp"

namespace tributary {
namespace {

std::int64_t schema_version(Connection& connection) {
    if (!connection.has_table("schema_version")) return 0;
    const Tx tx(connection);
    return tx.query_one<std::int64_t>(R"sql(SELECT version FROM schema_version)sql").value_or(0);
}

void apply(Connection& connection, const Migration& migration, std::int64_t version) {
    connection.begin_write();
    try {
        if (version == 1) {
            connection.run_script(
                "CREATE TABLE schema_version (version BIGINT NOT NULL);"
                "INSERT INTO schema_version VALUES (0);");
        }
        connection.run_script(connection.translate_schema(migration.text));
        if (version == 1) connection.create_search_index();
        Tx tx(connection);
        tx.exec(R"sql(UPDATE schema_version SET version = $1)sql", version);
        connection.commit();
    } catch (...) {
        connection.rollback();
        throw;
    }
    log::info("store.migrated", "to", version, "step", migration.name);
}

}  // namespace

SchemaState check_schema(Connection& connection) {
    const std::int64_t version = schema_version(connection);
    const auto known = static_cast<std::int64_t>(embedded_migrations().size());
    if (version == known) return SchemaState::current;
    return version < known ? SchemaState::older : SchemaState::newer;
}

void migrate(Connection& connection) {
    const auto migrations = embedded_migrations();
    for (auto done = schema_version(connection); done < std::ssize(migrations); ++done) {
        apply(connection, migrations[static_cast<std::size_t>(done)], done + 1);
    }
}

std::string describe_schema(Connection& connection) {
    return "schema version " + std::to_string(schema_version(connection)) +
           ", this program knows " + std::to_string(embedded_migrations().size());
}

}  // namespace tributary
