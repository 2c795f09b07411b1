// Full text over customers, tickets, interactions and attachment names, any script, partial words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/agent.hpp"
#include "store/page.hpp"
#include "store/store.hpp"

namespace tributary {

struct SearchHit {
    std::string kind;  // customer ticket interaction
    std::string id;
    std::string title;
    std::string snippet;  // plain text; matches between U+E000 and U+E001
    CustomerId customer;
    Timestamp at;
};
// Newest first. Every word must occur (as a part of a word, too); no query syntax reaches FTS5.
Page<SearchHit> search(const Tx& tx, const Scope& scope, std::string_view query,
                       const PageRequest& page);

}  // namespace tributary
