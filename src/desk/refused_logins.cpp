#include "desk/refused_logins.hpp"

namespace tributary {
namespace {

constexpr Milliseconds kFirstPause{5'000};
constexpr Milliseconds kSecondPause{25'000};

}  // namespace

void RefusedLogins::note(std::string reason) {
    ++count_;
    reason_ = std::move(reason);
}

void RefusedLogins::forget() {
    count_ = 0;
    allowed_.notify_all();
}

std::string RefusedLogins::advice() const {
    return reason_ +
           " It is not tried any more: correct the login and reload the configuration, or check "
           "the "
           "connection once it is right.";
}

Milliseconds RefusedLogins::pause() const {
    return count_ < 2 ? kFirstPause : kSecondPause;
}

awaitable<void> RefusedLogins::wait_until_allowed() {
    while (have_stopped())
        co_await allowed_.wait();
}

}  // namespace tributary
