#include "store/lock_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.hpp"

namespace tributary {
namespace {

struct flock whole_file() {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return lock;
}

}  // namespace

// Two locks. fcntl's tells the others who holds it, from the first moment; but it knows processes
// only, and goes when any descriptor of the file is closed. flock's belongs to the open file, so it
// also keeps two stores of one process apart.
std::optional<LockFile> LockFile::try_take(const std::filesystem::path& path) {
    FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!file) throw_file_error("open", path);
    struct flock lock = whole_file();
    if (::fcntl(file.number(), F_SETLK, &lock) != 0) {
        if (errno == EACCES || errno == EAGAIN) return std::nullopt;
        throw_file_error("lock", path);
    }
    if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) return std::nullopt;
        throw_file_error("lock", path);
    }
    if (::ftruncate(file.number(), 0) != 0) throw_file_error("truncate", path);
    write_all(file, std::to_string(::getpid()) + "\n", path);
    return LockFile(std::move(file));
}

std::string LockFile::holder(const std::filesystem::path& path) {
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct flock lock = whole_file();
    if (file && ::fcntl(file.number(), F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
        return std::to_string(lock.l_pid);
    return std::string(trim(read_file(path).value_or("")));
}

}  // namespace tributary
