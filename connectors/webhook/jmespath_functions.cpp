#include "connectors/webhook/jmespath_functions.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <cmath>
#include <cstdlib>
#include <iterator>

#include "base/text.hpp"
#include "connectors/webhook/jmespath_eval.hpp"
#include "connectors/webhook/json_text.hpp"

namespace tributary::webhook {
namespace {

namespace json = boost::json;

double number(const json::value& value) {
    return value.to_number<double>();
}

json::value run_abs(Call& call) {
    const json::value& value = call.value(0);
    if (const auto* i = value.if_int64(); i && *i < 0) return 0 - static_cast<std::uint64_t>(*i);
    if (value.is_double()) return std::abs(value.get_double());
    return value;
}

json::value run_avg(Call& call) {
    const json::array& numbers = call.array(0);
    if (numbers.empty()) return nullptr;
    double sum = 0;
    for (const auto& n : numbers)
        sum += number(n);
    return number_value(sum / static_cast<double>(numbers.size()));
}

json::value run_ceil(Call& call) {
    return call.value(0).is_double() ? number_value(std::ceil(number(call.value(0))))
                                     : call.value(0);
}

json::value run_floor(Call& call) {
    return call.value(0).is_double() ? number_value(std::floor(number(call.value(0))))
                                     : call.value(0);
}

json::value run_contains(Call& call) {
    const json::value& wanted = call.value(1);
    if (call.value(0).is_string())
        return wanted.is_string() && call.text(0).find(call.text(1)) != std::string_view::npos;
    const json::array& elements = call.array(0);
    return std::any_of(elements.begin(), elements.end(),
                       [&](const json::value& element) { return is_equal(element, wanted); });
}

json::value run_ends_with(Call& call) {
    return call.text(0).ends_with(call.text(1));
}
json::value run_starts_with(Call& call) {
    return call.text(0).starts_with(call.text(1));
}

json::value run_join(Call& call) {
    std::string out;
    for (const auto& part : call.array(1)) {
        if (&part != &call.array(1).front()) out += call.text(0);
        out += std::string_view(part.get_string());
        if (!call.spend(1 + call.text(0).size() / 64)) return nullptr;
    }
    return json::value(out);
}

json::value run_keys(Call& call) {
    json::array keys;
    for (const auto& member : call.value(0).get_object())
        keys.emplace_back(member.key());
    return keys;
}

json::value run_values(Call& call) {
    json::array values;
    for (auto& member : call.value(0).get_object())
        values.push_back(std::move(member.value()));
    return values;
}

json::value run_length(Call& call) {
    const json::value& value = call.value(0);
    if (value.is_string()) return count_code_points(call.text(0));
    return value.is_array() ? value.get_array().size() : value.get_object().size();
}

json::value run_map(Call& call) {
    json::array out;
    for (const auto& element : call.array(1)) {
        out.push_back(call.apply(0, element));
        if (call.has_failed()) return nullptr;
    }
    return out;
}

json::value run_merge(Call& call) {
    json::object merged;
    for (std::size_t i = 0; i < call.size(); ++i)
        for (auto& member : call.value(i).get_object())
            merged[member.key()] = std::move(member.value());
    return merged;
}

bool comes_before(const json::value& a, const json::value& b) {
    // UTF-8 sorts by bytes as it does by code points.
    return a.is_string() ? std::string_view(a.get_string()) < std::string_view(b.get_string())
                         : is_less(a, b);
}

// The keys by which `_by` functions order: all numbers or all strings.
std::vector<json::value> ordering_keys(Call& call) {
    std::vector<json::value> keys;
    for (const auto& element : call.array(0)) {
        keys.push_back(call.apply(1, element));
        if (call.has_failed()) return {};
        const bool fits = keys.back().is_string()
                              ? keys.front().is_string()
                              : keys.back().is_number() && keys.front().is_number();
        if (!fits) {
            call.fail("the keys to order by must be all numbers or all strings");
            return {};
        }
    }
    return keys;
}

std::vector<std::size_t> sorted_order(const std::vector<json::value>& keys) {
    std::vector<std::size_t> order(keys.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return comes_before(keys[a], keys[b]); });
    return order;
}

json::value run_sort(Call& call) {
    json::array sorted = call.array(0);
    std::stable_sort(sorted.begin(), sorted.end(), comes_before);
    return sorted;
}

json::value run_sort_by(Call& call) {
    const auto keys = ordering_keys(call);
    if (call.has_failed()) return nullptr;
    json::array sorted;
    for (const std::size_t i : sorted_order(keys))
        sorted.push_back(std::move(call.array(0)[i]));
    return sorted;
}

json::value run_max(Call& call) {
    const json::array& values = call.array(0);
    if (values.empty()) return nullptr;
    return *std::max_element(values.begin(), values.end(), comes_before);
}

json::value run_min(Call& call) {
    const json::array& values = call.array(0);
    if (values.empty()) return nullptr;
    return *std::min_element(values.begin(), values.end(), comes_before);
}

json::value run_max_by(Call& call) {
    const auto keys = ordering_keys(call);
    if (call.has_failed() || keys.empty()) return nullptr;
    const auto best = std::max_element(keys.begin(), keys.end(), comes_before);
    return call.array(0)[static_cast<std::size_t>(best - keys.begin())];
}

json::value run_min_by(Call& call) {
    const auto keys = ordering_keys(call);
    if (call.has_failed() || keys.empty()) return nullptr;
    const auto best = std::min_element(keys.begin(), keys.end(), comes_before);
    return call.array(0)[static_cast<std::size_t>(best - keys.begin())];
}

json::value run_not_null(Call& call) {
    for (std::size_t i = 0; i < call.size(); ++i)
        if (!call.value(i).is_null()) return call.value(i);
    return nullptr;
}

std::string reversed_text(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    std::size_t end = text.size();
    while (end > 0) {
        std::size_t start = end - 1;
        while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xc0) == 0x80)
            --start;
        out += text.substr(start, end - start);
        end = start;
    }
    return out;
}

json::value run_reverse(Call& call) {
    if (call.value(0).is_string()) return json::value(reversed_text(call.text(0)));
    json::array& elements = call.array(0);
    std::reverse(elements.begin(), elements.end());
    return elements;
}

json::value run_sum(Call& call) {
    double sum = 0;
    for (const auto& n : call.array(0))
        sum += number(n);
    return number_value(sum);
}

json::value run_to_array(Call& call) {
    if (call.value(0).is_array()) return call.value(0);
    json::array wrapped;
    wrapped.push_back(call.value(0));
    return wrapped;
}

json::value run_to_string(Call& call) {
    return call.value(0).is_string() ? call.value(0) : json::value(json_text(call.value(0)));
}

json::value run_to_number(Call& call) {
    if (call.value(0).is_number()) return call.value(0);
    if (!call.value(0).is_string()) return nullptr;
    boost::system::error_code error;
    auto parsed = json::parse(call.text(0), error);
    return !error && parsed.is_number() ? parsed : json::value();
}

json::value run_type(Call& call) {
    const json::value& value = call.value(0);
    if (value.is_number()) return "number";
    return json::value(json::to_string(value.kind()) == "bool" ? "boolean"
                                                               : json::to_string(value.kind()));
}

}  // namespace

std::span<const Function> standard_functions() {
    constexpr Types kOrdered = kNumbers | kStrings;
    static const Function table[] = {
        {"abs", {kNumber}, false, run_abs},
        {"avg", {kNumbers}, false, run_avg},
        {"ceil", {kNumber}, false, run_ceil},
        {"contains", {kArray | kString, kAny}, false, run_contains},
        {"ends_with", {kString, kString}, false, run_ends_with},
        {"floor", {kNumber}, false, run_floor},
        {"join", {kString, kStrings}, false, run_join},
        {"keys", {kObject}, false, run_keys},
        {"length", {kString | kArray | kObject}, false, run_length},
        {"map", {kReference, kArray}, false, run_map},
        {"max", {kOrdered}, false, run_max},
        {"max_by", {kArray, kReference}, false, run_max_by},
        {"merge", {kObject}, true, run_merge},
        {"min", {kOrdered}, false, run_min},
        {"min_by", {kArray, kReference}, false, run_min_by},
        {"not_null", {kAny}, true, run_not_null},
        {"reverse", {kString | kArray}, false, run_reverse},
        {"sort", {kOrdered}, false, run_sort},
        {"sort_by", {kArray, kReference}, false, run_sort_by},
        {"starts_with", {kString, kString}, false, run_starts_with},
        {"sum", {kNumbers}, false, run_sum},
        {"to_array", {kAny}, false, run_to_array},
        {"to_number", {kAny}, false, run_to_number},
        {"to_string", {kAny}, false, run_to_string},
        {"type", {kAny}, false, run_type},
        {"values", {kObject}, false, run_values},
    };
    return table;
}

const Function* find_function(std::string_view name) {
    for (const auto table : {standard_functions(), house_functions()})
        for (const Function& function : table)
            if (function.name == name) return &function;
    return nullptr;
}

json::value Call::apply(std::size_t i, const json::value& input) {
    return evaluator_.take(evaluator_.evaluate(*references_[i], input));
}

json::value Call::fail(std::string message) {
    evaluator_.fail("invalid-type", std::move(message));
    return nullptr;
}

bool Call::has_failed() const {
    return evaluator_.has_failed();
}
bool Call::spend(std::size_t steps) {
    return evaluator_.spend(steps);
}

}  // namespace tributary::webhook
