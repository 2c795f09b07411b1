#include "connectors/webhook/jmespath.hpp"

#include "connectors/webhook/jmespath_eval.hpp"
#include "connectors/webhook/jmespath_parser.hpp"

namespace tributary::webhook {
namespace {

void collect_members(const Node& node, std::string_view parent, std::vector<std::string>& names) {
    if (node.type == Node::Type::chain && node.children[0].type == Node::Type::field &&
        node.children[0].name == parent && node.children[1].type == Node::Type::field)
        names.push_back(node.children[1].name);
    for (const Node& child : node.children)
        collect_members(child, parent, names);
}

}  // namespace

Result<Expression> Expression::compile(std::string_view text) {
    auto root = parse_expression(text);
    if (!root) return root.error();
    return Expression(std::string(text), std::move(*root));
}

std::vector<std::string> Expression::members_of(std::string_view parent) const {
    std::vector<std::string> names;
    collect_members(root_, parent, names);
    return names;
}

Result<boost::json::value> Expression::search(const boost::json::value& input,
                                              const boost::json::object& context,
                                              const SearchLimits& limits) const {
    Evaluator evaluator(context, limits);
    boost::json::value found = evaluator.take(evaluator.evaluate(root_, input));
    if (evaluator.error()) return *evaluator.error();
    return found;
}

}  // namespace tributary::webhook
