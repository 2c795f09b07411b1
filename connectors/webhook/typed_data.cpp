#include "connectors/webhook/typed_data.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <charconv>
#include <optional>
#include <span>

#include "connectors/webhook/json_text.hpp"
#include "connectors/webhook/mapping.hpp"

namespace tributary::webhook {
namespace {

namespace json = boost::json;

enum class Type { text, number, money, lines };

struct Member {
    std::string_view name;
    Type type;
};

constexpr Member kCall[] = {{"state", Type::text},
                            {"direction", Type::text},
                            {"ring_s", Type::number},
                            {"talk_s", Type::number},
                            {"recording", Type::text}};
constexpr Member kOrder[] = {{"order_id", Type::text},
                             {"status", Type::text},
                             {"lines", Type::lines},
                             {"total", Type::money},
                             {"currency", Type::text}};
constexpr Member kLine[] = {
    {"sku", Type::text}, {"name", Type::text}, {"quantity", Type::number}, {"price", Type::money}};
constexpr Member kSurvey[] = {{"type", Type::text},
                              {"score", Type::number},
                              {"scale", Type::number},
                              {"comment", Type::text}};
constexpr Member kVisit[] = {{"url", Type::text}, {"referrer", Type::text}, {"title", Type::text}};

std::span<const Member> members_of(Kind kind) {
    switch (kind) {
        case Kind::call: return kCall;
        case Kind::order: return kOrder;
        case Kind::survey: return kSurvey;
        case Kind::visit: return kVisit;
        default: return {};
    }
}

bool is_decimal(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    const auto dot = text.find('.');
    const auto is_digits = [](std::string_view part) {
        return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
    };
    if (dot == std::string_view::npos) return is_digits(text);
    return is_digits(text.substr(0, dot)) && is_digits(text.substr(dot + 1));
}

// Never in exponent form: money is read by people.
std::string decimal_text(const json::value& number) {
    if (!number.is_double()) return number_text(number);
    std::array<char, 512>
        buffer;  // the longest double in fixed notation has 309 digits and a fraction
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(),
                                   number.get_double(), std::chars_format::fixed)
                         .ptr;
    return std::string(buffer.data(), end);
}

std::optional<double> read_number(std::string_view text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

Result<void> bring_into_form(json::object& data, std::span<const Member> members,
                             const std::string& path);

Result<void> bring_into_form(json::value& value, Type type, const std::string& path) {
    const bool is_scalar = !value.is_array() && !value.is_object();
    switch (type) {
        case Type::text:
            if (!is_scalar) return mapping_error(path, "must be a text");
            value = plain_text(value);
            return {};
        case Type::number: {
            if (value.is_number()) return {};
            const auto number = value.is_string() ? read_number(value.get_string()) : std::nullopt;
            if (!number) return mapping_error(path, "must be a number");
            value = number_value(*number);
            return {};
        }
        case Type::money: {
            const std::string text = value.is_number() ? decimal_text(value) : plain_text(value);
            if (!is_scalar || !is_decimal(text))
                return mapping_error(path, "must be a decimal number");
            value = text;
            return {};
        }
        case Type::lines: {
            if (!value.is_array()) return mapping_error(path, "must be a list");
            std::size_t i = 0;
            for (auto& line : value.get_array()) {
                const std::string at = path + "[" + std::to_string(i++) + "]";
                if (!line.is_object()) return mapping_error(at, "must be an object");
                if (auto good = bring_into_form(line.get_object(), kLine, at + "."); !good)
                    return good;
            }
            return {};
        }
    }
    return {};
}

Result<void> bring_into_form(json::object& data, std::span<const Member> members,
                             const std::string& path) {
    for (const Member& member : members) {
        json::value* value = data.if_contains(member.name);
        if (!value || value->is_null()) continue;
        auto good = bring_into_form(*value, member.type, path + std::string(member.name));
        if (!good) return good;
    }
    return {};
}

}  // namespace

Result<json::object> to_typed_data(Kind kind, json::object data) {
    if (auto good = bring_into_form(data, members_of(kind), "data."); !good) return good.error();
    return data;
}

}  // namespace tributary::webhook
