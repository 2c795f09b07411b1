// Large blobs as files: <folder>/ab/cdef…, named by the hex of their SHA-256.
//
// A file is complete and durable before its name exists; names are never changed or rewritten.
// Any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tributary {

class BlobFiles {
 public:
    explicit BlobFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

    // Throws Failure(unavailable) when the disk will not take it; then no name exists.
    void write(std::string_view sha256, std::string_view bytes) const;
    std::optional<std::string> read(std::string_view sha256) const;
    enum class Removal { gone, too_young };
    // Removes one file unless it is younger than half a minute: then it may belong to a step that has
    // yet to commit.
    Removal remove(std::string_view sha256) const;
    // Removes unfinished files and those `is_named` does not know, once they are an hour old: a
    // younger one may belong to a step that has yet to commit. How many went.
    std::size_t sweep(const std::function<bool(std::string_view sha256)>& is_named) const;

 private:
    std::filesystem::path path_of(std::string_view sha256) const;
    std::filesystem::path folder_;
};

}  // namespace tributary
