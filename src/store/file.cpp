#include "store/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/error.hpp"

namespace tributary {

FileDescriptor::~FileDescriptor() {
    if (number_ >= 0) ::close(number_);
}

void throw_file_error(const char* what, const std::filesystem::path& path) {
    const std::error_code code(errno, std::generic_category());
    throw Failure(Outcome::unavailable, "The store cannot use its files.",
                  std::string(what) + " " + path.string() + ": " + code.message());
}

void write_all(const FileDescriptor& file, std::string_view bytes,
               const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file.number(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw_file_error("write", path);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
}

void sync_file(const FileDescriptor& file, const std::filesystem::path& path) {
    if (::fsync(file.number()) != 0) throw_file_error("fsync", path);
}

void flush_file(const std::filesystem::path& path) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) throw_file_error("open", path);
    sync_file(file, path);
}

void make_private_file(const std::filesystem::path& path) {
    const FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file) throw_file_error("create", path);
}

void sync_directory(const std::filesystem::path& directory) {
    const FileDescriptor file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!file) throw_file_error("open", directory);
    sync_file(file, directory);
}

std::optional<std::string> read_file(const std::filesystem::path& path) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file && errno == ENOENT) return std::nullopt;
    if (!file) throw_file_error("open", path);
    struct stat status {};
    if (::fstat(file.number(), &status) != 0) throw_file_error("stat", path);
    std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t filled = 0;
    while (filled < bytes.size()) {
        const ssize_t got = ::read(file.number(), bytes.data() + filled, bytes.size() - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw_file_error("read", path);
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
    }
    bytes.resize(filled);
    return bytes;
}

}  // namespace tributary
