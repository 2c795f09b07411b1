// Customers and their identities in the store.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/agent.hpp"
#include "model/customer.hpp"
#include "store/page.hpp"
#include "store/store.hpp"

namespace tributary {

// Ids of merged customers lead to the survivor.
std::optional<Customer> find_customer(const Tx& tx, CustomerId id);
std::optional<Customer> find_customer_by_number(const Tx& tx, std::int64_t number);

struct HandleOwner {
    CustomerId customer;
    Proof proof;
};
// Everybody who has this very handle, strongest proof first; survivors of merges only.
std::vector<HandleOwner> find_handle_owners(const Tx& tx, const Handle& handle);

// Assigns number; `customer.id` and created_at are the caller's. Identities go in with it.
void insert_customer(Tx& tx, Customer& customer);
// Adds the identity or raises its proof; never lowers it.
void add_identity(Tx& tx, CustomerId customer, const Identity& identity, Timestamp now);
// Whoever has this handle: what was sent to it came back, or something came from it again. True
// when that changed anything.
bool mark_stale(Tx& tx, const Handle& handle, Timestamp now);
bool clear_stale(Tx& tx, const Handle& handle);
bool is_stale(const Tx& tx, const Handle& handle);
// Display name, owner, fields; bumps version. Failure(conflict) when `customer.version` is stale.
void update_customer(Tx& tx, const Customer& customer);

struct CustomerFilter {
    std::string query;  // name, handle or number; "" for all
    std::optional<AgentId> owner;
};
Page<Customer> list_customers(const Tx& tx, const Scope& scope, const CustomerFilter& filter,
                              const PageRequest& page);
std::vector<CustomerId> customers_owned_by(const Tx& tx, AgentId owner);

// `other` is folded into `survivor`: its interactions, tickets and identities move and remember
// where they came from, so that unmerge puts back exactly those. Failure(conflict) when either is
// already merged or they are the same.
MergeId merge_customers(Tx& tx, CustomerId survivor, CustomerId other, AgentId by, Timestamp now);
// Who holds what the merge moved: its survivor, or whoever that one was merged into since; nullopt
// when there is no such merge in force.
std::optional<CustomerId> find_merge_holder(const Tx& tx, MergeId merge);
// Gives back the customer that was folded in; nullopt when there is no such merge in force.
std::optional<CustomerId> unmerge_customers(Tx& tx, MergeId merge, Timestamp now);

}  // namespace tributary
