// Secrets that rest on disk are sealed: XChaCha20-Poly1305 under a key in a file of its own, so
// that a copy of the store alone tells nothing. Thread-safe; touches the disk when constructed
// only.
//
// The key file holds one key, or, while keys are being changed and afterwards, several: the first
// seals, all of them open. What is sealed names its key.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.hpp"

namespace tributary {

enum class MissingKey { is_made, is_an_error };

class Sealer {
 public:
    // Reads the keys, or makes the file (mode 0600) where there is none and that is wanted. Throws
    // Failure: invalid when the file is missing, is no key, or others may read it; unavailable when
    // the disk will not have it.
    explicit Sealer(const std::filesystem::path& key_file,
                    MissingKey missing = MissingKey::is_made);

    // `context` says what the secret is; it opens under the same context only.
    std::string seal(const Secret& secret, std::string_view context) const;
    // Empty when it was not sealed under these keys and this context, or was changed since.
    std::optional<Secret> open(std::string_view sealed, std::string_view context) const;
    // Whether it was sealed under the first key.
    bool is_current(std::string_view sealed) const;

 private:
    struct Key {
        Key(std::string id, Secret bytes) : id(std::move(id)), bytes(std::move(bytes)) {}
        std::string id;
        Secret bytes;
    };
    std::vector<Key> keys_;
};

// A new first key; of those there are, only the first stays. Written aside and put into place
// whole.
void add_sealing_key(const std::filesystem::path& key_file);

}  // namespace tributary
