#include "base/together.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

namespace tributary {

namespace {

awaitable<void> note_failure(awaitable<void> work, std::exception_ptr& first) {
    try {
        co_await std::move(work);
    } catch (...) {
        if (!first) first = std::current_exception();
        throw;
    }
}

}  // namespace

awaitable<void> together(awaitable<void> one, awaitable<void> other) {
    using namespace boost::asio::experimental::awaitable_operators;
    std::exception_ptr first;
    awaitable<void> left = note_failure(std::move(one), first);
    awaitable<void> right = note_failure(std::move(other), first);
    try {
        co_await (std::move(left) && std::move(right));
    } catch (...) {
        // The operator has words of its own for two exceptions.
        if (first) std::rethrow_exception(first);
        throw;
    }
}

}  // namespace tributary
