// JSON Web Tokens that somebody else signed (RFC 7515, 7517, 7519), as sign-in takes them: RS256 or
// ES256, with a key of the signer's published set. Pure and thread-safe; foreign text never throws.
#pragma once

#include <boost/json/object.hpp>
#include <string_view>

#include "base/error.hpp"

namespace tributary {

inline constexpr std::size_t kMostTokenBytes = 16'384;
inline constexpr std::size_t kMostKeys = 50;

// The claims, when one of `key_set`'s keys ("{"keys": […]}") signed exactly this token. Whatever
// the token's head says of keys but their name ("kid") counts for nothing; "none", MACs and
// critical extensions are refused. Rejected with reason "unknown_key" when no key has that name or
// kind: the set may be an old one.
Result<boost::json::object> verify_jwt(std::string_view token, std::string_view key_set);

}  // namespace tributary
