// What g++ 12 miscompiles; the lint must find every line marked so.
#include "task.hpp"

Task lambda_with_a_copy(std::string text) {
    co_await take([text] { return text.size(); });  // bad
}

Task lambda_with_a_moved_capture(std::string text) {
    co_await take([moved = std::move(text)] { return moved.size(); });  // bad
}

Task lambda_in_a_function(std::string text) {
    co_await take_function([text] { return static_cast<int>(text.size()); });  // bad
}

Task aggregate_by_name(std::string text) {
    co_await take_aggregate(Aggregate{text, 1});  // bad
}

Task aggregate_by_braces(std::string text) {
    co_await take_aggregate({text, 1});  // bad
}

Task aggregate_with_designators(std::string text) {
    co_await take_aggregate({.text = text, .number = 1});  // bad
}

Task aggregate_of_a_result() {
    Aggregate made{co_await take(1), 1};  // bad
    (void)made;
}

Task awaiting_loop_condition() {
    while (co_await take(1)) {  // bad
    }
}
