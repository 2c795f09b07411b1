// Everything known of one customer, as one ZIP archive: JSON for programs, originals and
// attachments as they came.
//
//   customer.json        the customer, with identities
//   tickets.json         their tickets
//   interactions.jsonl   one normalised interaction a line, oldest last
//   originals/<id>       what came in, byte for byte
//   attachments/<id>/…   files
//   damaged.txt          files that the store could not give, when there are any
//
// Written while it is read: one file is in memory at a time. Blocks; for Workers and commands.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "model/ids.hpp"
#include "store/store.hpp"

namespace tributary {

// Takes the archive's next bytes; what it throws ends the export.
using ArchiveSink = std::function<void(std::string_view bytes)>;

struct ExportCounts {
    std::int64_t tickets = 0;
    std::int64_t interactions = 0;
    std::int64_t files = 0;
    std::int64_t damaged = 0;
};

// Leaves a row in the audit under `actor` before the first byte goes out. Throws
// Failure(not_found).
ExportCounts export_customer(Store& store, CustomerId customer, const std::string& actor,
                             Timestamp now, const ArchiveSink& sink);

}  // namespace tributary
