// Walks a JMESPath tree over a value.
//
// An Operand borrows from the input or the tree where it can, so that `a.b.c` copies nothing; what
// must be owned is charged to the search's budget. After the first fault everything evaluates to
// null and the caller finds the Error in error().
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "connectors/webhook/jmespath.hpp"

namespace tributary::webhook {

class Operand {
 public:
    Operand() = default;  // null
    Operand(boost::json::value owned) : owned_(std::move(owned)) {}
    static Operand borrow(const boost::json::value& value) {
        Operand operand;
        operand.borrowed_ = &value;
        return operand;
    }
    const boost::json::value& get() const { return borrowed_ ? *borrowed_ : owned_; }
    bool is_borrowed() const { return borrowed_ != nullptr; }
    boost::json::value release() && { return borrowed_ ? *borrowed_ : std::move(owned_); }

 private:
    const boost::json::value* borrowed_ = nullptr;
    boost::json::value owned_;
};

class Evaluator {
 public:
    Evaluator(const boost::json::object& context, const SearchLimits& limits)
        : context_(context), left_(limits) {}

    // Valid as long as `current`, the tree and the context.
    Operand evaluate(const Node& node, const boost::json::value& current);
    // A copy of one's own, charged.
    boost::json::value take(Operand operand);

    Operand fail(std::string reason, std::string message);
    bool has_failed() const { return error_.has_value(); }
    const std::optional<Error>& error() const { return error_; }
    bool spend(std::size_t steps);

 private:
    bool spend_bytes(std::size_t bytes);
    Operand field(const Node& node, const boost::json::value& current);
    Operand index(const Node& node, const boost::json::value& current);
    Operand slice(const Node& node, const boost::json::value& current);
    Operand chain(const Node& node, const boost::json::value& current);
    Operand compare(const Node& node, const boost::json::value& current);
    Operand select_list(const Node& node, const boost::json::value& current);
    Operand select_object(const Node& node, const boost::json::value& current);
    Operand flatten(const Node& node, const boost::json::value& current);
    Operand project_list(const Node& node, const boost::json::value& current);
    Operand project_values(const Node& node, const boost::json::value& current);
    Operand project_matching(const Node& node, const boost::json::value& current);
    Operand call(const Node& node, const boost::json::value& current);
    void append_projected(const Node& right, const boost::json::value& element,
                          boost::json::array& out);

    const boost::json::object& context_;
    SearchLimits left_;
    std::optional<Error> error_;
};

}  // namespace tributary::webhook
