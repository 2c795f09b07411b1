#include "store/erasure.hpp"

#include <boost/json.hpp>

#include <algorithm>

#include "base/log.hpp"
#include "store/audit.hpp"
#include "store/blob_files.hpp"
#include "store/customer_rows.hpp"
#include "store/customers.hpp"
#include "store/erasure_rows.hpp"
#include "store/tombstones.hpp"

namespace tributary {
namespace {

namespace json = boost::json;

std::filesystem::path blobs_of(const Store& store) {
    return store.state() / "blobs";
}

std::string counts_text(const ErasureCounts& counts) {
    return json::serialize(json::object{{"customers", counts.customers},
                                        {"identities", counts.identities},
                                        {"tickets", counts.tickets},
                                        {"interactions", counts.interactions},
                                        {"blobs", counts.blobs},
                                        {"quarantined", counts.quarantined},
                                        {"cancelled", counts.cancelled},
                                        {"redacted", counts.redacted}});
}

ErasureCounts parse_counts(const std::string& text) {
    const json::object object = json::parse(text).as_object();
    ErasureCounts counts;
    counts.customers = object.at("customers").as_int64();
    counts.identities = object.at("identities").as_int64();
    counts.tickets = object.at("tickets").as_int64();
    counts.interactions = object.at("interactions").as_int64();
    counts.blobs = object.at("blobs").as_int64();
    counts.quarantined = object.at("quarantined").as_int64();
    counts.cancelled = object.at("cancelled").as_int64();
    counts.redacted = object.at("redacted").as_int64();
    return counts;
}

Tombstone tombstone_of(const Person& person, const Tombstones& stones, ErasureId id,
                       Timestamp now) {
    Tombstone stone;
    stone.id = id;
    stone.erased_at = now;
    for (const CustomerId member : person.family)
        stone.customers.insert(Tombstones::hash(member));
    for (const Handle& handle : person.handles)
        stone.handles.insert(stones.hash(handle));
    return stone;
}

void insert_certificate(Tx& tx, const Certificate& certificate) {
    tx.exec(R"sql(INSERT INTO erasure (id, erased_at, counts) VALUES ($1, $2, $3))sql",
            certificate.id, certificate.erased_at, counts_text(certificate.counts));
}

// Noted beside the store before it is done: whoever was told that it is done is never brought back.
Certificate erase_rows(Tx& tx, const Store& store, const Person& person, const Mentions& mentions,
                       ErasureId id, const std::string& actor, Timestamp now) {
    Tombstones stones(tombstone_file(store.state()));
    stones.add(tombstone_of(person, stones, id, now));
    Certificate certificate;
    certificate.id = id;
    certificate.erased_at = now;
    certificate.counts = erase_person(tx, person, blobs_of(store), mentions, now);
    insert_certificate(tx, certificate);
    append_audit(tx,
                 AuditEvent(actor, "customer.erase", "customer " + person.family.front().text(),
                            counts_text(certificate.counts)),
                 now);
    return certificate;
}

std::vector<std::string> erased_files(const Tx& tx) {
    std::vector<std::string> files;
    Rows rows = tx.query(R"sql(SELECT sha256 FROM erased_file)sql");
    while (rows.next())
        rows.read(files.emplace_back());
    return files;
}

// In a write step: whoever staged the same bytes again before has committed by then. False when a
// file must wait.
bool remove_files(Tx& tx, const BlobFiles& files) {
    bool is_done = true;
    for (const std::string& sha : erased_files(tx)) {
        const bool is_named =
            tx.query_one<int>(R"sql(SELECT 1 FROM blob WHERE sha256 = $1)sql", Bytes(sha))
                .has_value();
        if (!is_named && files.remove(sha) == BlobFiles::Removal::too_young) {
            is_done = false;
            continue;
        }
        tx.exec(R"sql(DELETE FROM erased_file WHERE sha256 = $1)sql", Bytes(sha));
    }
    return is_done;
}

// The tombstone's customers as this store has them: those of its ids, apart from whom they were
// merged into by then and have been taken from since.
std::vector<CustomerId> buried(Tx& tx, const Tombstone& stone, Timestamp now) {
    std::vector<CustomerId> found;
    {
        Rows rows = tx.query(R"sql(SELECT id FROM customer)sql");
        CustomerId id;
        while (rows.next()) {
            rows.read(id);
            if (stone.customers.contains(Tombstones::hash(id))) found.push_back(id);
        }
    }
    for (const CustomerId id : found) {
        for (auto survivor = find_survivor(tx, id);
             survivor && !stone.customers.contains(Tombstones::hash(*survivor));
             survivor = find_survivor(tx, id)) {
            const auto merge = tx.query_one<MergeId>(
                R"sql(SELECT id FROM merge WHERE other = $1 AND unmerged_at IS NULL)sql", id);
            if (!merge || !unmerge_customers(tx, *merge, now)) break;
        }
    }
    return found;
}

bool was_repeated(const Tx& tx, ErasureId id) {
    return tx.query_one<int>(R"sql(SELECT 1 FROM erasure WHERE id = $1)sql", id).has_value();
}

}  // namespace

int repeat_erasures(Tx& tx, const Tombstones& stones, const std::filesystem::path& blobs,
                    Timestamp now) {
    int erased = 0;
    for (const Tombstone& stone : stones.all()) {
        if (was_repeated(tx, stone.id)) continue;
        Certificate certificate;
        certificate.id = stone.id;
        certificate.erased_at = stone.erased_at;
        for (const CustomerId id : buried(tx, stone, now)) {
            if (!find_survivor(tx, id)) continue;  // gone with another of the family
            const ErasureCounts counts = erase_person(tx, find_person(tx, id), blobs, {}, now);
            certificate.counts.customers += counts.customers;
            certificate.counts.interactions += counts.interactions;
            ++erased;
        }
        insert_certificate(tx, certificate);
        append_audit(
            tx, AuditEvent(house_actor, "customer.erase_again", "erasure " + stone.id.text()), now);
    }
    return erased;
}

int repeat_erasures(Store& store, Timestamp now) {
    const Tombstones stones(tombstone_file(store.state()));
    if (stones.all().empty()) return 0;
    int erased = 0;
    store.write_now([&](Tx& tx) { erased = repeat_erasures(tx, stones, blobs_of(store), now); });
    if (erased > 0) log::warn("store.erased_again", "customers", erased);
    return erased;
}

void note_erasure(Tx& tx, const ErasureCounts& counts, Timestamp now) {
    Certificate certificate;
    certificate.id = ErasureId::make(unix_ms(now));
    certificate.erased_at = now;
    certificate.counts = counts;
    insert_certificate(tx, certificate);
}

bool has_unfinished_erasures(const Tx& tx) {
    return tx.query_one<int>(R"sql(SELECT 1 FROM erasure WHERE finished_at IS NULL LIMIT 1)sql")
        .has_value();
}

int finish_erasures(Store& store, Timestamp now) {
    std::vector<ErasureId> waiting;
    store.read_now([&](const Tx& tx) {
        Rows rows = tx.query(R"sql(SELECT id FROM erasure WHERE finished_at IS NULL)sql");
        while (rows.next())
            rows.read(waiting.emplace_back());
    });
    if (waiting.empty()) return 0;
    bool is_done = false;
    const BlobFiles files(blobs_of(store));
    store.write_now([&](Tx& tx) { is_done = remove_files(tx, files); });
    if (!is_done || !store.scour_now(Store::Scour::rebuild)) return 0;
    store.write_now([&](Tx& tx) {
        for (const ErasureId& id : waiting)
            tx.exec(R"sql(UPDATE erasure SET finished_at = $2 WHERE id = $1)sql", id, now);
    });
    return static_cast<int>(waiting.size());
}

std::optional<Certificate> find_certificate(const Tx& tx, ErasureId id) {
    Rows rows =
        tx.query(R"sql(SELECT erased_at, finished_at, counts FROM erasure WHERE id = $1)sql", id);
    if (!rows.next()) return std::nullopt;
    Certificate certificate;
    std::string counts;
    certificate.id = id;
    rows.read(certificate.erased_at, certificate.finished_at, counts);
    certificate.counts = parse_counts(counts);
    return certificate;
}

Certificate erase_customer(Store& store, CustomerId customer, const std::string& actor,
                           Timestamp now) {
    Mentions mentions;
    store.read_now([&](const Tx& tx) {
        find_mentions(tx, find_person(tx, customer), blobs_of(store), mentions);
    });
    const ErasureId id = ErasureId::make(unix_ms(now));
    Certificate certificate;
    store.write_now([&](Tx& tx) {
        const Person person = find_person(tx, customer);
        certificate = erase_rows(tx, store, person, mentions, id, actor, now);
    });
    return certificate;
}

}  // namespace tributary
