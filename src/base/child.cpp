#include "base/child.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

namespace tributary {
namespace {

class Descriptor {
 public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return fd_; }
    int release() { return std::exchange(fd_, -1); }

 private:
    int fd_;
};

struct SpawnPlan {
    SpawnPlan() {
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
    }
    ~SpawnPlan() {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
};

// Signals as a fresh process has them, whatever this thread blocks or ignores.
void reset_signals(SpawnPlan& plan) {
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&plan.attributes, &none);
    posix_spawnattr_setsigdefault(&plan.attributes, &all);
    posix_spawnattr_setflags(&plan.attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

pid_t start(const std::string& executable, std::vector<std::string> arguments, int speaks_to) {
    SpawnPlan plan;
    reset_signals(plan);
    posix_spawn_file_actions_adddup2(&plan.actions, speaks_to, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&plan.actions, speaks_to, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&plan.actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&plan.actions, STDERR_FILENO + 1);
    std::vector<char*> argv;
    for (std::string& argument : arguments)
        argv.push_back(argument.data());
    argv.push_back(nullptr);
    char* const no_environment[] = {nullptr};
    pid_t pid = 0;
    const int error = posix_spawn(&pid, executable.c_str(), &plan.actions, &plan.attributes,
                                  argv.data(), no_environment);
    if (error != 0)
        throw Failure(Outcome::unavailable, "A helper process cannot be started.",
                      std::strerror(error));
    return pid;
}

}  // namespace

Child::Child(const asio::any_io_executor& executor, const std::string& executable,
             const std::vector<std::string>& arguments)
    : socket_(executor) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        throw Failure(Outcome::unavailable, "A helper process cannot be spoken to.",
                      std::strerror(errno));
    Descriptor ours(ends[0]);
    const Descriptor theirs(ends[1]);
    pid_ = start(executable, arguments, theirs.get());
    socket_.assign(asio::local::stream_protocol(), ours.release());
    socket_.non_blocking(true);
}

Child::~Child() {
    end();
}

ChildEnd Child::end() {
    if (pid_ == 0) return end_;
    // One that is dying already keeps its own cause of death.
    ::kill(pid_, SIGKILL);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    if (WIFSIGNALED(status)) end_.signal = WTERMSIG(status);
    if (WIFEXITED(status)) end_.exit_code = WEXITSTATUS(status);
    return end_;
}

}  // namespace tributary
