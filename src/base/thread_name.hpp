// What `top -H`, a core file and the fault harness call a thread.
#pragma once

#include <pthread.h>

namespace tributary {

// The calling thread's; at most 15 characters, more are not taken.
inline void name_this_thread(const char* name) {
    pthread_setname_np(pthread_self(), name);
}

}  // namespace tributary
