#include "connectors/webhook/jmespath_eval.hpp"

#include <boost/json/array.hpp>

#include "connectors/webhook/jmespath_functions.hpp"
#include "connectors/webhook/json_text.hpp"

namespace tributary::webhook {
namespace {

namespace json = boost::json;

// Specification, "Or Expressions": false, null, and what is empty.
bool is_true(const json::value& value) {
    switch (value.kind()) {
        case json::kind::null: return false;
        case json::kind::bool_: return value.get_bool();
        case json::kind::string: return !value.get_string().empty();
        case json::kind::array: return !value.get_array().empty();
        case json::kind::object: return !value.get_object().empty();
        default: return true;
    }
}

bool has_type(const json::value& value, Types types) {
    const auto all = [&](auto is_kind) {
        for (const auto& element : value.get_array())
            if (!is_kind(element)) return false;
        return true;
    };
    switch (value.kind()) {
        case json::kind::null: return types & kNull;
        case json::kind::bool_: return types & kBoolean;
        case json::kind::string: return types & kString;
        case json::kind::object: return types & kObject;
        case json::kind::array:
            return (types & kArray) ||
                   ((types & kNumbers) &&
                    all([](const json::value& v) { return v.is_number(); })) ||
                   ((types & kStrings) && all([](const json::value& v) { return v.is_string(); }));
        default: return types & kNumber;
    }
}

// Where a slice begins and ends, clamped as in the specification, "Slices".
struct Range {
    std::int64_t start;
    std::int64_t stop;
    std::int64_t step;
};

Range clamp_slice(const std::array<std::optional<std::int64_t>, 3>& parts, std::int64_t size) {
    const std::int64_t step = parts[2].value_or(1);
    const std::int64_t lowest = step < 0 ? -1 : 0;
    const std::int64_t highest = step < 0 ? size - 1 : size;
    const auto bound = [&](const std::optional<std::int64_t>& part, std::int64_t fallback) {
        if (!part) return fallback;
        const std::int64_t at = *part < 0 ? *part + size : *part;
        return std::clamp(at, lowest, highest);
    };
    return {bound(parts[0], step < 0 ? highest : lowest),
            bound(parts[1], step < 0 ? lowest : highest), step};
}

}  // namespace

Operand Evaluator::fail(std::string reason, std::string message) {
    if (!error_)
        error_ = Error(Outcome::invalid, std::move(message)).with_reason(std::move(reason));
    return {};
}

bool Evaluator::spend(std::size_t steps) {
    if (has_failed()) return false;
    if (steps > left_.steps) {
        fail("limit", "the expression takes too many steps");
        return false;
    }
    left_.steps -= steps;
    return true;
}

bool Evaluator::spend_bytes(std::size_t bytes) {
    if (has_failed()) return false;
    if (bytes > left_.bytes) {
        fail("limit", "the expression makes too large a result");
        return false;
    }
    left_.bytes -= bytes;
    return true;
}

json::value Evaluator::take(Operand operand) {
    if (operand.is_borrowed() && !spend_bytes(weight_of(operand.get()))) return nullptr;
    return std::move(operand).release();
}

Operand Evaluator::evaluate(const Node& node, const json::value& current) {
    if (!spend(1)) return {};
    using Type = Node::Type;
    switch (node.type) {
        case Type::current: return Operand::borrow(current);
        case Type::literal: return Operand::borrow(node.literal);
        case Type::field: return field(node, current);
        case Type::index: return index(node, current);
        case Type::slice: return slice(node, current);
        case Type::chain: return chain(node, current);
        case Type::either: {
            Operand left = evaluate(node.children[0], current);
            return is_true(left.get()) ? std::move(left) : evaluate(node.children[1], current);
        }
        case Type::both: {
            Operand left = evaluate(node.children[0], current);
            return is_true(left.get()) ? evaluate(node.children[1], current) : std::move(left);
        }
        case Type::negation:
            return json::value(!is_true(evaluate(node.children[0], current).get()));
        case Type::comparison: return compare(node, current);
        case Type::select_list: return select_list(node, current);
        case Type::select_object: return select_object(node, current);
        case Type::flatten: return flatten(node, current);
        case Type::project_list: return project_list(node, current);
        case Type::project_values: return project_values(node, current);
        case Type::project_matching: return project_matching(node, current);
        case Type::call: return call(node, current);
        case Type::reference: return {};  // only ever an argument; call() takes it
    }
    return {};
}

Operand Evaluator::field(const Node& node, const json::value& current) {
    if (const auto* object = current.if_object())
        if (const auto* member = object->if_contains(node.name)) return Operand::borrow(*member);
    if (node.name.starts_with('$'))
        if (const auto* member = context_.if_contains(node.name)) return Operand::borrow(*member);
    return {};
}

Operand Evaluator::index(const Node& node, const json::value& current) {
    const auto* array = current.if_array();
    if (!array) return {};
    const auto size = static_cast<std::int64_t>(array->size());
    const std::int64_t at = node.index < 0 ? node.index + size : node.index;
    if (at < 0 || at >= size) return {};
    return Operand::borrow((*array)[static_cast<std::size_t>(at)]);
}

Operand Evaluator::slice(const Node& node, const json::value& current) {
    if (node.slice[2] == 0) return fail("invalid-value", "a slice's step cannot be 0");
    const auto* array = current.if_array();
    if (!array) return {};
    const auto size = static_cast<std::int64_t>(array->size());
    const Range range = clamp_slice(node.slice, size);
    json::array out;
    // A step beyond the array takes one element; comparing first keeps `at + step` from
    // overflowing.
    for (std::int64_t at = range.start; range.step > 0 ? at < range.stop : at > range.stop;) {
        out.push_back(take(Operand::borrow((*array)[static_cast<std::size_t>(at)])));
        if (range.step > size || range.step < -size) break;
        at += range.step;
    }
    return json::value(std::move(out));
}

Operand Evaluator::chain(const Node& node, const json::value& current) {
    const Operand left = evaluate(node.children[0], current);
    Operand right = evaluate(node.children[1], left.get());
    // What borrows from an owned left side must not outlive it.
    if (!left.is_borrowed() && right.is_borrowed()) return take(std::move(right));
    return right;
}

Operand Evaluator::compare(const Node& node, const json::value& current) {
    const Operand left = evaluate(node.children[0], current);
    const Operand right = evaluate(node.children[1], current);
    const json::value& a = left.get();
    const json::value& b = right.get();
    if (node.comparison == Comparison::equal) return json::value(is_equal(a, b));
    if (node.comparison == Comparison::not_equal) return json::value(!is_equal(a, b));
    if (!a.is_number() || !b.is_number()) return {};
    switch (node.comparison) {
        case Comparison::less: return json::value(is_less(a, b));
        case Comparison::less_or_equal: return json::value(!is_less(b, a));
        case Comparison::greater: return json::value(is_less(b, a));
        default: return json::value(!is_less(a, b));
    }
}

Operand Evaluator::select_list(const Node& node, const json::value& current) {
    if (current.is_null()) return {};
    json::array out;
    for (const Node& child : node.children)
        out.push_back(take(evaluate(child, current)));
    return json::value(std::move(out));
}

Operand Evaluator::select_object(const Node& node, const json::value& current) {
    if (current.is_null()) return {};
    json::object out;
    for (std::size_t i = 0; i < node.children.size(); ++i)
        out[node.keys[i]] = take(evaluate(node.children[i], current));
    return json::value(std::move(out));
}

Operand Evaluator::flatten(const Node& node, const json::value& current) {
    const Operand left = evaluate(node.children[0], current);
    const auto* array = left.get().if_array();
    if (!array) return {};
    json::array out;
    for (const auto& element : *array) {
        if (!spend(1)) return {};
        if (const auto* inner = element.if_array()) {
            for (const auto& value : *inner)
                out.push_back(take(Operand::borrow(value)));
        } else {
            out.push_back(take(Operand::borrow(element)));
        }
    }
    return json::value(std::move(out));
}

void Evaluator::append_projected(const Node& right, const json::value& element, json::array& out) {
    json::value result = take(evaluate(right, element));
    if (!result.is_null()) out.push_back(std::move(result));
}

Operand Evaluator::project_list(const Node& node, const json::value& current) {
    const Operand left = evaluate(node.children[0], current);
    const auto* array = left.get().if_array();
    if (!array) return {};
    json::array out;
    for (const auto& element : *array) {
        if (has_failed()) return {};
        append_projected(node.children[1], element, out);
    }
    return json::value(std::move(out));
}

Operand Evaluator::project_values(const Node& node, const json::value& current) {
    const Operand left = evaluate(node.children[0], current);
    const auto* object = left.get().if_object();
    if (!object) return {};
    json::array out;
    for (const auto& member : *object) {
        if (has_failed()) return {};
        append_projected(node.children[1], member.value(), out);
    }
    return json::value(std::move(out));
}

Operand Evaluator::project_matching(const Node& node, const json::value& current) {
    const Operand left = evaluate(node.children[0], current);
    const auto* array = left.get().if_array();
    if (!array) return {};
    json::array out;
    for (const auto& element : *array) {
        if (has_failed()) return {};
        if (is_true(evaluate(node.children[1], element).get()))
            append_projected(node.children[2], element, out);
    }
    return json::value(std::move(out));
}

Operand Evaluator::call(const Node& node, const json::value& current) {
    std::vector<json::value> values;
    std::vector<const Node*> references;
    for (std::size_t i = 0; i < node.children.size(); ++i) {
        const Node& child = node.children[i];
        const bool is_reference = child.type == Node::Type::reference;
        values.push_back(is_reference ? json::value() : take(evaluate(child, current)));
        references.push_back(is_reference ? &child.children[0] : nullptr);
        if (has_failed()) return {};
        const Types types = node.function->parameter(i);
        if (is_reference ? !(types & kReference) : !has_type(values.back(), types)) {
            return fail("invalid-type", node.name + "(): argument " + std::to_string(i + 1) +
                                            " has the wrong type");
        }
        if (values.back().is_array() && !spend(values.back().get_array().size())) return {};
    }
    Call call(*this, std::move(values), std::move(references));
    json::value result = node.function->run(call);
    if (has_failed() || !spend_bytes(weight_of(result))) return {};
    return result;
}

}  // namespace tributary::webhook
