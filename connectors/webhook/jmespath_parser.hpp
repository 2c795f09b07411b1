// Builds the syntax tree of a JMESPath expression (precedence climbing).
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "connectors/webhook/jmespath_ast.hpp"

namespace tributary::webhook {

// Unknown functions and wrong numbers of arguments are found here, not when searching.
Result<Node> parse_expression(std::string_view text);

}  // namespace tributary::webhook
