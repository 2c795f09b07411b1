// Two coroutines at once, as one.
#pragma once

#include "base/task.hpp"

namespace tributary {

// Resolves when both have. The first failure ends the other one, and it is what is thrown, not the
// other's cancellation.
awaitable<void> together(awaitable<void> one, awaitable<void> other);

}  // namespace tributary
