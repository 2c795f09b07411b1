// One daemon per store: an advisory lock on a small file that holds the holder's process id.
#pragma once

#include "store/file.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace tributary {

// Held while it lives; the kernel lets go when the process ends, however it ends.
class LockFile {
 public:
    // nullopt when somebody else holds it.
    static std::optional<LockFile> try_take(const std::filesystem::path& path);
    // What the holder wrote: its process id, or "" when unreadable.
    static std::string holder(const std::filesystem::path& path);

 private:
    explicit LockFile(FileDescriptor file) : file_(std::move(file)) {}
    FileDescriptor file_;
};

}  // namespace tributary
