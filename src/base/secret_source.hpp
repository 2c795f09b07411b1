// Where secrets come from when they do not stand in the configuration itself.
#pragma once

#include <string>

#include "base/crypto.hpp"
#include "base/error.hpp"

namespace tributary {

// The error's message continues "the setting …": "refers to the file x, which is empty". It never
// holds a byte of the secret. A file that everybody may read is taken, with a warning in the log.
Result<Secret> secret_from_environment(const std::string& variable);
Result<Secret> secret_from_file(const std::string& path);

}  // namespace tributary
