// A process that only computes gives up the rest of the world, for good: files, network, other
// processes, more memory than it should need. What foreign bytes may make it do then harms nobody.
#pragma once

#include <chrono>
#include <cstddef>

namespace tributary {

// From here on this process may use the descriptors it has, memory up to `memory_bytes`, and its
// own CPU; every other system call fails with EPERM (seccomp). Call once, before threads start.
// Throws Failure(unavailable) where the kernel refuses. Builds with sanitizers keep their system
// calls and memory, because the sanitizers need them.
void confine_process(std::size_t memory_bytes);

// The process dies of SIGPROF when it has used so much CPU from now on; zero takes the limit away.
void limit_cpu(std::chrono::milliseconds budget);

}  // namespace tributary
