// A scope as a condition on rows: what lists, search and scope.cpp share.
#pragma once

#include "model/agent.hpp"
#include "store/sql.hpp"

namespace tributary {

// Each adds " AND …" for the rows of its table, and nothing where the scope is everything.
void add_connector_scope(SqlBuilder& sql, const Scope& scope);  // of a table with `connector`
void add_interaction_scope(SqlBuilder& sql, const Scope& scope);
void add_customer_scope(SqlBuilder& sql, const Scope& scope);

}  // namespace tributary
