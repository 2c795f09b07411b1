// The server's own certificates, as far as they can be judged before anybody connects. Thread-safe.
#pragma once

#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/time.hpp"

namespace tributary::http {

// When the first certificate of a PEM file ends; nullopt when there is none.
std::optional<Timestamp> certificate_end(const std::string& pem_file);

// An Error (invalid) when the certificates of the file do not each vouch for the one before (RFC
// 8446, section 4.4.2).
Result<> check_chain(const std::string& pem_file);

}  // namespace tributary::http
