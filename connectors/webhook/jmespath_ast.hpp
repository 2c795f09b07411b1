// The syntax tree of a JMESPath expression: plain values, immutable once parsed.
#pragma once

#include <array>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tributary::webhook {

struct Function;  // jmespath_functions.hpp

enum class Comparison { equal, not_equal, less, less_or_equal, greater, greater_or_equal };

struct Node {
    enum class Type {
        current,           // @
        field,             // name
        index,             // [3]
        slice,             // [a:b:c]
        literal,           // `json` or 'text'
        chain,             // left, then right on what left gave: a.b, a[0], a | b
        either,            // a || b
        both,              // a && b
        negation,          // !a
        comparison,        // a == b
        select_list,       // [a, b]
        select_object,     // {k: a}
        flatten,           // the elements of an array's arrays
        project_list,      // left[*] right
        project_values,    // left.* right
        project_matching,  // left[?condition] right: children are left, condition, right
        call,              // name(arguments)
        reference,         // &a, an argument only
    };

    explicit Node(Type t) : type(t) {}

    Type type;
    std::string name;
    boost::json::value literal;
    std::int64_t index = 0;
    std::array<std::optional<std::int64_t>, 3> slice;  // start, stop, step
    Comparison comparison = Comparison::equal;
    const Function* function = nullptr;
    std::vector<std::string> keys;  // of select_object, parallel to `children`
    std::vector<Node> children;
    int depth = 1;  // of the tree below, itself included
};

}  // namespace tributary::webhook
