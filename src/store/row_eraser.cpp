#include "store/row_eraser.hpp"

#include "store/interaction_rows.hpp"
#include "store/words.hpp"

namespace tributary {
namespace {

constexpr IdBytes nobody{};  // what a ledger entry names when its subject is erased

}  // namespace

void RowEraser::release(std::string_view sha256) {
    if (!sha256.empty()) released_.emplace(sha256);
}

void RowEraser::forget_words_of(const Interaction& interaction) {
    tx_.connection().forget_words(Corpus::interaction, interaction.seq,
                                  index_words_of(search_text(interaction)));
}

void RowEraser::erase_interaction(const Interaction& interaction) {
    forget_words_of(interaction);
    release(interaction.raw_sha256);
    for (const Attachment& attachment : interaction.content.attachments)
        release(attachment.sha256);
    for (const Delivery& delivery : interaction.deliveries)
        counts_.cancelled += delivery.state == DeliveryState::queued ? 1 : 0;
    tx_.exec(R"sql(DELETE FROM content WHERE seq = $1)sql", interaction.seq);
    tx_.exec(R"sql(DELETE FROM attachment WHERE seq = $1)sql", interaction.seq);
    tx_.exec(R"sql(DELETE FROM delivery WHERE seq = $1)sql", interaction.seq);
    tx_.exec(R"sql(DELETE FROM outbox_extra WHERE seq = $1)sql", interaction.seq);
    tx_.exec(R"sql(DELETE FROM merge_moved WHERE is_ticket = 0 AND seq = $1)sql", interaction.seq);
    tx_.exec(R"sql(DELETE FROM interaction WHERE seq = $1)sql", interaction.seq);
    note_erased(interaction.id.bytes());
    ++counts_.interactions;
}

void RowEraser::erase_ticket(std::int64_t seq) {
    TicketId id;
    std::string words;
    {
        Rows rows = tx_.query(R"sql(SELECT id, words FROM ticket WHERE seq = $1)sql", seq);
        if (!rows.next()) return;
        rows.read(id, words);
    }
    if (!words.empty()) tx_.connection().forget_words(Corpus::ticket, seq, words);
    tx_.exec(R"sql(UPDATE interaction SET ticket = NULL WHERE ticket = $1)sql", id);
    tx_.exec(R"sql(UPDATE ticket SET merged_into = NULL WHERE merged_into = $1)sql", id);
    tx_.exec(R"sql(UPDATE ticket SET claims_ticket = NULL WHERE claims_ticket = $1)sql", id);
    tx_.exec(R"sql(DELETE FROM ticket_party WHERE ticket = $1)sql", id);
    tx_.exec(R"sql(DELETE FROM merge_moved WHERE is_ticket = 1 AND seq = $1)sql", seq);
    tx_.exec(R"sql(DELETE FROM ticket WHERE seq = $1)sql", seq);
    ++counts_.tickets;
}

void RowEraser::unname_in_ledger() {
    std::vector<std::pair<std::string, std::string>> theirs;
    {
        Rows rows = tx_.query(R"sql(SELECT connector, dedupe_key, subject FROM ledger)sql");
        std::string connector;
        std::string key;
        InteractionId subject;
        while (rows.next()) {
            rows.read(connector, key, subject);
            if (erased_.contains(subject.bytes())) theirs.emplace_back(connector, key);
        }
    }
    for (const auto& [connector, key] : theirs)
        tx_.exec(R"sql(UPDATE ledger SET subject = $3, is_quarantined = 0, source_ref = ''
                       WHERE connector = $1 AND dedupe_key = $2)sql",
                 connector, key, nobody);
}

std::unordered_set<std::string> RowEraser::still_named() const {
    std::unordered_set<std::string> named;
    Rows rows = tx_.query(
        R"sql(SELECT raw_sha256 FROM interaction WHERE raw_sha256 IS NOT NULL
              UNION SELECT sha256 FROM attachment
              UNION SELECT raw_sha256 FROM quarantine)sql");
    std::string sha;
    while (rows.next()) {
        rows.read(sha);
        named.insert(sha);
    }
    return named;
}

void RowEraser::erase_blobs() {
    const std::unordered_set<std::string> named = still_named();
    for (const std::string& sha : released_) {
        if (named.contains(sha)) continue;
        tx_.exec(R"sql(INSERT INTO erased_file (sha256)
                       SELECT sha256 FROM blob WHERE sha256 = $1 AND bytes IS NULL
                       ON CONFLICT (sha256) DO NOTHING)sql",
                 Bytes(sha));
        counts_.blobs += tx_.exec(R"sql(DELETE FROM blob WHERE sha256 = $1)sql", Bytes(sha));
    }
}

}  // namespace tributary
