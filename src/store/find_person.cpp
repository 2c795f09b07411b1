// Who somebody is, and where others mention them (erasure_rows.hpp).
#include <algorithm>

#include "base/text.hpp"
#include "store/blob_files.hpp"
#include "store/customer_rows.hpp"
#include "store/erasure_rows.hpp"
#include "store/interaction_rows.hpp"

namespace tributary {
namespace {

std::vector<CustomerId> family_of(const Tx& tx, CustomerId survivor) {
    Rows rows = tx.query(
        R"sql(WITH RECURSIVE family (id) AS (
                  SELECT id FROM customer WHERE id = $1
                  UNION
                  SELECT customer.id FROM customer JOIN family ON customer.merged_into = family.id)
              SELECT id FROM family)sql",
        survivor);
    std::vector<CustomerId> family;
    while (rows.next())
        rows.read(family.emplace_back());
    return family;
}

bool is_one_of(const std::vector<CustomerId>& family, CustomerId id) {
    return std::find(family.begin(), family.end(), id) != family.end();
}

bool is_shared(const Tx& tx, const Handle& handle, const std::vector<CustomerId>& family) {
    Rows rows = tx.query(
        R"sql(SELECT customer FROM identity WHERE kind = $1 AND scope = $2 AND value = $3)sql",
        handle.kind, handle.scope, handle.value);
    CustomerId holder;
    while (rows.next()) {
        rows.read(holder);
        if (!is_one_of(family, holder)) return true;
    }
    return false;
}

void add_name(const Tx& tx, const std::string& name, const std::vector<CustomerId>& family,
              Traces& traces) {
    Rows rows = tx.query(R"sql(SELECT id FROM customer WHERE display_name = $1)sql", name);
    CustomerId bearer;
    auto reach = Traces::Reach::anywhere;
    while (rows.next()) {
        rows.read(bearer);
        if (!is_one_of(family, bearer)) reach = Traces::Reach::near;
    }
    traces.add_name(name, reach);
}

void add_identities(const Tx& tx, CustomerId member, Person& person) {
    Rows rows = tx.query(
        R"sql(SELECT kind, scope, value, display FROM identity WHERE customer = $1)sql", member);
    Handle handle;
    std::string display;
    while (rows.next()) {
        rows.read(handle.kind, handle.scope, handle.value, display);
        if (is_shared(tx, handle, person.family)) continue;
        person.handles.push_back(handle);
        person.traces.add_handle(handle.value);
        if (display != handle.value) person.traces.add_handle(display);
    }
}

std::vector<std::int64_t> seqs_of(const Tx& tx, CustomerId member) {
    std::vector<std::int64_t> seqs;
    Rows rows = tx.query(R"sql(SELECT seq FROM interaction WHERE customer = $1)sql", member);
    while (rows.next())
        rows.read(seqs.emplace_back());
    return seqs;
}

void add_interaction(const Tx& tx, const Interaction& interaction, Person& person) {
    const Content& content = interaction.content;
    if (interaction.ticket) person.tickets.insert(*interaction.ticket);
    if (!content.message_id.empty()) person.message_ids.insert(content.message_id);
    if (interaction.direction != Direction::in) return;
    add_name(tx, content.from.name, person.family, person.traces);
    person.traces.add_line(content.subject);
    // Not what they quoted, nor a disclaimer: those words are others', and many mails have them.
    person.traces.add_words(content.reply_text);
    for (const Attachment& attachment : content.attachments)
        person.traces.add_line(attachment.filename);
}

bool mentions_parties(const std::vector<Party>& parties, const Traces& traces,
                      Traces::Reach reach) {
    return std::any_of(parties.begin(), parties.end(), [&](const Party& party) {
        return traces.are_in(party.address, reach) || traces.are_in(party.name, reach);
    });
}

bool mentions(const Interaction& interaction, const Traces& traces, Traces::Reach reach) {
    const Content& content = interaction.content;
    bool is_found = false;
    see_texts(interaction,
              [&](const std::string& text) { is_found |= traces.are_in(text, reach); });
    if (is_found) return true;
    if (content.html && traces.are_in(*content.html, reach)) return true;
    if (mentions_parties(content.to, traces, reach) ||
        mentions_parties(content.cc, traces, reach) ||
        mentions_parties(content.reply_to, traces, reach))
        return true;
    for (const Delivery& delivery : interaction.deliveries)
        if (traces.are_in(delivery.recipient.address, reach) ||
            traces.are_in(delivery.diagnostic, reach))
            return true;
    for (const Attachment& attachment : content.attachments)
        if (traces.are_in(attachment.filename, reach)) return true;
    return false;
}

class BlobLook {
 public:
    BlobLook(const Tx& tx, const Person& person, const std::filesystem::path& folder,
             Mentions& mentions)
        : tx_(tx), traces_(person.traces), files_(folder), mentions_(mentions) {}

    bool holds_traces(const std::string& sha) {
        if (sha.empty()) return false;
        const auto [place, is_new] = judged_.emplace(sha, false);
        if (!is_new) return place->second;
        const std::optional<std::string> bytes = load(sha);
        bool found = false;
        if (bytes) see_decoded(*bytes, [&](std::string_view view) { found |= are_in(view); });
        if (found) mentions_.blobs.insert(sha);
        return place->second = found;
    }

 private:
    std::optional<std::string> load(const std::string& sha) const {
        auto bytes = tx_.query_one<std::optional<std::string>>(
            R"sql(SELECT bytes FROM blob WHERE sha256 = $1)sql", Bytes(sha));
        if (!bytes) return std::nullopt;
        return *bytes ? *bytes : files_.read(sha);
    }
    // Pictures and archives are no text: there only addresses are looked for.
    bool are_in(std::string_view view) const {
        if (view.substr(0, 4096).find('\0') == std::string_view::npos)
            return traces_.are_in(view, Traces::Reach::anywhere);
        return std::any_of(
            traces_.handles().begin(), traces_.handles().end(),
            [&](const std::string& handle) { return view.find(handle) != std::string_view::npos; });
    }
    const Tx& tx_;
    const Traces& traces_;
    BlobFiles files_;
    Mentions& mentions_;
    std::unordered_map<std::string, bool> judged_;
};

void look_at_quarantine(const Tx& tx, BlobLook& look, Mentions& mentions) {
    std::vector<std::string> originals;
    {
        Rows rows =
            tx.query(R"sql(SELECT seq, raw_sha256 FROM quarantine WHERE seq > $1 ORDER BY seq)sql",
                     mentions.quarantined_up_to);
        while (rows.next())
            rows.read(mentions.quarantined_up_to, originals.emplace_back());
    }
    for (const std::string& original : originals)
        look.holds_traces(original);
}

}  // namespace

Person find_person(const Tx& tx, CustomerId customer) {
    const auto survivor = find_survivor(tx, customer);
    if (!survivor) throw Failure(Outcome::not_found, "There is no such customer.");
    Person person;
    person.family = family_of(tx, *survivor);
    for (const CustomerId member : person.family) {
        const auto name = tx.query_one<std::string>(
            R"sql(SELECT display_name FROM customer WHERE id = $1)sql", member);
        add_name(tx, name.value_or(""), person.family, person.traces);
        add_identities(tx, member, person);
        for (const std::int64_t seq : seqs_of(tx, member))
            add_interaction(tx, load_interaction(tx, seq), person);
    }
    return person;
}

bool is_near(const Person& person, const Interaction& interaction) {
    if (interaction.ticket && person.tickets.contains(*interaction.ticket)) return true;
    const auto is_theirs = [&](const std::string& id) { return person.message_ids.contains(id); };
    const Content& content = interaction.content;
    return std::any_of(content.references.begin(), content.references.end(), is_theirs) ||
           std::any_of(content.in_reply_to.begin(), content.in_reply_to.end(), is_theirs);
}

void find_mentions(const Tx& tx, const Person& person, const std::filesystem::path& blobs,
                   Mentions& mentions_found) {
    std::vector<std::int64_t> seqs;
    {
        Rows rows = tx.query(R"sql(SELECT seq FROM interaction WHERE seq > $1 ORDER BY seq)sql",
                             mentions_found.up_to);
        while (rows.next())
            rows.read(seqs.emplace_back());
    }
    BlobLook look(tx, person, blobs, mentions_found);
    for (const std::int64_t seq : seqs) {
        mentions_found.up_to = seq;
        const Interaction interaction = load_interaction(tx, seq);
        if (is_one_of(person.family, interaction.customer)) continue;
        const auto reach =
            is_near(person, interaction) ? Traces::Reach::near : Traces::Reach::anywhere;
        bool is_found = mentions(interaction, person.traces, reach);
        is_found |= look.holds_traces(interaction.raw_sha256);
        for (const Attachment& attachment : interaction.content.attachments)
            is_found |= look.holds_traces(attachment.sha256);
        if (is_found) mentions_found.interactions.insert(seq);
    }
    look_at_quarantine(tx, look, mentions_found);
}

}  // namespace tributary
