// Hashing passwords beside the I/O thread, on threads of its own: at most two at once, 64 MiB each,
// so that a flood of sign-ins takes neither the memory nor the workers that mail waits for.
#pragma once

#include <string>

#include "base/task.hpp"

namespace tributary {

// One per process, on the I/O thread. Both throw Failure(unavailable) when too many wait already.
class Passwords {
 public:
    awaitable<bool> verify(std::string password, std::string hash);
    awaitable<std::string> make_hash(std::string password);

 private:
    Workers threads_{2};
    int waiting_ = 0;
};

}  // namespace tributary
