#include "store/backup.hpp"

#include "base/crypto.hpp"
#include "store/audit.hpp"
#include "store/blob_files.hpp"
#include "store/housekeeping.hpp"
#include "store/migrations.hpp"
#include "store/sqlite.hpp"
#include "store/store_files.hpp"
#include "store/verify_parts.hpp"

namespace tributary {
namespace {

namespace fs = std::filesystem;

// Goes again unless it was given its final name.
class Draft {
 public:
    explicit Draft(fs::path path) : path_(std::move(path)) { make_private_file(path_); }
    ~Draft() {
        std::error_code ignored;
        fs::remove(path_, ignored);
    }
    Draft(const Draft&) = delete;
    const fs::path& path() const { return path_; }
    // Never over a file that came into being meanwhile.
    void publish(const fs::path& name) {
        flush_file(path_);
        std::error_code failed;
        fs::create_hard_link(path_, name, failed);
        if (failed) {
            throw Failure(Outcome::conflict,
                          name.string() + " cannot be made: " + failed.message());
        }
        fs::remove(path_, failed);
        sync_directory(name.parent_path());
    }

 private:
    fs::path path_;
};

void refuse_existing(const fs::path& file) {
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(file, ignored)))
        throw Failure(Outcome::conflict, file.string() + " exists already");
    if (!fs::is_directory(file.parent_path(), ignored))
        throw Failure(Outcome::not_found, "there is no folder " + file.parent_path().string());
}

std::vector<std::string> outside_blobs(const Tx& tx) {
    std::vector<std::string> outside;
    Rows rows = tx.query(R"sql(SELECT sha256 FROM blob WHERE bytes IS NULL)sql");
    while (rows.next())
        rows.read(outside.emplace_back());
    return outside;
}

// A file that is missing or altered stays out: the verification names it.
void take_in_blobs(Tx& tx, const BlobFiles& files) {
    for (const std::string& sha : outside_blobs(tx)) {
        const auto bytes = files.read(sha);
        if (bytes && sha256(*bytes) == sha)
            tx.exec(R"sql(UPDATE blob SET bytes = $2 WHERE sha256 = $1)sql", Bytes(sha),
                    Bytes(*bytes));
    }
}

void label(Connection& connection, Tx& tx, Timestamp now) {
    connection.run_script("CREATE TABLE backup (snapshot_at BIGINT NOT NULL)");
    tx.exec(R"sql(INSERT INTO backup (snapshot_at) VALUES ($1))sql", now);
}

void complete(const fs::path& draft, const BlobFiles& files, Timestamp now) {
    const auto connection = open_sqlite(draft, Duty::draft);
    connection->begin_write();
    Tx tx(*connection);
    take_in_blobs(tx, files);
    label(*connection, tx, now);
    connection->commit();
}

}  // namespace

BackupReport back_up(const StoreOptions& options, const fs::path& file, Timestamp now) {
    const fs::path target = fs::absolute(file);
    refuse_existing(target);
    const fs::path source = database_file(options);
    std::error_code failed;
    if (!fs::is_regular_file(source, failed))
        throw Failure(Outcome::not_found, "there is no store at " + source.string());
    const auto connection = open_sqlite(source, Duty::command);
    if (check_schema(*connection) != SchemaState::current)
        throw Failure(Outcome::conflict,
                      "The store " + source.string() +
                          " is of another version: " + describe_schema(*connection) + ".");
    Draft draft(target.string() + ".part-" + to_hex(random_bytes(4)));
    connection->copy_into(draft.path());
    complete(draft.path(), BlobFiles(blob_folder(options)), now);
    BackupReport report;
    report.snapshot_at = now;
    report.verified = verify_backup(draft.path(), nullptr);
    require_good(report.verified, "The backup");
    report.bytes = static_cast<std::int64_t>(fs::file_size(draft.path()));
    draft.publish(target);
    connection->begin_write();
    Tx tx(*connection);
    note_event(tx, "backup", "", now);
    append_audit(tx, AuditEvent(console_actor, "backup", ""), now);
    connection->commit();
    return report;
}

}  // namespace tributary
