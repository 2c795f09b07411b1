// The functions a JMESPath expression may call: one table, each with the types it takes.
#pragma once

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/webhook/jmespath_ast.hpp"

namespace tributary::webhook {

class Evaluator;

// Sets of JMESPath types.
using Types = std::uint32_t;
constexpr Types kNull = 1, kBoolean = 2, kNumber = 4, kString = 8, kArray = 16, kObject = 32;
constexpr Types kNumbers = 64;     // an array of numbers only
constexpr Types kStrings = 128;    // an array of strings only
constexpr Types kReference = 256;  // &expression
constexpr Types kAny = kNull | kBoolean | kNumber | kString | kArray | kObject;

// One call: its arguments, already of the declared types, and what the evaluator lends. A call that
// failed may return anything.
class Call {
 public:
    Call(Evaluator& evaluator, std::vector<boost::json::value> values,
         std::vector<const Node*> references)
        : evaluator_(evaluator), values_(std::move(values)), references_(std::move(references)) {}

    std::size_t size() const { return values_.size(); }
    boost::json::value& value(std::size_t i) { return values_[i]; }
    std::string_view text(std::size_t i) const { return values_[i].get_string(); }
    boost::json::array& array(std::size_t i) { return values_[i].get_array(); }
    // Evaluates the reference that argument `i` is, on `input`.
    boost::json::value apply(std::size_t i, const boost::json::value& input);
    // Ends the whole search with "invalid-type".
    boost::json::value fail(std::string message);
    bool has_failed() const;
    // Counts `steps` against the search's limit; false when it is used up.
    bool spend(std::size_t steps);

 private:
    Evaluator& evaluator_;
    std::vector<boost::json::value> values_;
    std::vector<const Node*> references_;  // parallel; null where the argument is a value
};

struct Function {
    std::string_view name;
    std::vector<Types> parameters;
    bool is_variadic = false;  // the last parameter may be repeated
    boost::json::value (*run)(Call& call) = nullptr;

    bool takes(std::size_t arguments) const {
        return is_variadic ? arguments >= parameters.size() : arguments == parameters.size();
    }
    Types parameter(std::size_t i) const { return parameters[std::min(i, parameters.size() - 1)]; }
};

const Function* find_function(std::string_view name);

// The two halves of the table: the specification's, and ours.
std::span<const Function> standard_functions();
std::span<const Function> house_functions();

}  // namespace tributary::webhook
