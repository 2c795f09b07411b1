#include "base/loop_watch.hpp"

namespace tributary {

awaitable<void> watch_loop(Histogram& lateness) {
    constexpr std::chrono::milliseconds kBeat{100};
    asio::steady_timer timer(co_await asio::this_coro::executor);
    while (true) {
        timer.expires_after(kBeat);
        co_await timer.async_wait(use_awaitable);
        const std::chrono::duration<double> late =
            std::chrono::steady_clock::now() - timer.expiry();
        lateness.observe(late.count());
    }
}

}  // namespace tributary
