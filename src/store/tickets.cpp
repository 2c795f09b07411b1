#include "store/tickets.hpp"

#include "store/sql.hpp"
#include "store/ticket_rows.hpp"
#include "store/words.hpp"

namespace tributary {
namespace {

std::string words_of(const Ticket& ticket) {
    return index_words_of(ticket.subject + "\n" + std::to_string(ticket.number));
}

void refresh_words(Tx& tx, const Ticket& ticket) {
    std::int64_t seq = 0;
    std::string old_words;
    {
        Rows rows = tx.query(R"sql(SELECT seq, words FROM ticket WHERE id = $1)sql", ticket.id);
        rows.next();
        rows.read(seq, old_words);
    }
    const std::string words = words_of(ticket);
    if (words == old_words) return;
    tx.connection().forget_words(Corpus::ticket, seq, old_words);
    tx.connection().index_words(Corpus::ticket, seq, words);
    tx.exec(R"sql(UPDATE ticket SET words = $2 WHERE seq = $1)sql", seq, words);
}

}  // namespace

Ticket load_ticket(const Tx& tx, std::int64_t seq) {
    Rows rows = tx.query(
        R"sql(SELECT id, number, customer, connector, subject, status, type, priority, assignee,
                     merged_into, claims_ticket, is_claimed, created_at, updated_at, waiting_since,
                     last_change, version
              FROM ticket WHERE seq = $1)sql",
        seq);
    rows.next();
    Ticket ticket;
    rows.read(ticket.id, ticket.number, ticket.customer, ticket.connector, ticket.subject,
              ticket.status, ticket.type, ticket.priority, ticket.assignee, ticket.merged_into,
              ticket.claims_ticket, ticket.is_claimed, ticket.created_at, ticket.updated_at,
              ticket.waiting_since, ticket.last_change, ticket.version);
    return ticket;
}

void insert_ticket(Tx& tx, Ticket& ticket) {
    ticket.number = tx.next_number("ticket");
    ticket.version = 1;
    const std::int64_t seq = tx.next_number("arrival");
    const std::string words = words_of(ticket);
    tx.exec(
        R"sql(INSERT INTO ticket (seq, id, number, customer, connector, subject, status, type,
                  priority, assignee, merged_into, is_claimed, created_at, updated_at,
                  waiting_since, last_change, version, words, claims_ticket)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                      $18, $19))sql",
        seq, ticket.id, ticket.number, ticket.customer, ticket.connector, ticket.subject,
        ticket.status, ticket.type, ticket.priority, ticket.assignee, ticket.merged_into,
        ticket.is_claimed, ticket.created_at, ticket.updated_at, ticket.waiting_since,
        ticket.last_change, ticket.version, words, ticket.claims_ticket);
    tx.connection().index_words(Corpus::ticket, seq, words);
}

std::optional<Ticket> find_ticket(const Tx& tx, TicketId id) {
    const auto seq =
        tx.query_one<std::int64_t>(R"sql(SELECT seq FROM ticket WHERE id = $1)sql", id);
    if (!seq) return std::nullopt;
    return load_ticket(tx, *seq);
}

std::optional<Ticket> find_ticket_by_number(const Tx& tx, std::int64_t number) {
    const auto seq =
        tx.query_one<std::int64_t>(R"sql(SELECT seq FROM ticket WHERE number = $1)sql", number);
    if (!seq) return std::nullopt;
    return load_ticket(tx, *seq);
}

void update_ticket(Tx& tx, Ticket& ticket) {
    const auto changed = tx.exec(
        R"sql(UPDATE ticket
              SET customer = $3, connector = $4, subject = $5, status = $6, type = $7,
                  priority = $8, assignee = $9, merged_into = $10, is_claimed = $11,
                  updated_at = $12, waiting_since = $13, last_change = $14, version = version + 1
              WHERE id = $1 AND version = $2)sql",
        ticket.id, ticket.version, ticket.customer, ticket.connector, ticket.subject, ticket.status,
        ticket.type, ticket.priority, ticket.assignee, ticket.merged_into, ticket.is_claimed,
        ticket.updated_at, ticket.waiting_since, ticket.last_change);
    if (changed == 0) throw Failure(Outcome::conflict, "This ticket was changed in the meantime.");
    ++ticket.version;
    refresh_words(tx, ticket);
}

void merge_tickets(Tx& tx, TicketId into, TicketId other, Timestamp now) {
    const auto target = find_ticket(tx, into);
    auto source = find_ticket(tx, other);
    if (!target || !source) throw Failure(Outcome::not_found, "There is no such ticket.");
    if (into == other || target->merged_into || source->merged_into) {
        throw Failure(Outcome::conflict, "These tickets cannot be merged, or already are.");
    }
    tx.exec(R"sql(UPDATE interaction SET ticket = $2 WHERE ticket = $1)sql", other, into);
    tx.exec(R"sql(INSERT INTO ticket_party (ticket, kind, scope, value)
                  SELECT ticket.id, kind, scope, value FROM ticket, ticket_party
                  WHERE ticket.id = $2 AND ticket_party.ticket = $1
                  ON CONFLICT (ticket, kind, scope, value) DO NOTHING)sql",
            other, into);
    source->status = TicketStatus::closed;
    source->merged_into = into;
    source->waiting_since.reset();
    source->updated_at = now;
    update_ticket(tx, *source);
}

}  // namespace tributary
