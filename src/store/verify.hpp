// Looks at everything a store says of itself, in one snapshot, and tells what is not so.
//
// Pages, rows that name rows, originals and attachments by their hash, the search index word by
// word, sealed secrets, the chain of audit rows. Works beside a running daemon, which it does not
// hold up, and on backups (backup.hpp). Blocks for as long as reading the whole store takes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace tributary {

class Connection;

struct Finding {
    Finding() = default;
    Finding(std::string c, std::string d) : check(std::move(c)), detail(std::move(d)) {}
    std::string check;   // "pages", "rows", "blobs", "search", "sealed", "audit"
    std::string detail;  // for the admin: ids and hashes, nobody's words
};

struct VerifyReport {
    std::int64_t rows = 0;  // customers, tickets and interactions
    std::int64_t blobs = 0;
    std::int64_t blob_files = 0;
    std::int64_t blob_bytes = 0;
    std::int64_t words = 0;  // entries of the search index
    std::int64_t sealed = 0;
    std::int64_t audited = 0;  // rows of the audit
    std::string audit_head;    // the newest one's hash, in hex
    std::int64_t newest_change = 0;
    std::vector<Finding> findings;
    bool is_good() const { return findings.empty(); }
};

// Whether what was sealed for `context` still opens. Empty: not checked.
using Opens = std::function<bool(std::string_view sealed, std::string_view context)>;

// Throws Failure when there is no such store, or its schema is another than this program's.
VerifyReport verify_store(const StoreOptions& options, const Opens& opens);
// A backup: one file, blobs included.
VerifyReport verify_backup(const std::filesystem::path& file, const Opens& opens);

}  // namespace tributary
