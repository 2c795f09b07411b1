// JMESPath (jmespath.org/specification.html) over boost::json: the whole language, and a few
// functions of ours that mappings need (jmespath_house.cpp; the README lists them).
//
// Compiling and searching are pure, may run on any thread, throw nothing on any input, and are
// bounded: an expression that would run away ends in an Error. An Error's reason is the
// specification's name of the fault (syntax, invalid-type, invalid-value, unknown-function,
// invalid-arity) or "limit".
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "connectors/webhook/jmespath_ast.hpp"

namespace tributary::webhook {

struct SearchLimits {
    std::size_t steps = 1'000'000;   // nodes evaluated and elements visited
    std::size_t bytes = 32'000'000;  // values copied or made, roughly in bytes
};

class Expression {
 public:
    static Result<Expression> compile(std::string_view text);

    // The value the expression finds in `input`; null when it finds nothing. A field whose name
    // begins with '$' is looked up in `context` wherever it stands: "$headers"."x-topic" means the
    // same inside a projection as outside.
    Result<boost::json::value> search(const boost::json::value& input,
                                      const boost::json::object& context = {},
                                      const SearchLimits& limits = {}) const;

    const std::string& text() const { return text_; }
    // The names X of every `parent.X` written out in the expression: which headers it reads.
    std::vector<std::string> members_of(std::string_view parent) const;

 private:
    Expression(std::string text, Node root) : text_(std::move(text)), root_(std::move(root)) {}
    std::string text_;
    Node root_;
};

}  // namespace tributary::webhook
