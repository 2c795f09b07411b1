// Refused logins in a row. What is wrong with a password does not right itself, and providers lock
// accounts that are knocked at for ever: after three nothing is tried until somebody says so.
#pragma once

#include <string>

#include "base/task.hpp"

namespace tributary {

// On the I/O thread.
class RefusedLogins {
 public:
    static constexpr int kMost = 3;

    explicit RefusedLogins(asio::any_io_executor executor) : allowed_(std::move(executor)) {}

    void note(std::string reason);
    // A login was accepted, or may be now: who waits goes on.
    void forget();
    int count() const { return count_; }
    bool have_stopped() const { return count_ >= kMost; }
    // Why, and what to do about it; for people.
    std::string advice() const;
    // Before the next try: the refusal may be a passing fault of the other side after all.
    Milliseconds pause() const;
    // At once unless they have stopped.
    awaitable<void> wait_until_allowed();

 private:
    int count_ = 0;
    std::string reason_;
    Notifier allowed_;
};

}  // namespace tributary
