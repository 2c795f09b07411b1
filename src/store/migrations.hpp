// The schema's numbered steps, embedded from migrations/*.sql. Forward only; a step that was
// released is never edited.
#pragma once

#include <span>
#include <string_view>

namespace tributary {

class Connection;

struct Migration {
    std::string_view name;  // "0001_first.sql"
    std::string_view text;
};
// In order; the n-th makes schema version n.
std::span<const Migration> embedded_migrations();

enum class SchemaState { current, older, newer };
// An empty database is `older`.
SchemaState check_schema(Connection& connection);
// Brings an older schema up to date, each step in a transaction of its own.
void migrate(Connection& connection);
// "schema version 3, this program knows 2"
std::string describe_schema(Connection& connection);

}  // namespace tributary
