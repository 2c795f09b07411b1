// The first half of an erasure, as steps of a transaction (erasure.hpp).
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "model/interaction.hpp"
#include "store/erasure.hpp"
#include "store/sql.hpp"
#include "store/traces.hpp"

namespace tributary {

// Every text of an interaction but those of its parties, attachments and deliveries.
template <class I, class See>
void see_texts(I& interaction, See see) {
    auto& content = interaction.content;
    for (auto* text : {&content.subject, &content.text, &content.reply_text, &content.data,
                       &content.external_id, &content.from.name, &content.from.address,
                       &interaction.why.customer, &interaction.why.ticket})
        see(*text);
    for (auto& warning : content.warnings)
        see(warning);
    if (!content.bounce) return;
    for (auto& recipient : content.bounce->recipients) {
        see(recipient.address);
        see(recipient.diagnostic);
    }
}

// Everything by which somebody is known.
struct Person {
    std::vector<CustomerId> family;  // the customer and who was merged into it
    std::vector<Handle> handles;     // nobody else's
    Traces traces;
    std::set<TicketId> tickets;                   // where they took part, their own and others'
    std::unordered_set<std::string> message_ids;  // of what they wrote or got
};
// Throws Failure(not_found).
Person find_person(const Tx& tx, CustomerId customer);

// Where other people's interactions and originals hold traces of them.
struct Mentions {
    std::set<std::int64_t> interactions;
    std::unordered_set<std::string> blobs;  // hashes
    // Looked at so far, by seq.
    std::int64_t up_to = 0;
    std::int64_t quarantined_up_to = 0;
};
bool is_near(const Person& person, const Interaction& interaction);
// Looks at all interactions and quarantined messages after those and at their blobs: reads much.
void find_mentions(const Tx& tx, const Person& person, const std::filesystem::path& blobs,
                   Mentions& mentions);

// Removes the person. What came since `mentions` was found is looked at here.
ErasureCounts erase_person(Tx& tx, const Person& person, const std::filesystem::path& blobs,
                           Mentions mentions, Timestamp now);

}  // namespace tributary
