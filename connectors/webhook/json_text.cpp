#include "connectors/webhook/json_text.hpp"

#include <array>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <utility>

namespace tributary::webhook {
namespace {

namespace json = boost::json;

constexpr std::size_t kValueBytes = 16;
constexpr double kExactIntegers = 9007199254740992.0;  // 2^53

template <class Number>
std::string shortest(Number number) {
    std::array<char, 64> buffer;
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
    return std::string(buffer.data(), end);
}

void write(const json::value& value, std::string& out) {
    switch (value.kind()) {
        case json::kind::array: {
            const char* separator = "[";
            for (const auto& element : value.get_array()) {
                out += std::exchange(separator, ",");
                write(element, out);
            }
            out += value.get_array().empty() ? "[]" : "]";
            return;
        }
        case json::kind::object: {
            const char* separator = "{";
            for (const auto& member : value.get_object()) {
                out += std::exchange(separator, ",");
                out += json::serialize(member.key());
                out += ':';
                write(member.value(), out);
            }
            out += value.get_object().empty() ? "{}" : "}";
            return;
        }
        case json::kind::double_: out += number_text(value); return;
        default: out += json::serialize(value); return;
    }
}

}  // namespace

std::string number_text(const json::value& number) {
    if (const auto* i = number.if_int64()) return shortest(*i);
    if (const auto* u = number.if_uint64()) return shortest(*u);
    const double d = number.get_double();
    return std::isfinite(d) ? shortest(d) : "null";
}

std::string json_text(const json::value& value) {
    std::string out;
    write(value, out);
    return out;
}

std::string plain_text(const json::value& value) {
    if (const auto* text = value.if_string()) return std::string(*text);
    return value.is_null() ? std::string() : json_text(value);
}

bool is_equal(const json::value& a, const json::value& b) {
    if (a.is_number() && b.is_number()) return !is_less(a, b) && !is_less(b, a);
    if (a.kind() != b.kind()) return false;
    if (const auto* left = a.if_array()) {
        const auto& right = b.get_array();
        if (left->size() != right.size()) return false;
        for (std::size_t i = 0; i < left->size(); ++i)
            if (!is_equal((*left)[i], right[i])) return false;
        return true;
    }
    if (const auto* left = a.if_object()) {
        const auto& right = b.get_object();
        if (left->size() != right.size()) return false;
        for (const auto& member : *left) {
            const auto* other = right.if_contains(member.key());
            if (!other || !is_equal(member.value(), *other)) return false;
        }
        return true;
    }
    return a == b;
}

bool is_less(const json::value& a, const json::value& b) {
    const auto* a_signed = a.if_int64();
    const auto* b_signed = b.if_int64();
    const auto* a_unsigned = a.if_uint64();
    const auto* b_unsigned = b.if_uint64();
    if (a_signed && b_signed) return *a_signed < *b_signed;
    if (a_signed && b_unsigned) return std::cmp_less(*a_signed, *b_unsigned);
    if (a_unsigned && b_signed) return std::cmp_less(*a_unsigned, *b_signed);
    if (a_unsigned && b_unsigned) return *a_unsigned < *b_unsigned;
    return a.to_number<double>() < b.to_number<double>();
}

json::value number_value(double number) {
    if (!std::isfinite(number)) return nullptr;
    if (std::abs(number) < kExactIntegers && std::trunc(number) == number)
        return static_cast<std::int64_t>(number);
    return number;
}

std::size_t weight_of(const json::value& value) {
    std::size_t weight = kValueBytes;
    if (const auto* text = value.if_string()) {
        weight += text->size();
    } else if (const auto* array = value.if_array()) {
        for (const auto& element : *array)
            weight += weight_of(element);
    } else if (const auto* object = value.if_object()) {
        for (const auto& member : *object)
            weight += member.key().size() + weight_of(member.value());
    }
    return weight;
}

}  // namespace tributary::webhook
