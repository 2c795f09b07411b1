// A queue between two coroutines of one thread: one puts in, one takes out. It has no bound of its
// own; whoever puts in must know how much may be under way.
#pragma once

#include <deque>
#include <optional>
#include <utility>

#include "base/task.hpp"

namespace tributary::email {

template <class T>
class Pipe {
 public:
    explicit Pipe(const asio::any_io_executor& executor) : news_(executor) {}

    void put(T item) {
        items_.push_back(std::move(item));
        news_.notify_all();
    }
    // Nothing more will be put in.
    void close() {
        is_closed_ = true;
        news_.notify_all();
    }
    // Empty when the pipe is closed and everything has been taken.
    awaitable<std::optional<T>> take() {
        while (items_.empty() && !is_closed_)
            co_await news_.wait();
        if (items_.empty()) co_return std::nullopt;
        std::optional<T> item = std::move(items_.front());
        items_.pop_front();
        co_return item;
    }

 private:
    Notifier news_;
    std::deque<T> items_;
    bool is_closed_ = false;
};

}  // namespace tributary::email
