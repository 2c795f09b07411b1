#include "store/housekeeping.hpp"

#include "base/crypto.hpp"
#include "store/sql.hpp"

namespace tributary {
namespace {

constexpr std::size_t instance_key_bytes = 32;

}  // namespace

std::optional<std::string> find_cursor(const Tx& tx, std::string_view connector) {
    return tx.query_one<std::string>(
        R"sql(SELECT cursor FROM source_cursor WHERE connector = $1)sql", connector);
}

void set_cursor(Tx& tx, std::string_view connector, std::string_view cursor, Timestamp now) {
    tx.exec(R"sql(INSERT INTO source_cursor (connector, cursor, moved_at) VALUES ($1, $2, $3)
                  ON CONFLICT (connector) DO UPDATE
                  SET cursor = excluded.cursor, moved_at = excluded.moved_at)sql",
            connector, cursor, now);
}

std::optional<std::string> find_kept_secret(const Tx& tx, std::string_view connector,
                                            std::string_view name) {
    return tx.query_one<std::string>(
        R"sql(SELECT sealed FROM kept_secret WHERE connector = $1 AND name = $2)sql", connector,
        name);
}

void keep_secret(Tx& tx, std::string_view connector, std::string_view name, std::string_view sealed,
                 Timestamp now) {
    tx.exec(R"sql(INSERT INTO kept_secret (connector, name, sealed, kept_at)
                  VALUES ($1, $2, $3, $4)
                  ON CONFLICT (connector, name) DO UPDATE
                  SET sealed = excluded.sealed, kept_at = excluded.kept_at)sql",
            connector, name, Bytes(sealed), now);
}

std::optional<RememberedReply> find_idempotency(const Tx& tx, std::string_view scope,
                                                std::string_view key) {
    Rows rows = tx.query(R"sql(SELECT request_sha256, status, body FROM idempotency
                               WHERE scope = $1 AND key = $2)sql",
                         scope, key);
    if (!rows.next()) return std::nullopt;
    RememberedReply reply;
    rows.read(reply.request_sha256, reply.status, reply.body);
    return reply;
}

void remember_idempotency(Tx& tx, std::string_view scope, std::string_view key,
                          const RememberedReply& reply, Timestamp now) {
    tx.exec(R"sql(INSERT INTO idempotency (scope, key, request_sha256, status, body, remembered_at)
                  VALUES ($1, $2, $3, $4, $5, $6))sql",
            scope, key, Bytes(reply.request_sha256), reply.status, reply.body, now);
}

std::string instance_key(Tx& tx, std::string_view purpose) {
    tx.exec(R"sql(INSERT INTO instance_key (purpose, key) VALUES ($1, $2)
                  ON CONFLICT (purpose) DO NOTHING)sql",
            purpose, Bytes(random_bytes(instance_key_bytes)));
    return tx
        .query_one<std::string>(R"sql(SELECT key FROM instance_key WHERE purpose = $1)sql", purpose)
        .value();
}

std::int64_t count_events(const Tx& tx, std::string_view what, std::string_view whom,
                          Timestamp since) {
    return tx
        .query_one<std::int64_t>(R"sql(SELECT count(*) FROM event
                                       WHERE what = $1 AND whom = $2 AND happened_at >= $3)sql",
                                 what, whom, since)
        .value();
}

std::optional<Timestamp> newest_event(const Tx& tx, std::string_view what) {
    return tx.query_one<Timestamp>(R"sql(SELECT happened_at FROM event WHERE what = $1
                                         ORDER BY happened_at DESC LIMIT 1)sql",
                                   what);
}

void note_event(Tx& tx, std::string_view what, std::string_view whom, Timestamp now) {
    tx.exec(R"sql(INSERT INTO event (what, whom, happened_at) VALUES ($1, $2, $3))sql", what, whom,
            now);
}

std::vector<Timestamp> list_events(const Tx& tx, std::string_view what, std::string_view whom,
                                   Timestamp since) {
    Rows rows = tx.query(R"sql(SELECT happened_at FROM event
                               WHERE what = $1 AND whom = $2 AND happened_at >= $3
                               ORDER BY happened_at)sql",
                         what, whom, since);
    std::vector<Timestamp> times;
    while (rows.next())
        rows.read(times.emplace_back());
    return times;
}

std::vector<std::string> list_event_subjects(const Tx& tx, std::string_view what) {
    Rows rows =
        tx.query(R"sql(SELECT DISTINCT whom FROM event WHERE what = $1 ORDER BY whom)sql", what);
    std::vector<std::string> subjects;
    while (rows.next())
        rows.read(subjects.emplace_back());
    return subjects;
}

void forget_events(Tx& tx, std::string_view what, std::string_view whom, Timestamp before) {
    tx.exec(R"sql(DELETE FROM event WHERE what = $1 AND whom = $2 AND happened_at < $3)sql", what,
            whom, before);
}

void write_probe(Tx& tx, Timestamp now) {
    constexpr std::string_view kProbe = "probe";
    forget_events(tx, kProbe, "", Timestamp::max());
    note_event(tx, kProbe, "", now);
}

}  // namespace tributary
