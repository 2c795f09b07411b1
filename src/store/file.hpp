// A POSIX file descriptor with an owner, and writes that reach the disk.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tributary {

class FileDescriptor {
 public:
    explicit FileDescriptor(int number = -1) : number_(number) {}
    FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~FileDescriptor();
    int number() const { return number_; }
    explicit operator bool() const { return number_ >= 0; }

 private:
    int number_;
};

// Throws Failure(unavailable) with errno's words.
[[noreturn]] void throw_file_error(const char* what, const std::filesystem::path& path);

void write_all(const FileDescriptor& file, std::string_view bytes,
               const std::filesystem::path& path);
void sync_file(const FileDescriptor& file, const std::filesystem::path& path);
// The same for a file by its name, whoever wrote it.
void flush_file(const std::filesystem::path& path);
// An empty file of mode 0600; Failure when the name is taken.
void make_private_file(const std::filesystem::path& path);
// Makes the names in a directory durable.
void sync_directory(const std::filesystem::path& directory);
// nullopt when there is no such file.
std::optional<std::string> read_file(const std::filesystem::path& path);

}  // namespace tributary
