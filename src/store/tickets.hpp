// Tickets in the store.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/agent.hpp"
#include "model/ticket.hpp"
#include "store/page.hpp"
#include "store/store.hpp"

namespace tributary {

void insert_ticket(Tx& tx, Ticket& ticket);                    // assigns number
std::optional<Ticket> find_ticket(const Tx& tx, TicketId id);  // as it is, merged or not
std::optional<Ticket> find_ticket_by_number(const Tx& tx, std::int64_t number);
// Everything but id, number, customer's history and created_at; bumps version. Failure(conflict)
// when `ticket.version` is stale.
void update_ticket(Tx& tx, Ticket& ticket);

struct TicketFilter {
    std::optional<TicketStatus> status;
    std::optional<AgentId> assignee;
    bool unassigned = false;
    std::string connector;
    std::optional<CustomerId> customer;
    std::string query;  // subject, customer's name, number
};
enum class TicketOrder { updated, created, waiting };  // newest first; waiting: longest wait first

struct TicketRow {  // a ticket with what a list shows
    Ticket ticket;
    std::string customer_name;
    std::int64_t customer_number = 0;
    std::string channel;             // of the last interaction
    std::string last_words;          // at most 200 bytes of the last message
    std::string last_author;         // "" for the customer
    std::int64_t claims_number = 0;  // of ticket.claims_ticket; 0 when there is none
};
Page<TicketRow> list_tickets(const Tx& tx, const Scope& scope, const TicketFilter& filter,
                             TicketOrder order, const PageRequest& page);
// One ticket as a list would show it.
std::optional<TicketRow> find_ticket_row(const Tx& tx, TicketId id);
// Open and pending ones, oldest first.
std::vector<TicketId> open_tickets_of(const Tx& tx, AgentId assignee);
// `other`'s interactions move to `into`; `other` closes and points there.
void merge_tickets(Tx& tx, TicketId into, TicketId other, Timestamp now);

}  // namespace tributary
