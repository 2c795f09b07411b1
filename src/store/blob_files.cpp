#include "store/blob_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>

#include "base/crypto.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "store/file.hpp"

namespace tributary {
namespace {

namespace fs = std::filesystem;
constexpr auto orphan_age = std::chrono::hours(1);
// From staging a file to the commit that names it.
constexpr auto settling_time = std::chrono::seconds(30);

void make_directory(const fs::path& directory) {
    std::error_code failed;
    if (fs::create_directories(directory, failed)) sync_directory(directory.parent_path());
    if (failed) {
        throw Failure(Outcome::unavailable, "The store cannot use its files.",
                      "create " + directory.string() + ": " + failed.message());
    }
}

// Makes the file, or takes it away again.
void write_file(const fs::path& path, std::string_view bytes) {
    const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) throw_file_error("create", path);
    try {
        write_all(file, bytes, path);
        sync_file(file, path);
    } catch (...) {
        ::unlink(path.c_str());
        throw;
    }
}

}  // namespace

fs::path BlobFiles::path_of(std::string_view sha256) const {
    const std::string hex = to_hex(sha256);
    return folder_ / hex.substr(0, 2) / hex.substr(2);
}

void BlobFiles::write(std::string_view sha256, std::string_view bytes) const {
    const fs::path path = path_of(sha256);
    make_directory(folder_);
    make_directory(path.parent_path());
    const fs::path unfinished = path.parent_path() / (".new-" + to_hex(random_bytes(8)));
    write_file(unfinished, bytes);
    // Also over a file of this name: it renews its age, and mends it should it be damaged.
    if (::rename(unfinished.c_str(), path.c_str()) != 0) {
        const int reason = errno;
        ::unlink(unfinished.c_str());
        errno = reason;
        throw_file_error("rename", path);
    }
    sync_directory(path.parent_path());
}

std::optional<std::string> BlobFiles::read(std::string_view sha256) const {
    return read_file(path_of(sha256));
}

BlobFiles::Removal BlobFiles::remove(std::string_view sha256) const {
    const fs::path path = path_of(sha256);
    std::error_code failed;
    const auto written = fs::last_write_time(path, failed);
    if (failed) return Removal::gone;
    if (fs::file_time_type::clock::now() - written < settling_time) return Removal::too_young;
    fs::remove(path, failed);
    if (failed) throw_file_error("remove", path);
    sync_directory(path.parent_path());
    return Removal::gone;
}

std::size_t BlobFiles::sweep(const std::function<bool(std::string_view)>& is_named) const {
    std::error_code failed;
    std::size_t removed = 0;
    const auto old = fs::file_time_type::clock::now() - orphan_age;
    fs::recursive_directory_iterator entry(folder_, failed);
    for (; !failed && entry != fs::recursive_directory_iterator(); entry.increment(failed)) {
        if (!entry->is_regular_file(failed) || entry->last_write_time(failed) > old) continue;
        const fs::path& path = entry->path();
        const auto sha256 =
            from_hex(path.parent_path().filename().string() + path.filename().string());
        if (sha256 && is_named(*sha256)) continue;
        if (fs::remove(path, failed)) ++removed;
    }
    if (removed > 0) log::info("store.orphans_swept", "files", removed);
    return removed;
}

}  // namespace tributary
