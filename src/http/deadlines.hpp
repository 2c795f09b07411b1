// Deadlines for thousands of connections with one timer: an array of due times that a coarse tick
// walks. Arming is one store; ten thousand connections are a walk of some ten microseconds.
//
// A deadline fires late by up to one tick, never early. One thread. The ticking stops with stop().
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

#include "base/task.hpp"

namespace tributary::http {

class Deadlines {
 public:
    using Clock = std::chrono::steady_clock;

    Deadlines(const asio::any_io_executor& executor, Clock::duration tick);

    // One connection's deadline; taken for the connection's life. `on_due` runs on the tick, once
    // for each arming, and may neither take nor give back a seat.
    class Seat {
     public:
        Seat(Deadlines& deadlines, std::function<void()> on_due);
        ~Seat();
        Seat(const Seat&) = delete;
        Seat& operator=(const Seat&) = delete;

        void arm(Clock::duration patience) { arm_at(Clock::now() + patience); }
        void arm_at(Clock::time_point due);
        void disarm() { arm_at(Clock::time_point::max()); }

     private:
        Deadlines& deadlines_;
        std::size_t index_;
    };

    awaitable<void> run();
    void stop() { timer_.cancel(); }

 private:
    std::vector<Clock::time_point> due_;  // max: disarmed or free
    std::vector<std::function<void()>> on_due_;
    std::vector<std::size_t> free_;
    asio::steady_timer timer_;
    Clock::duration tick_;
};

}  // namespace tributary::http
