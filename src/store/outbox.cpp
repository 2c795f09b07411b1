#include "store/outbox.hpp"

#include "store/interaction_rows.hpp"
#include "store/sql.hpp"

namespace tributary {
namespace {

std::int64_t get_seq(const Tx& tx, InteractionId id) {
    const auto seq = find_interaction_seq(tx, id);
    if (!seq) throw Failure(Outcome::not_found, "There is no such interaction.");
    return *seq;
}

void load_due(const Tx& tx, std::int64_t seq, Timestamp now, DueMessage& message) {
    Rows rows = tx.query(R"sql(SELECT position, is_begun FROM delivery
                               WHERE seq = $1 AND state = $2 AND next_attempt_at <= $3
                               ORDER BY position)sql",
                         seq, DeliveryState::queued, now);
    while (rows.next()) {
        bool is_begun = false;
        rows.read(message.due.emplace_back(), is_begun);
        message.was_interrupted |= is_begun;
    }
}

void load_extra(const Tx& tx, std::int64_t seq, DueMessage& message) {
    Rows rows =
        tx.query(R"sql(SELECT reply_token, is_automatic FROM outbox_extra WHERE seq = $1)sql", seq);
    if (rows.next()) rows.read(message.reply_token, message.is_automatic);
}

}  // namespace

void set_outbox_extra(Tx& tx, InteractionId id, const OutboxExtra& extra) {
    tx.exec(R"sql(INSERT INTO outbox_extra (seq, reply_token, is_automatic) VALUES ($1, $2, $3)
                  ON CONFLICT (seq) DO UPDATE SET reply_token = excluded.reply_token,
                                                  is_automatic = excluded.is_automatic)sql",
            get_seq(tx, id), extra.reply_token, extra.is_automatic);
}

std::vector<DueMessage> take_due(Tx& tx, const std::string& connector, Timestamp now,
                                 std::size_t limit) {
    std::vector<std::int64_t> seqs;
    {
        Rows rows = tx.query(R"sql(SELECT seq FROM delivery
                                   WHERE connector = $1 AND state = 1 AND next_attempt_at <= $2
                                   GROUP BY seq ORDER BY min(next_attempt_at), seq LIMIT $3)sql",
                             connector, now, limit);
        while (rows.next())
            rows.read(seqs.emplace_back());
    }
    std::vector<DueMessage> messages;
    for (const std::int64_t seq : seqs) {
        DueMessage& message = messages.emplace_back();
        message.interaction = load_interaction(tx, seq);
        load_due(tx, seq, now, message);
        load_extra(tx, seq, message);
        tx.exec(R"sql(UPDATE delivery SET is_begun = 1
                      WHERE seq = $1 AND state = $2 AND next_attempt_at <= $3)sql",
                seq, DeliveryState::queued, now);
    }
    return messages;
}

bool cancel_queued(Tx& tx, InteractionId id) {
    const std::int64_t seq = get_seq(tx, id);
    const auto touched = tx.query_one<std::int64_t>(
        R"sql(SELECT count(*) FROM delivery
              WHERE seq = $1 AND (state <> $2 OR is_begun <> 0 OR attempts > 0))sql",
        seq, DeliveryState::queued);
    if (touched.value() > 0) return false;
    return tx.exec(R"sql(UPDATE delivery SET state = $2 WHERE seq = $1)sql", seq,
                   DeliveryState::cancelled) > 0;
}

void record_delivery(Tx& tx, InteractionId id, std::size_t index, const Delivery& delivery) {
    const auto changed = tx.exec(
        R"sql(UPDATE delivery
              SET state = $3, attempts = $4, next_attempt_at = $5, remote_id = $6, diagnostic = $7,
                  maybe_sent_twice = $8, is_begun = 0
              WHERE seq = $1 AND position = $2)sql",
        get_seq(tx, id), index, delivery.state, delivery.attempts, delivery.next_attempt_at,
        delivery.remote_id, delivery.diagnostic, delivery.maybe_sent_twice);
    if (changed == 0) throw Failure(Outcome::not_found, "There is no such delivery.");
}

void hasten_queued(Tx& tx, const std::string& connector, Timestamp now) {
    tx.exec(R"sql(UPDATE delivery SET next_attempt_at = $2
                  WHERE connector = $1 AND state = 1 AND attempts > 0
                    AND next_attempt_at > $2)sql",
            connector, now);
}

std::optional<Timestamp> next_due(const Tx& tx, const std::string& connector) {
    return tx.query_one<Timestamp>(R"sql(SELECT next_attempt_at FROM delivery
                                         WHERE connector = $1 AND state = 1
                                         ORDER BY next_attempt_at LIMIT 1)sql",
                                   connector);
}

std::int64_t count_queued(const Tx& tx, const std::string& connector) {
    return tx
        .query_one<std::int64_t>(R"sql(SELECT count(*) FROM delivery
                                       WHERE connector = $1 AND state = 1)sql",
                                 connector)
        .value();
}

std::map<std::string, OutboxBacklog> outbox_backlogs(const Tx& tx) {
    Rows rows = tx.query(R"sql(SELECT connector, count(*), sum(attempts > 0), min(next_attempt_at)
                               FROM delivery WHERE state = 1 GROUP BY connector)sql");
    std::map<std::string, OutboxBacklog> backlogs;
    while (rows.next()) {
        std::string connector;
        OutboxBacklog backlog;
        rows.read(connector, backlog.queued, backlog.retrying, backlog.next_attempt_at);
        backlogs[connector] = backlog;
    }
    return backlogs;
}

}  // namespace tributary
