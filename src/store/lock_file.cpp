#include "store/lock_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "base/text.hpp"

namespace tributary {
namespace {

constexpr int most_looks = 100;
constexpr std::chrono::milliseconds between_looks{5};

}  // namespace

// flock and not fcntl: its lock belongs to the open file, so it also keeps two stores of one
// process apart, and closing another descriptor of the file does not drop it.
std::optional<LockFile> LockFile::try_take(const std::filesystem::path& path) {
    FileDescriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!file) throw_file_error("open", path);
    if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) return std::nullopt;
        throw_file_error("lock", path);
    }
    if (::ftruncate(file.number(), 0) != 0) throw_file_error("truncate", path);
    write_all(file, std::to_string(::getpid()) + "\n", path);
    return LockFile(std::move(file));
}

// Who has just taken the lock is about to write its number; nothing announces that it has.

std::string LockFile::holder(const std::filesystem::path& path) {
    std::string pid;
    for (int look = 0; pid.empty() && look < most_looks; ++look) {
        if (look > 0) std::this_thread::sleep_for(between_looks);
        pid = trim(read_file(path).value_or(""));
    }
    return pid;
}

}  // namespace tributary
