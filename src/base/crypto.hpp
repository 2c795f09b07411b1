// Hashes, MACs, encodings, randomness and secrets. The only room that touches OpenSSL and libsodium
// (besides the TLS server). Everything here is thread-safe and takes raw bytes in string_views.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tributary {

// Never prints, compares or serialises; the bytes are wiped when it goes.
class Secret {
 public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}
    Secret(const Secret&) = default;
    Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }
    Secret& operator=(const Secret& other) { return *this = Secret(other); }
    Secret& operator=(Secret&& other) noexcept;
    ~Secret() { wipe(); }

    // The one way to the bytes; say why at the call.
    const std::string& reveal() const { return value_; }
    bool empty() const { return value_.empty(); }

 private:
    void wipe();
    std::string value_;
};

void fill_random(void* bytes, std::size_t count);
std::string random_bytes(std::size_t count);
// Unpadded base64url of `entropy_bytes` random bytes.
std::string random_token(std::size_t entropy_bytes = 24);

enum class HashAlgorithm { sha1, sha256, sha512 };

// Raw digests; hex or base64 them as needed.
std::string hash(HashAlgorithm algorithm, std::string_view bytes);
std::string hmac(HashAlgorithm algorithm, std::string_view key, std::string_view bytes);
inline std::string sha256(std::string_view bytes) {
    return hash(HashAlgorithm::sha256, bytes);
}

// SHA-256 of bytes that arrive in pieces.
class Sha256Stream {
 public:
    Sha256Stream();
    ~Sha256Stream();
    Sha256Stream(Sha256Stream&&) noexcept;
    Sha256Stream& operator=(Sha256Stream&&) noexcept;
    void update(std::string_view bytes);
    std::string finish();  // raw digest; call once

 private:
    struct State;
    std::unique_ptr<State> state_;
};

// True when equal; takes the same time wherever they differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

std::string to_hex(std::string_view bytes);
std::optional<std::string> from_hex(std::string_view digits);
std::string to_base64(std::string_view bytes);
std::string to_base64url(std::string_view bytes);  // RFC 4648 section 5, unpadded
// Both accept missing padding; nullopt on any other foreign character.
std::optional<std::string> from_base64(std::string_view text);
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace tributary
