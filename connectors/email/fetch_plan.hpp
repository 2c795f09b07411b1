// Which mails to ask for next, in one command. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "connectors/email/imap_parse.hpp"

namespace tributary::email {

struct FetchPlan {
    FetchPlan() = default;
    std::vector<Uid> uids;    // ascending, never empty
    std::uint64_t bytes = 0;  // as the server announced them
    std::optional<std::uint32_t> last_date;
    bool header_only = false;  // one mail that is too large to be taken whole
};

// Some mails of ordinary size that fit into one batch, or one that is larger than that; up to
// `careful_until` one at a time. `listed` is ascending and has something left from `first` on.
FetchPlan plan_fetch(const std::vector<ImapFetch>& listed, std::size_t first, Uid careful_until);

}  // namespace tributary::email
