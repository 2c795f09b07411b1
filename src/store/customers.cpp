#include "store/customers.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "store/customer_rows.hpp"
#include "store/page_cursor.hpp"
#include "store/scope_sql.hpp"
#include "store/sql.hpp"
#include "store/words.hpp"

namespace tributary {
namespace {

constexpr std::string_view list_name = "customers";
constexpr int longest_merge_chain = 1000;  // more means that the rows go in a circle

// Strongest proof of each handle, in the order of the handles.
std::vector<Identity> load_identities(const Tx& tx, CustomerId id) {
    Rows rows = tx.query(
        R"sql(WITH RECURSIVE family (id) AS (
                  SELECT id FROM customer WHERE id = $1
                  UNION
                  SELECT customer.id FROM customer JOIN family ON customer.merged_into = family.id)
              SELECT identity.kind, identity.scope, identity.value, identity.proof, identity.display,
                     identity.stale_since IS NOT NULL
              FROM family JOIN identity ON identity.customer = family.id
              ORDER BY identity.kind, identity.scope, identity.value, identity.proof DESC)sql",
        id);
    std::vector<Identity> identities;
    while (rows.next()) {
        Identity identity;
        rows.read(identity.handle.kind, identity.handle.scope, identity.handle.value,
                  identity.proof, identity.display, identity.is_stale);
        if (identities.empty() || identities.back().handle != identity.handle) {
            identities.push_back(std::move(identity));
        }
    }
    return identities;
}

std::string search_text(const Tx& tx, CustomerId id) {
    std::string text;
    Rows rows = tx.query(
        R"sql(WITH RECURSIVE family (id) AS (
                  SELECT id FROM customer WHERE id = $1
                  UNION
                  SELECT customer.id FROM customer JOIN family ON customer.merged_into = family.id)
              SELECT customer.display_name, customer.number
              FROM family JOIN customer ON customer.id = family.id)sql",
        id);
    while (rows.next()) {
        std::string name;
        std::int64_t number = 0;
        rows.read(name, number);
        text.append(name).append("\n").append(std::to_string(number)).append("\n");
    }
    for (const Identity& identity : load_identities(tx, id)) {
        text.append(identity.handle.value).append("\n").append(identity.display).append("\n");
    }
    return text;
}

void insert_identity(Tx& tx, CustomerId customer, const Identity& identity, Timestamp now) {
    tx.exec(R"sql(INSERT INTO identity (kind, scope, value, customer, proof, display, added_at)
                  VALUES ($1, $2, $3, $4, $5, $6, $7)
                  ON CONFLICT (kind, scope, value, customer) DO UPDATE
                  SET proof = excluded.proof WHERE identity.proof < excluded.proof)sql",
            identity.handle.kind, identity.handle.scope, identity.handle.value, customer,
            identity.proof, identity.display, now);
}

}  // namespace

Customer load_customer(const Tx& tx, std::int64_t seq) {
    Customer customer;
    {
        Rows rows = tx.query(
            R"sql(SELECT id, number, display_name, owner, fields, created_at, version
                  FROM customer WHERE seq = $1)sql",
            seq);
        rows.next();
        rows.read(customer.id, customer.number, customer.display_name, customer.owner,
                  customer.fields, customer.created_at, customer.version);
    }
    customer.identities = load_identities(tx, customer.id);
    return customer;
}

std::optional<CustomerId> find_survivor(const Tx& tx, CustomerId id) {
    for (int hops = 0; hops < longest_merge_chain; ++hops) {
        Rows rows = tx.query(R"sql(SELECT merged_into FROM customer WHERE id = $1)sql", id);
        if (!rows.next()) return std::nullopt;
        std::optional<CustomerId> survivor;
        rows.read(survivor);
        if (!survivor) return id;
        id = *survivor;
    }
    throw Failure(Outcome::unavailable, "This customer's merges lead nowhere.", id.text());
}

void refresh_customer_words(Tx& tx, CustomerId id) {
    std::int64_t seq = 0;
    std::string old_words;
    std::optional<CustomerId> survivor;
    {
        Rows rows =
            tx.query(R"sql(SELECT seq, words, merged_into FROM customer WHERE id = $1)sql", id);
        if (!rows.next()) return;
        rows.read(seq, old_words, survivor);
    }
    const std::string words = survivor ? "" : index_words_of(search_text(tx, id));
    if (words == old_words) return;
    if (!old_words.empty()) tx.connection().forget_words(Corpus::customer, seq, old_words);
    if (!words.empty()) tx.connection().index_words(Corpus::customer, seq, words);
    tx.exec(R"sql(UPDATE customer SET words = $2 WHERE seq = $1)sql", seq, words);
}

std::optional<Customer> find_customer(const Tx& tx, CustomerId id) {
    const auto survivor = find_survivor(tx, id);
    if (!survivor) return std::nullopt;
    const auto seq =
        tx.query_one<std::int64_t>(R"sql(SELECT seq FROM customer WHERE id = $1)sql", *survivor);
    return load_customer(tx, seq.value());
}

std::optional<Customer> find_customer_by_number(const Tx& tx, std::int64_t number) {
    const auto id =
        tx.query_one<CustomerId>(R"sql(SELECT id FROM customer WHERE number = $1)sql", number);
    if (!id) return std::nullopt;
    return find_customer(tx, *id);
}

std::vector<HandleOwner> find_handle_owners(const Tx& tx, const Handle& handle) {
    std::vector<HandleOwner> found;
    {
        Rows rows = tx.query(R"sql(SELECT customer, proof FROM identity
                                   WHERE kind = $1 AND scope = $2 AND value = $3
                                   ORDER BY proof DESC, customer)sql",
                             handle.kind, handle.scope, handle.value);
        while (rows.next()) {
            HandleOwner& owner = found.emplace_back();
            rows.read(owner.customer, owner.proof);
        }
    }
    std::vector<HandleOwner> owners;
    for (const HandleOwner& owner : found) {
        const auto survivor = find_survivor(tx, owner.customer);
        const auto is_same = [&](const HandleOwner& known) { return known.customer == survivor; };
        if (survivor && std::none_of(owners.begin(), owners.end(), is_same)) {
            owners.push_back(HandleOwner{*survivor, owner.proof});
        }
    }
    return owners;
}

void insert_customer(Tx& tx, Customer& customer) {
    customer.number = tx.next_number("customer");
    customer.version = 1;
    std::string text = customer.display_name + "\n" + std::to_string(customer.number) + "\n";
    for (const Identity& identity : customer.identities) {
        insert_identity(tx, customer.id, identity, customer.created_at);
        text.append(identity.handle.value).append("\n").append(identity.display).append("\n");
    }
    const std::int64_t seq = tx.next_number("arrival");
    const std::string words = index_words_of(text);
    tx.exec(R"sql(INSERT INTO customer (seq, id, number, display_name, owner, fields, created_at,
                                        version, words)
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9))sql",
            seq, customer.id, customer.number, customer.display_name, customer.owner,
            customer.fields, customer.created_at, customer.version, words);
    tx.connection().index_words(Corpus::customer, seq, words);
}

// What the customer or somebody merged into it has already is raised where it stands: after an
// unmerge the proof is with the one whose handle it is.
void add_identity(Tx& tx, CustomerId customer, const Identity& identity, Timestamp now) {
    const auto survivor = find_survivor(tx, customer);
    if (!survivor) throw Failure(Outcome::not_found, "There is no such customer.");
    std::vector<CustomerId> holders;
    {
        Rows rows = tx.query(R"sql(SELECT customer FROM identity
                                   WHERE kind = $1 AND scope = $2 AND value = $3)sql",
                             identity.handle.kind, identity.handle.scope, identity.handle.value);
        while (rows.next())
            rows.read(holders.emplace_back());
    }
    bool is_known = false;
    for (const CustomerId holder : holders) {
        if (find_survivor(tx, holder) != survivor) continue;
        insert_identity(tx, holder, identity, now);
        is_known = true;
    }
    if (is_known) return;
    insert_identity(tx, *survivor, identity, now);
    refresh_customer_words(tx, *survivor);
}

bool mark_stale(Tx& tx, const Handle& handle, Timestamp now) {
    return tx.exec(R"sql(UPDATE identity SET stale_since = $4
                         WHERE kind = $1 AND scope = $2 AND value = $3
                           AND stale_since IS NULL)sql",
                   handle.kind, handle.scope, handle.value, now) > 0;
}

bool clear_stale(Tx& tx, const Handle& handle) {
    return tx.exec(R"sql(UPDATE identity SET stale_since = NULL
                         WHERE kind = $1 AND scope = $2 AND value = $3
                           AND stale_since IS NOT NULL)sql",
                   handle.kind, handle.scope, handle.value) > 0;
}

bool is_stale(const Tx& tx, const Handle& handle) {
    return tx
        .query_one<int>(R"sql(SELECT 1 FROM identity WHERE kind = $1 AND scope = $2 AND value = $3
                                  AND stale_since IS NOT NULL LIMIT 1)sql",
                        handle.kind, handle.scope, handle.value)
        .has_value();
}

void update_customer(Tx& tx, const Customer& customer) {
    const auto changed = tx.exec(
        R"sql(UPDATE customer SET display_name = $3, owner = $4, fields = $5, version = version + 1
              WHERE id = $1 AND version = $2 AND merged_into IS NULL)sql",
        customer.id, customer.version, customer.display_name, customer.owner, customer.fields);
    if (changed == 0) {
        throw Failure(Outcome::conflict, "This customer was changed in the meantime.");
    }
    refresh_customer_words(tx, customer.id);
}

std::vector<CustomerId> customers_owned_by(const Tx& tx, AgentId owner) {
    Rows rows = tx.query(R"sql(SELECT id FROM customer WHERE owner = $1 AND merged_into IS NULL
                               ORDER BY seq)sql",
                         owner);
    std::vector<CustomerId> ids;
    while (rows.next())
        rows.read(ids.emplace_back());
    return ids;
}

Page<Customer> list_customers(const Tx& tx, const Scope& scope, const CustomerFilter& filter,
                              const PageRequest& page) {
    const PagePlace from = decode_cursor(list_name, page.cursor);
    const SearchQuery query = parse_search(filter.query);
    if (query.empty() && !trim(filter.query).empty()) return {};  // nothing but marks
    const std::string match = tx.connection().match_text(query.words);
    SqlBuilder sql("SELECT seq FROM customer WHERE merged_into IS NULL");
    sql.add(" AND seq < ", from.seq);
    if (filter.owner) sql.add(" AND owner = ", *filter.owner);
    add_customer_scope(sql, scope);
    if (!query.empty()) {
        sql.add(" AND seq IN (")
            .add(tx.connection().matching_seqs(Corpus::customer, sql.parameter(match)))
            .add(")");
    }
    sql.add(" ORDER BY seq DESC LIMIT ", page.limit + 1);
    std::vector<PagePlace> places;
    {
        Rows rows = tx.query(sql);
        while (rows.next())
            rows.read(places.emplace_back().seq);
    }
    Page<Customer> result;
    result.next = end_page(list_name, places, page.limit);
    for (const PagePlace& place : places)
        result.items.push_back(load_customer(tx, place.seq));
    return result;
}

}  // namespace tributary
