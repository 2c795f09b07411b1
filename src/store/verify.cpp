#include "store/verify.hpp"

#include "base/crypto.hpp"
#include "store/blob_files.hpp"
#include "store/changes.hpp"
#include "store/migrations.hpp"
#include "store/sealed.hpp"
#include "store/sqlite.hpp"
#include "store/store_files.hpp"
#include "store/verify_parts.hpp"

namespace tributary {
namespace {

namespace fs = std::filesystem;

void verify_pages(Connection& connection, VerifyReport& report) {
    for (std::string& damage : connection.find_damage())
        report.findings.emplace_back("pages", std::move(damage));
}

void verify_sealed(const Tx& tx, const Opens& opens, VerifyReport& report) {
    for (const SealedValue& value : sealed_values(tx)) {
        ++report.sealed;
        if (opens && !opens(value.sealed, value.context))
            report.findings.emplace_back("sealed",
                                         "the secret " + value.context + " does not open");
    }
}

struct BlobRow {
    std::string sha256;
    std::optional<std::string> bytes;
};

// Row by row: no more than one blob is in memory.
template <class See>
void see_blobs(const Tx& tx, See see) {
    Rows rows = tx.query(R"sql(SELECT sha256, bytes FROM blob)sql");
    BlobRow row;
    while (rows.next()) {
        rows.read(row.sha256, row.bytes);
        see(row);
    }
}

std::string damage_of(const std::optional<std::string>& bytes, std::string_view sha) {
    if (!bytes) return "missing";
    return sha256(*bytes) == sha ? "" : "altered";
}

class BlobCheck {
 public:
    // `files` is null for a backup, whose blobs are all inside.
    BlobCheck(const BlobFiles* files, VerifyReport& report) : files_(files), report_(report) {}
    void run(const Tx& tx) {
        see_blobs(tx, [this](const BlobRow& row) { see(row); });
    }
    // In a later snapshot: what was erased in the meantime is no damage.
    void finish(const Tx& tx) {
        for (const auto& [sha, damage] : damaged_) {
            if (tx.query_one<int>(R"sql(SELECT 1 FROM blob WHERE sha256 = $1)sql", Bytes(sha)))
                report_.findings.emplace_back("blobs", to_hex(sha) + " is " + damage);
        }
    }

 private:
    void see(const BlobRow& row) {
        std::optional<std::string> file;
        if (!row.bytes && files_) file = files_->read(row.sha256);
        const std::optional<std::string>& bytes = row.bytes ? row.bytes : file;
        ++report_.blobs;
        report_.blob_files += file ? 1 : 0;
        report_.blob_bytes += bytes ? static_cast<std::int64_t>(bytes->size()) : 0;
        const std::string damage = damage_of(bytes, row.sha256);
        if (!damage.empty()) damaged_.emplace_back(row.sha256, damage);
    }
    const BlobFiles* files_;
    VerifyReport& report_;
    std::vector<std::pair<std::string, std::string>> damaged_;
};

// What damage hides from one part, the others still see.
template <class Part>
void look(VerifyReport& report, Part part) {
    try {
        part();
    } catch (const DamagedFile& damaged) {
        report.findings.emplace_back("pages", damaged.error().detail);
    }
}

VerifyReport verify(Connection& connection, const BlobFiles* files, const Opens& opens) {
    VerifyReport report;
    if (check_schema(connection) != SchemaState::current) {
        throw Failure(Outcome::conflict,
                      "The store is of another version: " + describe_schema(connection) + ".");
    }
    BlobCheck blobs(files, report);
    connection.begin_read();
    {
        const Tx tx(connection);
        look(report, [&] { verify_pages(connection, report); });
        look(report, [&] { verify_rows(tx, report); });
        look(report, [&] { blobs.run(tx); });
        look(report, [&] { verify_search(tx, report); });
        look(report, [&] { verify_sealed(tx, opens, report); });
        look(report, [&] { verify_audit(tx, report); });
        report.newest_change = newest_change(tx);
    }
    connection.rollback();
    const Tx later(connection);
    blobs.finish(later);
    return report;
}

void require_file(const fs::path& file) {
    std::error_code failed;
    if (fs::is_regular_file(file, failed)) return;
    throw Failure(Outcome::not_found, "there is no store at " + file.string());
}

}  // namespace

VerifyReport verify_store(const StoreOptions& options, const Opens& opens) {
    const fs::path file = database_file(options);
    require_file(file);
    const auto connection = open_sqlite(file, Duty::command);
    const BlobFiles files(blob_folder(options));
    return verify(*connection, &files, opens);
}

VerifyReport verify_file(const fs::path& database, const fs::path& blobs, const Opens& opens) {
    require_file(database);
    const auto connection = open_sqlite(database, Duty::archive);
    const BlobFiles files(blobs);
    return verify(*connection, blobs.empty() ? nullptr : &files, opens);
}

VerifyReport verify_backup(const fs::path& file, const Opens& opens) {
    return verify_file(file, {}, opens);
}

void require_good(const VerifyReport& report, const char* what) {
    if (report.is_good()) return;
    const Finding& first = report.findings.front();
    throw Failure(Outcome::unavailable,
                  std::string(what) + " is not whole (" + std::to_string(report.findings.size()) +
                      " findings); the first: " + first.check + ": " + first.detail);
}

}  // namespace tributary
