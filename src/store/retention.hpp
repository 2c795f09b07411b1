// How long what was said is kept, by channel and kind: what is older goes, with its originals, its
// words in search and, once empty, its ticket. Customers stay; erasure.hpp is for people.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/interaction.hpp"
#include "store/erasure.hpp"

namespace tributary {

struct RetentionRule {
    RetentionRule() = default;
    std::string channel;       // "" for all
    std::optional<Kind> kind;  // none for all
    Milliseconds keep{0};      // since it was received
};

enum class RetentionRun { dry, real };

// One rule: how much it takes. What is on an open or pending ticket stays until that is done. Many
// short transactions; the second half is the daemon's, as with erasures. Blocks.
ErasureCounts apply_retention(Store& store, const RetentionRule& rule, RetentionRun run,
                              const std::string& actor, Timestamp now);

}  // namespace tributary
