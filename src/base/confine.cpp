#include "base/confine.hpp"

#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>

#include <memory>

#include "base/error.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TRIBUTARY_IS_SANITIZED 1
#else
#define TRIBUTARY_IS_SANITIZED 0
#endif

namespace tributary {
namespace {

constexpr bool is_sanitized = TRIBUTARY_IS_SANITIZED;
constexpr rlim_t stack_bytes = 8'388'608;

void set_limit(decltype(RLIMIT_CORE) resource, rlim_t value) {
    const rlimit limit = {value, value};
    if (::setrlimit(resource, &limit) != 0)
        throw Failure(Outcome::unavailable, "A process limit cannot be set.");
}

// What computing with memory, and speaking over open descriptors, needs.
constexpr int allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(readv),
    SCMP_SYS(writev),
    SCMP_SYS(recvfrom),
    SCMP_SYS(sendto),
    SCMP_SYS(brk),
    SCMP_SYS(mmap),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(mprotect),
    SCMP_SYS(futex),
    SCMP_SYS(setitimer),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),
    SCMP_SYS(sched_yield),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(getpid),
    SCMP_SYS(gettid),
    SCMP_SYS(tgkill),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
};

void filter_system_calls() {
    const auto release = [](scmp_filter_ctx filter) { seccomp_release(filter); };
    const std::unique_ptr<void, decltype(release)> filter(seccomp_init(SCMP_ACT_ERRNO(EPERM)),
                                                          release);
    bool is_good = filter != nullptr;
    for (const int call : allowed)
        is_good = is_good && seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0) == 0;
    if (!is_good || seccomp_load(filter.get()) != 0)
        throw Failure(Outcome::unavailable, "The kernel does not let a process be confined.",
                      "seccomp");
}

}  // namespace

void confine_process(std::size_t memory_bytes) {
    ::prctl(PR_SET_DUMPABLE, 0);
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        throw Failure(Outcome::unavailable, "A process cannot give up its privileges.");
    set_limit(RLIMIT_CORE, 0);
    set_limit(RLIMIT_FSIZE, 0);
    if constexpr (is_sanitized) return;
    set_limit(RLIMIT_STACK, stack_bytes);
    set_limit(RLIMIT_DATA, memory_bytes);
    set_limit(RLIMIT_NOFILE, 0);
    filter_system_calls();
}

void limit_cpu(std::chrono::milliseconds budget) {
    itimerval timer = {};
    timer.it_value.tv_sec = static_cast<time_t>(budget.count() / 1000);
    timer.it_value.tv_usec = static_cast<suseconds_t>(budget.count() % 1000 * 1000);
    ::setitimer(ITIMER_PROF, &timer, nullptr);
}

}  // namespace tributary
