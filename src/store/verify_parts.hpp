// The parts of a verification (verify.hpp), each one file. All see the caller's snapshot.
#pragma once

#include <string>
#include <vector>

#include "store/sql.hpp"
#include "store/verify.hpp"

namespace tributary {

// Rows that name rows which are not there.
void verify_rows(const Tx& tx, VerifyReport& report);
// The search index, word by word, against what the rows would be found by today.
void verify_search(const Tx& tx, VerifyReport& report);

// The chain of audit rows (audit.cpp).
void verify_audit(const Tx& tx, VerifyReport& report);
// A finished file that nobody writes; `blobs` is "" where they are all inside.
VerifyReport verify_file(const std::filesystem::path& database, const std::filesystem::path& blobs,
                         const Opens& opens);
// Throws Failure(unavailable) that says `what` is not whole, and the first finding.
void require_good(const VerifyReport& report, const char* what);

}  // namespace tributary
