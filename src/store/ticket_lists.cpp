// The lists of tickets (tickets.hpp).
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "model/interaction.hpp"
#include "store/page_cursor.hpp"
#include "store/scope_sql.hpp"
#include "store/sql.hpp"
#include "store/ticket_rows.hpp"
#include "store/tickets.hpp"
#include "store/words.hpp"

namespace tributary {
namespace {

constexpr std::size_t most_last_words = 200;  // bytes
constexpr std::array all_statuses{TicketStatus::open, TicketStatus::pending, TicketStatus::solved,
                                  TicketStatus::closed};

// How an order is walked: by which column, and from where.
struct Walk {
    std::string_view list_name;
    std::string_view key;
    bool is_ascending;
    PagePlace first() const {
        if (!is_ascending) return {};
        return PagePlace{std::numeric_limits<std::int64_t>::min(), 0};
    }
};

Walk walk_of(TicketOrder order) {
    switch (order) {
        case TicketOrder::created: return {"tickets.created", "created_at", false};
        case TicketOrder::waiting: return {"tickets.waiting", "waiting_since", true};
        case TicketOrder::updated: break;
    }
    return {"tickets.updated", "updated_at", false};
}

void add_query(SqlBuilder& sql, const Tx& tx, const std::string& match) {
    const Connection& connection = tx.connection();
    sql.add(" AND (seq IN (")
        .add(connection.matching_seqs(Corpus::ticket, sql.parameter(match)))
        .add(") OR customer IN (SELECT id FROM customer WHERE seq IN (")
        .add(connection.matching_seqs(Corpus::customer, sql.parameter(match)))
        .add(")))");
}

std::vector<PagePlace> find_places(const Tx& tx, const Scope& scope, const TicketFilter& filter,
                                   const Walk& walk, const PagePlace& from, int limit,
                                   std::optional<TicketStatus> status) {
    const SearchQuery query = parse_search(filter.query);
    if (query.empty() && !trim(filter.query).empty()) return {};
    const std::string match = tx.connection().match_text(query.words);
    const std::string_view direction = walk.is_ascending ? " ASC" : " DESC";

    SqlBuilder sql("SELECT ");
    sql.add(walk.key).add(", seq FROM ticket WHERE merged_into IS NULL AND (").add(walk.key);
    sql.add(walk.is_ascending ? ", seq) > (" : ", seq) < (");
    sql.add("", from.key).add(", ", from.seq).add(")");
    if (status) sql.add(" AND status = ", *status);
    if (filter.assignee) sql.add(" AND assignee = ", *filter.assignee);
    if (filter.unassigned) sql.add(" AND assignee IS NULL");
    if (!filter.connector.empty()) sql.add(" AND connector = ", filter.connector);
    if (filter.customer) sql.add(" AND customer = ", *filter.customer);
    add_connector_scope(sql, scope);
    if (!query.empty()) add_query(sql, tx, match);
    sql.add(" ORDER BY ").add(walk.key).add(direction).add(", seq").add(direction);
    sql.add(" LIMIT ", limit);

    std::vector<PagePlace> places;
    Rows rows = tx.query(sql);
    while (rows.next()) {
        PagePlace& place = places.emplace_back();
        rows.read(place.key, place.seq);
    }
    return places;
}

// `updated` is walked by status, so one index serves it with and without that filter.
std::vector<PagePlace> find_recent(const Tx& tx, const Scope& scope, const TicketFilter& filter,
                                   const Walk& walk, const PagePlace& from, int limit) {
    std::vector<PagePlace> places;
    for (const TicketStatus status : all_statuses) {
        const auto some = find_places(tx, scope, filter, walk, from, limit, status);
        places.insert(places.end(), some.begin(), some.end());
    }
    std::sort(places.begin(), places.end(), [](const PagePlace& a, const PagePlace& b) {
        return a.key != b.key ? a.key > b.key : a.seq > b.seq;
    });
    if (places.size() > static_cast<std::size_t>(limit)) places.resize(limit);
    return places;
}

// What was last said on the ticket; notes and system lines are not said to anybody.
void load_last_words(const Tx& tx, TicketRow& row) {
    Rows rows = tx.query(
        R"sql(SELECT interaction.channel, interaction.author, content.text, content.reply_text
              FROM interaction JOIN content ON content.seq = interaction.seq
              WHERE interaction.ticket = $1 AND interaction.direction <> $2
              ORDER BY interaction.seq DESC LIMIT 1)sql",
        row.ticket.id, Direction::internal);
    if (!rows.next()) return;
    std::string text;
    std::optional<std::string> reply_text;
    rows.read(row.channel, row.last_author, text, reply_text);
    const std::string& words = reply_text && !reply_text->empty() ? *reply_text : text;
    row.last_words = truncate_utf8(words, most_last_words);
}

TicketRow load_ticket_row(const Tx& tx, std::int64_t seq) {
    TicketRow row;
    row.ticket = load_ticket(tx, seq);
    Rows customer = tx.query(R"sql(SELECT display_name, number FROM customer WHERE id = $1)sql",
                             row.ticket.customer);
    if (customer.next()) customer.read(row.customer_name, row.customer_number);
    if (row.ticket.claims_ticket)
        row.claims_number =
            tx.query_one<std::int64_t>(R"sql(SELECT number FROM ticket WHERE id = $1)sql",
                                       *row.ticket.claims_ticket)
                .value_or(0);
    load_last_words(tx, row);
    return row;
}

}  // namespace

std::optional<TicketRow> find_ticket_row(const Tx& tx, TicketId id) {
    const auto seq =
        tx.query_one<std::int64_t>(R"sql(SELECT seq FROM ticket WHERE id = $1)sql", id);
    if (!seq) return std::nullopt;
    return load_ticket_row(tx, *seq);
}

std::vector<TicketId> open_tickets_of(const Tx& tx, AgentId assignee) {
    Rows rows = tx.query(R"sql(SELECT id FROM ticket WHERE assignee = $1 AND status IN ($2, $3)
                               ORDER BY seq)sql",
                         assignee, TicketStatus::open, TicketStatus::pending);
    std::vector<TicketId> ids;
    while (rows.next())
        rows.read(ids.emplace_back());
    return ids;
}

Page<TicketRow> list_tickets(const Tx& tx, const Scope& scope, const TicketFilter& filter,
                             TicketOrder order, const PageRequest& page) {
    const Walk walk = walk_of(order);
    const PagePlace from = decode_cursor(walk.list_name, page.cursor, walk.first());
    auto places = order == TicketOrder::updated && !filter.status
                      ? find_recent(tx, scope, filter, walk, from, page.limit + 1)
                      : find_places(tx, scope, filter, walk, from, page.limit + 1, filter.status);
    Page<TicketRow> result;
    result.next = end_page(walk.list_name, places, page.limit);
    for (const PagePlace& place : places)
        result.items.push_back(load_ticket_row(tx, place.seq));
    return result;
}

}  // namespace tributary
