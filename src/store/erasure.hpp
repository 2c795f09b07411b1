// Erasing a customer: the rows, the blobs that only they own, the search index, what waits to be
// sent or in quarantine, and their words quoted in other people's tickets.
//
// Erasing has two halves. The first is one transaction, after which no query finds anything. The
// second takes it out of the pages, the log and the files (Store::scour_now). What was erased is
// noted beside the store, as hashes (tombstones.hpp), so that an older backup cannot bring it back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "store/store.hpp"

namespace tributary {

using ErasureId = Id<struct ErasureTag>;

struct ErasureCounts {
    std::int64_t customers = 0;  // more than one where others were merged into it
    std::int64_t identities = 0;
    std::int64_t tickets = 0;
    std::int64_t interactions = 0;
    std::int64_t blobs = 0;
    std::int64_t quarantined = 0;
    std::int64_t cancelled = 0;  // deliveries that waited
    std::int64_t redacted = 0;   // interactions of others that quoted or named them
};

struct Certificate {
    Certificate() = default;
    ErasureId id;
    Timestamp erased_at;
    std::optional<Timestamp> finished_at;
    ErasureCounts counts;
};

// The first half. Blocks; for Workers and commands. Throws Failure(not_found) when there is no such
// customer.
Certificate erase_customer(Store& store, CustomerId customer, const std::string& actor,
                           Timestamp now);
// The second half of those that still need it; how many are finished now. The daemon's store only.
int finish_erasures(Store& store, Timestamp now);
// Leaves the second half of what a transaction took out to the daemon.
void note_erasure(Tx& tx, const ErasureCounts& counts, Timestamp now);
std::optional<Certificate> find_certificate(const Tx& tx, ErasureId id);
bool has_unfinished_erasures(const Tx& tx);

// What was erased since this store was copied is erased again. How many customers that were.
int repeat_erasures(Store& store, Timestamp now);

}  // namespace tributary
