#include "store/store_files.hpp"

#include <string_view>

namespace tributary {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view sqlite_scheme = "sqlite:";

fs::path lock_path(const fs::path& database) {
    return database.string() + ".lock";
}

}  // namespace

fs::path database_file(const StoreOptions& options) {
    if (!options.url.starts_with(sqlite_scheme)) {
        throw Failure(Outcome::invalid, "store.url must begin with \"sqlite:\".", options.url);
    }
    return options.url.substr(sqlite_scheme.size());
}

fs::path blob_folder(const StoreOptions& options) {
    return options.state / "blobs";
}

LockFile take_lock(const fs::path& database) {
    auto lock = LockFile::try_take(lock_path(database));
    if (lock) return std::move(*lock);
    throw Failure(Outcome::conflict, "The store " + database.string() + " is in use by process " +
                                         LockFile::holder(lock_path(database)) + ".");
}

fs::path restore_draft(const fs::path& database) {
    return database.string() + ".restore-draft";
}

fs::path restored_whole(const fs::path& database) {
    return database.string() + ".restored";
}

// The old store's log must be gone before the new store takes its name: the two do not belong
// together.
void finish_restore(const fs::path& database) {
    const fs::path whole = restored_whole(database);
    std::error_code failed;
    if (!fs::exists(whole, failed)) return;
    fs::remove(database.string() + "-wal", failed);
    fs::remove(database.string() + "-shm", failed);
    if (failed) throw_file_error("remove the log of", database);
    sync_directory(database.parent_path());
    fs::rename(whole, database, failed);
    if (failed) throw_file_error("rename", whole);
    sync_directory(database.parent_path());
}

}  // namespace tributary
