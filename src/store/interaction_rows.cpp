#include "store/interaction_rows.hpp"

#include "store/content_codec.hpp"
#include "store/interactions.hpp"
#include "store/words.hpp"

namespace tributary {
namespace {

void insert_row(Tx& tx, const Interaction& interaction) {
    const Content& content = interaction.content;
    tx.exec(
        R"sql(INSERT INTO interaction (seq, id, customer, ticket, connector, channel, conversation,
                  direction, kind, occurred_at, received_at, is_claimed, agent, author, raw_sha256,
                  message_id, attachments, deliveries)
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                      $18))sql",
        interaction.seq, interaction.id, interaction.customer, interaction.ticket,
        interaction.connector, interaction.channel, null_if_empty(interaction.conversation),
        interaction.direction, content.kind, interaction.occurred_at, interaction.received_at,
        interaction.is_claimed, interaction.agent, interaction.author,
        null_if_empty(Bytes(interaction.raw_sha256)), null_if_empty(content.message_id),
        content.attachments.size(), interaction.deliveries.size());
}

void insert_content(Tx& tx, const Interaction& interaction) {
    const Content& content = interaction.content;
    std::optional<std::string_view> reply_text;
    if (content.reply_text != content.text) reply_text = content.reply_text;
    tx.exec(R"sql(INSERT INTO content (seq, subject, envelope, text, reply_text, html)
                  VALUES ($1, $2, $3, $4, $5, $6))sql",
            interaction.seq, content.subject, encode_envelope(interaction), content.text,
            reply_text, content.html);
}

void insert_attachments(Tx& tx, const Interaction& interaction) {
    std::size_t position = 0;
    for (const Attachment& attachment : interaction.content.attachments) {
        tx.exec(R"sql(INSERT INTO attachment (id, seq, position, filename, content_type, size,
                                              sha256, is_inline, content_id)
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9))sql",
                attachment.id, interaction.seq, position++, attachment.filename,
                attachment.content_type, attachment.size, Bytes(attachment.sha256),
                attachment.is_inline, attachment.content_id);
    }
}

void insert_deliveries(Tx& tx, const Interaction& interaction) {
    std::size_t position = 0;
    for (const Delivery& delivery : interaction.deliveries) {
        tx.exec(R"sql(INSERT INTO delivery (seq, position, connector, name, address, state,
                          attempts, next_attempt_at, remote_id, diagnostic, maybe_sent_twice,
                          is_begun)
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0))sql",
                interaction.seq, position++, interaction.connector, delivery.recipient.name,
                delivery.recipient.address, delivery.state, delivery.attempts,
                delivery.next_attempt_at, delivery.remote_id, delivery.diagnostic,
                delivery.maybe_sent_twice);
    }
}

void load_content(const Tx& tx, Interaction& interaction) {
    Rows rows = tx.query(
        R"sql(SELECT subject, envelope, text, reply_text, html FROM content WHERE seq = $1)sql",
        interaction.seq);
    if (!rows.next()) return;
    std::string envelope;
    std::optional<std::string> reply_text;
    Content& content = interaction.content;
    rows.read(content.subject, envelope, content.text, reply_text, content.html);
    content.reply_text = reply_text ? std::move(*reply_text) : content.text;
    decode_envelope(envelope, interaction);
}

void load_attachments(const Tx& tx, Interaction& interaction) {
    Rows rows = tx.query(
        R"sql(SELECT id, filename, content_type, size, sha256, is_inline, content_id
              FROM attachment WHERE seq = $1 ORDER BY position)sql",
        interaction.seq);
    while (rows.next()) {
        Attachment& attachment = interaction.content.attachments.emplace_back();
        rows.read(attachment.id, attachment.filename, attachment.content_type, attachment.size,
                  attachment.sha256, attachment.is_inline, attachment.content_id);
    }
}

void load_deliveries(const Tx& tx, Interaction& interaction) {
    Rows rows = tx.query(
        R"sql(SELECT name, address, state, attempts, next_attempt_at, remote_id, diagnostic,
                     maybe_sent_twice
              FROM delivery WHERE seq = $1 ORDER BY position)sql",
        interaction.seq);
    while (rows.next()) {
        Delivery& delivery = interaction.deliveries.emplace_back();
        rows.read(delivery.recipient.name, delivery.recipient.address, delivery.state,
                  delivery.attempts, delivery.next_attempt_at, delivery.remote_id,
                  delivery.diagnostic, delivery.maybe_sent_twice);
    }
}

void append_line(std::string& text, std::string_view line) {
    if (!line.empty()) text.append(line).append("\n");
}

}  // namespace

// A reply's quotes are found where they were first said; without In-Reply-To what follows the
// newest words may be new here (a forwarded mail), so all of it counts.
std::string search_text(const Interaction& interaction) {
    const Content& content = interaction.content;
    std::string text;
    append_line(text, content.subject);
    const bool is_reply = !content.in_reply_to.empty() && !content.reply_text.empty();
    append_line(text, is_reply ? content.reply_text : content.text);
    append_line(text, content.from.name);
    append_line(text, content.from.address);
    if (interaction.direction == Direction::out) {
        for (const auto* parties : {&content.to, &content.cc}) {
            for (const Party& party : *parties) {
                append_line(text, party.name);
                append_line(text, party.address);
            }
        }
    }
    for (const Attachment& attachment : content.attachments) {
        append_line(text, attachment.filename);
    }
    return text;
}

void insert_interaction(Tx& tx, Interaction& interaction) {
    if (interaction.seq == 0) interaction.seq = tx.next_number("arrival");
    insert_row(tx, interaction);
    insert_content(tx, interaction);
    insert_attachments(tx, interaction);
    insert_deliveries(tx, interaction);
    tx.connection().index_words(Corpus::interaction, interaction.seq,
                                index_words_of(search_text(interaction)));
}

Interaction load_interaction(const Tx& tx, std::int64_t seq) {
    Interaction interaction;
    std::optional<std::string> conversation;
    std::optional<std::string> message_id;
    int attachments = 0;
    int deliveries = 0;
    {
        Rows rows = tx.query(
            R"sql(SELECT seq, id, customer, ticket, connector, channel, conversation, direction,
                         kind, occurred_at, received_at, is_claimed, agent, author, raw_sha256,
                         message_id, attachments, deliveries
                  FROM interaction WHERE seq = $1)sql",
            seq);
        rows.next();
        rows.read(interaction.seq, interaction.id, interaction.customer, interaction.ticket,
                  interaction.connector, interaction.channel, conversation, interaction.direction,
                  interaction.content.kind, interaction.occurred_at, interaction.received_at,
                  interaction.is_claimed, interaction.agent, interaction.author,
                  interaction.raw_sha256, message_id, attachments, deliveries);
    }
    interaction.conversation = conversation.value_or("");
    interaction.content.message_id = message_id.value_or("");
    load_content(tx, interaction);
    if (attachments > 0) load_attachments(tx, interaction);
    if (deliveries > 0) load_deliveries(tx, interaction);
    return interaction;
}

std::optional<std::int64_t> find_interaction_seq(const Tx& tx, InteractionId id) {
    return tx.query_one<std::int64_t>(R"sql(SELECT seq FROM interaction WHERE id = $1)sql", id);
}

}  // namespace tributary
