// How commands speak: errors are one line each on stderr.
#pragma once

#include "base/error.hpp"

namespace tributary {

// "tributary.toml:12:5: unknown setting …" for each field, else the sentence itself.
void print_error(const Error& error);

}  // namespace tributary
