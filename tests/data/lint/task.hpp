// The smallest coroutine type the lint's samples need.
#pragma once

#include <coroutine>
#include <functional>
#include <string>

struct Task {
    struct promise_type {
        Task get_return_object() { return {}; }
        std::suspend_never initial_suspend() { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() {}
        void unhandled_exception() {}
    };
};

template <class T>
struct Awaited {
    bool await_ready() { return true; }
    void await_suspend(std::coroutine_handle<>) {}
    T await_resume() { return {}; }
};

struct Aggregate {
    std::string text;
    int number;
};

struct WithConstructor {
    WithConstructor(std::string t, int n) : text(std::move(t)), number(n) {}
    std::string text;
    int number;
};

template <class T>
Awaited<std::string> take(T) {
    return {};
}
inline Awaited<std::string> take_function(std::function<int()>) { return {}; }
inline Awaited<std::string> take_aggregate(Aggregate) { return {}; }
