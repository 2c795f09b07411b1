// Passwords: what may be one, and argon2id hashes of them (RFC 9106). Thread-safe. Hashing takes a
// tenth of a second and 64 MiB: never on the I/O thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace tributary {

inline constexpr std::size_t kLeastPasswordLength = 8;  // code points; 15 and more are advised
inline constexpr std::size_t kMostPasswordBytes = 1'024;

// The same characters typed on different machines become the same bytes (NFC). Nothing is cut off.
std::string normal_password(std::string_view typed);

// Whether somebody may choose it: long enough, and not among what is guessed first (the lists and
// patterns of zxcvbn, and `own_words`: names and addresses of the one who chooses). An error names
// the field "/password".
Result<> judge_password(std::string_view password, const std::vector<std::string>& own_words);

// "$argon2id$v=19$m=65536,t=2,p=1$…", salted anew each time.
std::string hash_password(std::string_view password);
bool verify_password(std::string_view password, const std::string& hash);
// Made with other costs than today's.
bool needs_rehash(const std::string& hash);
// A hash of today's costs that no password fits: who does not exist is verified against it, and
// takes as long as who does.
std::string unmatchable_password_hash();

}  // namespace tributary
