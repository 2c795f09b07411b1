// How punctual this thread's event loop is.
#pragma once

#include "base/histogram.hpp"
#include "base/task.hpp"

namespace tributary {

// Until cancelled: tells `lateness` how many seconds too late a timer of this thread fired, ten
// times a second. A loop that was blocked is that late.
awaitable<void> watch_loop(Histogram& lateness);

}  // namespace tributary
