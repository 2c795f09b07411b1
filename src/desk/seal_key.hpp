// The sealing key and what the store holds sealed under it.
#pragma once

#include <filesystem>

#include "store/store.hpp"

namespace tributary {

// Throws Failure(invalid) when the store holds what no key in the file opens: better not to start
// than to lose it bit by bit. Without anything sealed no file is needed. Blocks; before the loop.
void require_seal_key(Store& store, const std::filesystem::path& key_file);

struct KeyChange {
    std::size_t resealed = 0;
};

// A new key, under which everything is sealed anew. Works beside a running daemon, which reads the
// file whenever it seals; broken off at any point, nothing is unreadable, and the next call
// finishes what this one left. The key before stays in the file until the next change, for what the
// daemon was sealing at that moment. Blocks.
KeyChange change_seal_key(Store& store, const std::filesystem::path& key_file);

}  // namespace tributary
