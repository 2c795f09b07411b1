// What changed since N: one ordered table that feeds the web UI, chat, webhooks, rules and nodes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace tributary {

struct Change {
    std::int64_t seq = 0;
    std::string kind;  // "interaction.created", "ticket.updated", "delivery.updated", …
    std::vector<std::string> ids;  // texts: interaction, ticket, customer — whichever it touches
};

// Appends and returns the seq; ascending in commit order, no gaps seen by readers.
std::int64_t append_change(Tx& tx, std::string_view kind, const std::vector<std::string>& ids,
                           Timestamp now);
std::vector<Change> changes_after(const Tx& tx, std::int64_t after, std::size_t limit);
std::int64_t newest_change(const Tx& tx);

}  // namespace tributary
