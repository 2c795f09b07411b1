// Customers as rows: what customers.cpp, merges.cpp, tickets and search share.
#pragma once

#include <cstdint>
#include <optional>

#include "model/customer.hpp"
#include "store/sql.hpp"

namespace tributary {

// With its own and its merged customers' identities.
Customer load_customer(const Tx& tx, std::int64_t seq);

// Where merges lead from `id`; nullopt when there is no such customer.
std::optional<CustomerId> find_survivor(const Tx& tx, CustomerId id);

// Brings the search index in line with the customer's name, number and identities, and those of the
// customers merged into it. A merged customer has no entry of its own.
void refresh_customer_words(Tx& tx, CustomerId id);

}  // namespace tributary
