#include "store/search.hpp"

#include <algorithm>

#include "store/customer_rows.hpp"
#include "store/interaction_rows.hpp"
#include "store/page_cursor.hpp"
#include "store/scope_sql.hpp"
#include "store/snippet.hpp"
#include "store/sql.hpp"
#include "store/ticket_rows.hpp"
#include "store/words.hpp"

namespace tributary {
namespace {

constexpr std::string_view list_name = "search";
// How many entries one page may look at: words that match only in parts can be many.
constexpr std::size_t most_looked_at = 1000;

struct Candidate {
    std::int64_t seq;
    Corpus corpus;
};

void add_scope(SqlBuilder& sql, const Scope& scope, Corpus corpus) {
    switch (corpus) {
        case Corpus::customer: return add_customer_scope(sql, scope);
        case Corpus::ticket: return add_connector_scope(sql, scope);
        case Corpus::interaction: return add_interaction_scope(sql, scope);
    }
}

std::string_view table_of(Corpus corpus) {
    switch (corpus) {
        case Corpus::customer: return "customer";
        case Corpus::ticket: return "ticket";
        case Corpus::interaction: break;
    }
    return "interaction";
}

// The newest matches within the scope: judged here, so that not even their number is told.
SqlBuilder scoped_matches(const Tx& tx, const Scope& scope, Corpus corpus, const std::string& match,
                          std::int64_t before, std::size_t limit) {
    SqlBuilder sql("SELECT seq FROM ");
    sql.add(table_of(corpus)).add(" WHERE seq < ", before);
    const std::string parameter = sql.parameter(match);
    sql.add(" AND seq IN (").add(tx.connection().matching_seqs(corpus, parameter)).add(")");
    add_scope(sql, scope, corpus);
    sql.add(" ORDER BY seq DESC LIMIT ", limit);
    return sql;
}

std::vector<Candidate> find_candidates(const Tx& tx, const Scope& scope, const std::string& match,
                                       std::int64_t before, std::size_t limit) {
    std::vector<Candidate> candidates;
    for (const Corpus corpus : {Corpus::customer, Corpus::ticket, Corpus::interaction}) {
        Rows rows = scope.is_everything()
                        ? tx.query(tx.connection().newest_matches(corpus), match, before, limit)
                        : tx.query(scoped_matches(tx, scope, corpus, match, before, limit));
        while (rows.next()) {
            rows.read(candidates.emplace_back(Candidate{0, corpus}).seq);
        }
    }
    std::sort(candidates.begin(), candidates.end(),
              [](const Candidate& a, const Candidate& b) { return a.seq > b.seq; });
    if (candidates.size() > limit) candidates.resize(limit);
    return candidates;
}

struct Found {
    SearchHit hit;
    std::string text;  // what the match is in
};

Found load_customer_hit(const Tx& tx, std::int64_t seq) {
    const Customer customer = load_customer(tx, seq);
    Found found;
    found.hit.kind = "customer";
    found.hit.id = customer.id.text();
    found.hit.title = customer.display_name;
    found.hit.customer = customer.id;
    found.hit.at = customer.created_at;
    found.text = customer.display_name + " #" + std::to_string(customer.number);
    for (const Identity& identity : customer.identities) {
        found.text.append(" ").append(identity.handle.value);
    }
    return found;
}

Found load_ticket_hit(const Tx& tx, std::int64_t seq) {
    const Ticket ticket = load_ticket(tx, seq);
    Found found;
    found.hit.kind = "ticket";
    found.hit.id = ticket.id.text();
    found.hit.title = ticket.subject;
    found.hit.customer = ticket.customer;
    found.hit.at = ticket.created_at;
    found.text = "#" + std::to_string(ticket.number) + " " + ticket.subject;
    return found;
}

Found load_interaction_hit(const Tx& tx, std::int64_t seq) {
    const Interaction interaction = load_interaction(tx, seq);
    const Content& content = interaction.content;
    Found found;
    found.hit.kind = "interaction";
    found.hit.id = interaction.id.text();
    found.hit.title = content.subject.empty() ? content.from.name : content.subject;
    found.hit.customer = interaction.customer;
    found.hit.at = interaction.occurred_at;
    found.text = search_text(interaction);
    return found;
}

Found load_hit(const Tx& tx, const Candidate& candidate) {
    switch (candidate.corpus) {
        case Corpus::customer: return load_customer_hit(tx, candidate.seq);
        case Corpus::ticket: return load_ticket_hit(tx, candidate.seq);
        case Corpus::interaction: break;
    }
    return load_interaction_hit(tx, candidate.seq);
}

}  // namespace

Page<SearchHit> search(const Tx& tx, const Scope& scope, std::string_view typed,
                       const PageRequest& page) {
    PagePlace place = decode_cursor(list_name, page.cursor);
    const SearchQuery query = parse_search(typed);
    Page<SearchHit> result;
    if (query.empty()) return result;
    const std::string match = tx.connection().match_text(query.words);
    const auto limit = static_cast<std::size_t>(page.limit);
    for (std::size_t looked_at = 0; looked_at < most_looked_at;) {
        const auto candidates = find_candidates(tx, scope, match, place.seq, limit + 1);
        for (const Candidate& candidate : candidates) {
            if (result.items.size() == limit) {
                result.next = encode_cursor(list_name, place);
                return result;
            }
            Found found = load_hit(tx, candidate);
            place.seq = candidate.seq;
            if (!query.literals.empty() && !holds_literals(fold_for_search(found.text), query)) {
                continue;
            }
            found.hit.snippet = make_snippet(found.text, query);
            result.items.push_back(std::move(found.hit));
        }
        if (candidates.size() <= limit) return result;
        looked_at += candidates.size();
    }
    result.next = encode_cursor(list_name, place);
    return result;
}

}  // namespace tributary
