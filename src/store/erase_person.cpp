// The rows of an erasure (erasure_rows.hpp).
#include <algorithm>

#include "base/text.hpp"
#include "store/changes.hpp"
#include "store/content_codec.hpp"
#include "store/customer_rows.hpp"
#include "store/erasure_rows.hpp"
#include "store/interaction_rows.hpp"
#include "store/row_eraser.hpp"
#include "store/tickets.hpp"
#include "store/words.hpp"

namespace tributary {
namespace {

class Eraser {
 public:
    Eraser(Tx& tx, const Person& person, Mentions mentions, Timestamp now)
        : tx_(tx),
          person_(person),
          traces_(person.traces),
          mentions_(std::move(mentions)),
          now_(now) {}

    ErasureCounts run() {
        for (const CustomerId member : person_.family) {
            erase_interactions(member);
            erase_tickets(member);
        }
        for (const std::int64_t seq : mentions_.interactions)
            redact(seq);
        redact_tickets();
        erase_quarantined();
        erase_small_rows();
        for (const CustomerId member : person_.family)
            erase_customer_row(member);
        rows_.erase_blobs();
        append_change(tx_, "customer.erased", {person_.family.front().text()}, now_);
        return counts_;
    }

 private:
    std::vector<std::int64_t> numbers(std::string_view sql, CustomerId member) const {
        std::vector<std::int64_t> found;
        Rows rows = tx_.query(sql, member);
        while (rows.next())
            rows.read(found.emplace_back());
        return found;
    }

    void erase_interactions(CustomerId member) {
        for (const std::int64_t seq :
             numbers(R"sql(SELECT seq FROM interaction WHERE customer = $1)sql", member))
            rows_.erase_interaction(load_interaction(tx_, seq));
    }

    void erase_tickets(CustomerId member) {
        for (const std::int64_t seq :
             numbers(R"sql(SELECT seq FROM ticket WHERE customer = $1)sql", member))
            rows_.erase_ticket(seq);
    }

    void redact(std::int64_t seq) {
        Interaction interaction = load_interaction(tx_, seq);
        rows_.forget_words_of(interaction);
        const bool near = is_near(person_, interaction);
        const auto reach = near ? Traces::Reach::near : Traces::Reach::anywhere;
        Content& content = interaction.content;
        // What stands below somebody's newest words is other people's, word for word.
        if (near) content.text = content.reply_text;
        see_texts(interaction, [&](std::string& text) { text = traces_.without(text, reach); });
        for (auto* ids : {&content.references, &content.in_reply_to})
            std::erase_if(*ids, [&](const std::string& id) {
                return person_.message_ids.contains(id) || traces_.are_in(id, reach);
            });
        if (content.bounce && person_.message_ids.contains(content.bounce->original_message_id))
            content.bounce->original_message_id.clear();
        for (auto* parties : {&content.to, &content.cc, &content.reply_to})
            std::erase_if(*parties, [&](const Party& party) {
                return traces_.are_in(party.address, reach) || traces_.are_in(party.name, reach);
            });
        content.html.reset();
        content.warnings.push_back("erased_parts");
        redact_attachments(interaction, reach);
        redact_deliveries(interaction, reach);
        rows_.release(interaction.raw_sha256);
        write_redacted(interaction);
        ++counts_.redacted;
    }

    void redact_attachments(Interaction& interaction, Traces::Reach reach) {
        auto& attachments = interaction.content.attachments;
        std::erase_if(attachments, [&](const Attachment& attachment) {
            if (!mentions_.blobs.contains(attachment.sha256)) return false;
            rows_.release(attachment.sha256);
            tx_.exec(R"sql(DELETE FROM attachment WHERE id = $1)sql", attachment.id);
            return true;
        });
        for (Attachment& attachment : attachments) {
            attachment.filename = traces_.without(attachment.filename, reach);
            tx_.exec(R"sql(UPDATE attachment SET filename = $2 WHERE id = $1)sql", attachment.id,
                     attachment.filename);
        }
    }

    void redact_deliveries(const Interaction& interaction, Traces::Reach reach) {
        for (std::size_t index = 0; index < interaction.deliveries.size(); ++index) {
            const Delivery& delivery = interaction.deliveries[index];
            if (!traces_.are_in(delivery.recipient.address, reach) &&
                !traces_.are_in(delivery.diagnostic, reach))
                continue;
            const bool was_queued = delivery.state == DeliveryState::queued;
            counts_.cancelled += was_queued ? 1 : 0;
            tx_.exec(R"sql(UPDATE delivery SET name = '', address = $3, diagnostic = '', state = $4
                           WHERE seq = $1 AND position = $2)sql",
                     interaction.seq, index, erased_mark,
                     was_queued ? DeliveryState::cancelled : delivery.state);
        }
    }

    void write_redacted(const Interaction& interaction) {
        const Content& content = interaction.content;
        std::optional<std::string_view> reply_text;
        if (content.reply_text != content.text) reply_text = content.reply_text;
        tx_.exec(R"sql(UPDATE content
                       SET subject = $2, envelope = $3, text = $4, reply_text = $5, html = NULL
                       WHERE seq = $1)sql",
                 interaction.seq, content.subject, encode_envelope(interaction), content.text,
                 reply_text);
        tx_.exec(R"sql(UPDATE interaction SET raw_sha256 = NULL, attachments = $2
                       WHERE seq = $1)sql",
                 interaction.seq, content.attachments.size());
        tx_.connection().index_words(Corpus::interaction, interaction.seq,
                                     index_words_of(search_text(interaction)));
    }

    // Subjects of other people's tickets where they took part or are named.
    void redact_tickets() {
        std::vector<TicketId> named;
        {
            Rows rows = tx_.query(R"sql(SELECT id, subject FROM ticket)sql");
            TicketId id;
            std::string subject;
            while (rows.next()) {
                rows.read(id, subject);
                if (traces_.are_in(subject, reach_of(id))) named.push_back(id);
            }
        }
        for (const TicketId& id : named) {
            Ticket ticket = find_ticket(tx_, id).value();
            ticket.subject = traces_.without(ticket.subject, reach_of(id));
            update_ticket(tx_, ticket);
        }
    }

    Traces::Reach reach_of(const TicketId& ticket) const {
        return person_.tickets.contains(ticket) ? Traces::Reach::near : Traces::Reach::anywhere;
    }

    void erase_quarantined() {
        struct Row {
            std::int64_t seq;
            IdBytes id;
            std::string sha;
        };
        std::vector<Row> theirs;
        {
            Rows rows = tx_.query(
                R"sql(SELECT seq, id, raw_sha256, sender, subject, detail FROM quarantine)sql");
            Row row;
            std::string sender, subject, detail;
            while (rows.next()) {
                rows.read(row.seq, row.id, row.sha, sender, subject, detail);
                if (mentions_.blobs.contains(row.sha) || are_named_in({sender, subject, detail}))
                    theirs.push_back(row);
            }
        }
        for (const Row& row : theirs) {
            rows_.release(row.sha);
            rows_.note_erased(row.id);
            tx_.exec(R"sql(DELETE FROM quarantine WHERE seq = $1)sql", row.seq);
            ++counts_.quarantined;
        }
    }

    bool are_named_in(std::initializer_list<std::string_view> texts) const {
        for (const std::string_view text : texts)
            if (traces_.are_in(text, Traces::Reach::anywhere)) return true;
        return false;
    }

    void erase_small_rows() {
        rows_.unname_in_ledger();
        for (const Handle& handle : person_.handles) {
            tx_.exec(R"sql(DELETE FROM event WHERE whom = $1)sql", handle.value);
            tx_.exec(R"sql(DELETE FROM ticket_party
                           WHERE kind = $1 AND scope = $2 AND value = $3)sql",
                     handle.kind, handle.scope, handle.value);
        }
        erase_keys();
        erase_remembered_replies();
        redact_customers();
    }

    // A sender's own key may hold an address; the message may then come again, and be new.
    void erase_keys() {
        std::vector<std::pair<std::string, std::string>> theirs;
        {
            Rows rows = tx_.query(R"sql(SELECT connector, dedupe_key FROM ledger
                                        WHERE dedupe_key NOT LIKE 'sha256:%')sql");
            std::string connector, key;
            while (rows.next()) {
                rows.read(connector, key);
                if (are_named_in({key})) theirs.emplace_back(connector, key);
            }
        }
        for (const auto& [connector, key] : theirs)
            tx_.exec(R"sql(DELETE FROM ledger WHERE connector = $1 AND dedupe_key = $2)sql",
                     connector, key);
    }

    void erase_remembered_replies() {
        std::vector<std::pair<std::string, std::string>> theirs;
        {
            Rows rows = tx_.query(R"sql(SELECT scope, key, body FROM idempotency)sql");
            std::string scope, key, body;
            while (rows.next()) {
                rows.read(scope, key, body);
                if (is_about_family(body) || is_about_family(scope) ||
                    are_named_in({scope, key, body}))
                    theirs.emplace_back(scope, key);
            }
        }
        for (const auto& [scope, key] : theirs)
            tx_.exec(R"sql(DELETE FROM idempotency WHERE scope = $1 AND key = $2)sql", scope, key);
    }

    bool is_about_family(std::string_view text) const {
        for (const CustomerId member : person_.family)
            if (text.find(member.text()) != std::string_view::npos) return true;
        return false;
    }

    // What agents noted about them with others, and those who came under their name.
    void redact_customers() {
        struct Row {
            CustomerId id;
            std::string name;
            std::string fields;
        };
        std::vector<Row> named;
        {
            Rows rows = tx_.query(R"sql(SELECT id, display_name, fields FROM customer)sql");
            Row row;
            while (rows.next()) {
                rows.read(row.id, row.name, row.fields);
                const auto begin = person_.family.begin();
                if (std::find(begin, person_.family.end(), row.id) == person_.family.end() &&
                    are_named_in({row.name, row.fields}))
                    named.push_back(row);
            }
        }
        for (const Row& row : named) {
            tx_.exec(R"sql(UPDATE customer SET display_name = $2, fields = $3, version = version + 1
                           WHERE id = $1)sql",
                     row.id, traces_.without(row.name, Traces::Reach::anywhere),
                     traces_.without(row.fields, Traces::Reach::anywhere));
            refresh_customer_words(tx_, row.id);
        }
    }

    void erase_customer_row(CustomerId member) {
        std::int64_t seq = 0;
        std::string words;
        {
            Rows rows = tx_.query(R"sql(SELECT seq, words FROM customer WHERE id = $1)sql", member);
            if (!rows.next()) return;
            rows.read(seq, words);
        }
        if (!words.empty()) tx_.connection().forget_words(Corpus::customer, seq, words);
        counts_.identities += tx_.exec(R"sql(DELETE FROM identity WHERE customer = $1)sql", member);
        tx_.exec(R"sql(DELETE FROM merge_moved WHERE merge IN
                           (SELECT id FROM merge WHERE survivor = $1 OR other = $1))sql",
                 member);
        tx_.exec(R"sql(DELETE FROM merge WHERE survivor = $1 OR other = $1)sql", member);
        counts_.customers += tx_.exec(R"sql(DELETE FROM customer WHERE id = $1)sql", member);
    }

    Tx& tx_;
    const Person& person_;
    const Traces& traces_;
    Mentions mentions_;
    Timestamp now_;
    ErasureCounts counts_;
    RowEraser rows_{tx_, counts_};
};

}  // namespace

ErasureCounts erase_person(Tx& tx, const Person& person, const std::filesystem::path& blobs,
                           Mentions mentions, Timestamp now) {
    find_mentions(tx, person, blobs, mentions);
    return Eraser(tx, person, std::move(mentions), now).run();
}

}  // namespace tributary
