// Secrets that rest on disk are sealed: XChaCha20-Poly1305 under a key in a file of its own, so
// that a copy of the store alone tells nothing. Thread-safe; touches the disk when constructed
// only.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/crypto.hpp"

namespace tributary {

class Sealer {
 public:
    // Reads the key, or makes the file (mode 0600) where there is none. Throws Failure: invalid
    // when the file is no key or others may read it, unavailable when the disk will not have it.
    explicit Sealer(const std::filesystem::path& key_file);

    // `context` says what the secret is; it opens under the same context only.
    std::string seal(const Secret& secret, std::string_view context) const;
    // Empty when it was not sealed under this key and context, or was changed since.
    std::optional<Secret> open(std::string_view sealed, std::string_view context) const;

 private:
    Secret key_;
};

}  // namespace tributary
