// The way back from a backup (backup.hpp).
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "store/audit.hpp"
#include "store/backup.hpp"
#include "store/blob_files.hpp"
#include "store/migrations.hpp"
#include "store/sqlite.hpp"
#include "store/store_files.hpp"
#include "store/tombstones.hpp"
#include "store/verify_parts.hpp"

namespace tributary {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t copied_at_once = 1 << 20;
// More than ever come between a backup and its restore.
constexpr std::int64_t number_gap = 1'000'000'000;

void require_exchangeable(const fs::path& database, Target target) {
    std::error_code failed;
    const auto size = fs::file_size(database, failed);
    if (failed || size == 0 || target == Target::may_be_replaced) return;
    throw Failure(Outcome::conflict, "There is a store at " + database.string() +
                                         " already; --replace puts the backup in its place.");
}

Timestamp read_label(Connection& connection, const fs::path& file) {
    const Tx tx(connection);
    if (connection.has_table("backup")) {
        if (const auto at = tx.query_one<Timestamp>(R"sql(SELECT snapshot_at FROM backup)sql"))
            return *at;
    }
    throw Failure(Outcome::invalid, file.string() + " is not a backup");
}

void bring_up_to_date(Connection& connection, const fs::path& file) {
    if (check_schema(connection) == SchemaState::newer)
        throw Failure(Outcome::conflict,
                      "The backup " + file.string() +
                          " is newer than this program: " + describe_schema(connection) + ".");
    migrate(connection);
}

std::vector<std::string> large_blobs(const Tx& tx) {
    std::vector<std::string> large;
    Rows rows = tx.query(R"sql(SELECT sha256 FROM blob WHERE size >= $1 AND bytes IS NOT NULL)sql",
                         blob_file_from_bytes);
    while (rows.next())
        rows.read(large.emplace_back());
    return large;
}

void put_out_blobs(Tx& tx, const BlobFiles& files) {
    for (const std::string& sha : large_blobs(tx)) {
        const auto bytes = tx.query_one<std::string>(
            R"sql(SELECT bytes FROM blob WHERE sha256 = $1)sql", Bytes(sha));
        files.write(sha, bytes.value());
        tx.exec(R"sql(UPDATE blob SET bytes = NULL WHERE sha256 = $1)sql", Bytes(sha));
    }
}

// The copy becomes a store that continues from then.
std::int64_t continue_from(Tx& tx) {
    tx.exec(R"sql(UPDATE counter SET value = value + $1 WHERE name = 'arrival')sql", number_gap);
    return tx.exec(R"sql(UPDATE delivery SET is_begun = 1 WHERE state = 1)sql");
}

// Into a file of mode 0600, whatever the backup's is.
void copy_privately(const fs::path& from, const fs::path& to) {
    const FileDescriptor in(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
    if (!in)
        throw Failure(Outcome::not_found,
                      from.string() + " cannot be read: " + std::strerror(errno));
    const FileDescriptor out(::open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!out) throw_file_error("create", to);
    std::string piece(copied_at_once, '\0');
    while (true) {
        const ssize_t got = ::read(in.number(), piece.data(), piece.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw_file_error("read", from);
        if (got == 0) return;
        write_all(out, std::string_view(piece).substr(0, static_cast<std::size_t>(got)), to);
    }
}

// What is beside the store while it is made, and goes in the end.
class Workshop {
 public:
    explicit Workshop(const fs::path& database)
        : copy_(database.string() + ".restore-copy"), draft_(restore_draft(database)) {
        clear();
    }
    ~Workshop() { clear(); }
    Workshop(const Workshop&) = delete;
    const fs::path& copy() const { return copy_; }
    const fs::path& draft() const { return draft_; }

 private:
    void clear() const {
        std::error_code ignored;
        fs::remove(copy_, ignored);
        fs::remove(draft_, ignored);
    }
    fs::path copy_;
    fs::path draft_;
};

RestoreReport make_store(const Workshop& workshop, const fs::path& file, const BlobFiles& files,
                         const Tombstones& stones, Timestamp now) {
    RestoreReport report;
    const auto connection = open_sqlite(workshop.copy(), Duty::draft);
    report.snapshot_at = read_label(*connection, file);
    bring_up_to_date(*connection, file);
    connection->begin_write();
    Tx tx(*connection);
    connection->run_script("DROP TABLE backup");
    report.erased_again = repeat_erasures(tx, stones, {}, now);
    tx.exec(R"sql(DELETE FROM erased_file)sql");
    tx.exec(R"sql(UPDATE erasure SET finished_at = $1 WHERE finished_at IS NULL)sql", now);
    put_out_blobs(tx, files);
    report.unsent = continue_from(tx);
    append_audit(tx, AuditEvent(console_actor, "restore", ""), now);
    connection->commit();
    if (report.erased_again > 0) connection->scour(Connection::Scour::clear);
    make_private_file(workshop.draft());
    connection->copy_into(workshop.draft());
    return report;
}

RestoreReport make_good_store(const Workshop& workshop, const fs::path& file,
                              const StoreOptions& options, Timestamp now) {
    RestoreReport report;
    try {
        copy_privately(file, workshop.copy());
        report = make_store(workshop, file, BlobFiles(blob_folder(options)),
                            Tombstones(tombstone_file(options.state)), now);
        report.verified = verify_file(workshop.draft(), blob_folder(options), nullptr);
    } catch (const DamagedFile& damaged) {
        throw Failure(Outcome::unavailable, "The backup " + file.string() + " is damaged.",
                      damaged.error().detail);
    }
    require_good(report.verified, "The backup");
    return report;
}

}  // namespace

RestoreReport restore(const StoreOptions& options, const fs::path& file, Target target,
                      Timestamp now) {
    const fs::path database = fs::absolute(database_file(options));
    std::error_code failed;
    fs::create_directories(database.parent_path(), failed);
    const LockFile lock = take_lock(database);
    finish_restore(database);
    require_exchangeable(database, target);
    const Workshop workshop(database);
    const RestoreReport report = make_good_store(workshop, file, options, now);
    flush_file(workshop.draft());
    fs::rename(workshop.draft(), restored_whole(database));
    sync_directory(database.parent_path());
    finish_restore(database);
    return report;
}

}  // namespace tributary
