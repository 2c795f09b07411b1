// One-time codes by time (RFC 6238: SHA-1, six digits, thirty seconds), as authenticator apps make
// them. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "base/time.hpp"

namespace tributary {

Secret make_totp_secret();  // 20 random bytes (RFC 4226, section 4)
std::string totp_base32(const Secret& secret);
// "otpauth://totp/…", what an app reads from a QR code.
std::string totp_address(const Secret& secret, std::string_view issuer, std::string_view account);

// The time step whose code this is, among now's and its two neighbours and after `last_step`: a
// step is used once (RFC 6238, section 5.2). Compared in constant time.
std::optional<std::int64_t> match_totp(const Secret& secret, std::string_view code, Timestamp now,
                                       std::int64_t last_step);

}  // namespace tributary
