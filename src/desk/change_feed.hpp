// Lets coroutines wait for the next change. The rows are in the store; this only wakes.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/task.hpp"
#include "store/store.hpp"

namespace tributary {

// One per process, on the I/O thread; `store` outlives it.
class ChangeFeed {
 public:
    ChangeFeed(asio::io_context& io, Store& store) : wake_(io.get_executor()) {
        store.on_change([this](std::int64_t seq) {
            newest_ = std::max(newest_, seq);
            wake_.notify_all();
        });
    }

    // At once when something after `after` is committed already; false when patience ran out.
    awaitable<bool> wait_beyond(std::int64_t after, std::chrono::steady_clock::duration patience) {
        if (newest_ > after) co_return true;
        co_await wake_.wait_for(patience);
        co_return newest_ > after;
    }
    void start_at(std::int64_t seq) { newest_ = std::max(newest_, seq); }
    std::int64_t newest() const { return newest_; }
    void wake_all() { wake_.notify_all(); }

 private:
    Notifier wake_;
    std::int64_t newest_ = 0;
};

}  // namespace tributary
