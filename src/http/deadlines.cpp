#include "http/deadlines.hpp"

namespace tributary::http {

Deadlines::Deadlines(const asio::any_io_executor& executor, Clock::duration tick)
    : timer_(executor), tick_(tick) {}

awaitable<void> Deadlines::run() {
    for (;;) {
        timer_.expires_after(tick_);
        co_await timer_.async_wait(use_awaitable);
        const auto now = Clock::now();
        for (std::size_t i = 0; i < due_.size(); ++i) {
            if (due_[i] > now) continue;
            due_[i] = Clock::time_point::max();
            on_due_[i]();
        }
    }
}

Deadlines::Seat::Seat(Deadlines& deadlines, std::function<void()> on_due) : deadlines_(deadlines) {
    if (deadlines.free_.empty()) {
        index_ = deadlines.due_.size();
        deadlines.due_.push_back(Clock::time_point::max());
        deadlines.on_due_.push_back(std::move(on_due));
    } else {
        index_ = deadlines.free_.back();
        deadlines.free_.pop_back();
        deadlines.on_due_[index_] = std::move(on_due);
    }
}

Deadlines::Seat::~Seat() {
    deadlines_.due_[index_] = Clock::time_point::max();
    deadlines_.on_due_[index_] = nullptr;
    deadlines_.free_.push_back(index_);
}

void Deadlines::Seat::arm_at(Clock::time_point due) {
    deadlines_.due_[index_] = due;
}

}  // namespace tributary::http
