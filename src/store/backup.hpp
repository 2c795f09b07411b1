// One file that holds a whole store at one instant, and the way back.
//
// A backup is a database of the store's own schema with every blob inside, large ones too, and a
// row that says what it is. Pages that held what was deleted are not in it, nor is the key that
// seals secrets (base/seal.hpp): what is sealed stays sealed.
//
// Both block for as long as copying takes.
#pragma once

#include <cstdint>
#include <filesystem>

#include "store/store.hpp"
#include "store/verify.hpp"

namespace tributary {

struct BackupReport {
    std::int64_t bytes = 0;
    Timestamp snapshot_at;  // everything acknowledged before is in it
    VerifyReport verified;
};

// Works beside a daemon under load: it reads one snapshot and writes `file` (mode 0600) under
// another name until it is whole, flushed and verified. Throws Failure: conflict when `file`
// exists, unavailable when the copy did not come out right (then nothing is left behind).
BackupReport back_up(const StoreOptions& options, const std::filesystem::path& file, Timestamp now);

struct RestoreReport {
    Timestamp snapshot_at;
    VerifyReport verified;
    int erased_again = 0;     // customers that were erased after the backup was made
    std::int64_t unsent = 0;  // deliveries that waited then, and may have gone out since
};

enum class Target { must_be_empty, may_be_replaced };

// Puts a backup in the place of the store. Throws Failure: conflict when a daemon runs on it or it
// exists and may not be replaced, unavailable when the backup is damaged; then nothing changed. A
// power cut leaves the old store or the new one, whole.
//
// Who was erased since the backup was made (tombstones.hpp) is erased again first.
//
// What the backup shows as waiting to be sent may have been sent since: it counts as interrupted
// in the middle of sending (outbox.hpp). Numbers of changes jump, so that none is given out twice.
RestoreReport restore(const StoreOptions& options, const std::filesystem::path& file, Target target,
                      Timestamp now);

}  // namespace tributary
