// Which files a store consists of, and the lock that says who holds it.
#pragma once

#include <cstddef>
#include <filesystem>

#include "store/lock_file.hpp"
#include "store/store.hpp"

namespace tributary {

// Blobs this large are files. Smaller ones are cheaper in the store: two flushes and a new inode
// each made imports half as fast.
constexpr std::size_t blob_file_from_bytes = 256 * 1024;

// Throws Failure(invalid) when the URL is not "sqlite:…".
std::filesystem::path database_file(const StoreOptions& options);
std::filesystem::path blob_folder(const StoreOptions& options);

// Throws Failure(conflict), naming the process that holds it.
LockFile take_lock(const std::filesystem::path& database);

// A restore builds its store under the first name and, once it is whole and checked, gives it the
// second; from there on, whoever takes the lock next finishes the exchange (restore.cpp).
std::filesystem::path restore_draft(const std::filesystem::path& database);
std::filesystem::path restored_whole(const std::filesystem::path& database);
// Under the lock, before the store is opened.
void finish_restore(const std::filesystem::path& database);

}  // namespace tributary
