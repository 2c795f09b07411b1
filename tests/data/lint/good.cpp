// The same, written so that g++ 12 gets it right; the lint must stay silent.
#include "task.hpp"

Task named_lambda(std::string text) {
    auto work = [text] { return text.size(); };
    co_await take(std::move(work));
}

Task lambda_by_reference(std::string text) {
    co_await take([&] { return text.size(); });
}

Task reference_in_a_function(std::string text) {
    co_await take_function([&] { return static_cast<int>(text.size()); });
}

Task reference_in_a_call_that_returns_something_to_destroy(std::string text) {
    co_await take(std::string(text, [&] { return text.size(); }()));
}

Task named_aggregate(std::string text) {
    Aggregate made{text, 1};
    co_await take_aggregate(std::move(made));
}

Task class_with_a_constructor(std::string text) {
    co_await take(WithConstructor(text, 1));
}

Task result_first() {
    std::string text = co_await take(1);
    Aggregate made{std::move(text), 1};
    (void)made;
}

Task plain_temporary() {
    co_await take(std::string("text"));
}
