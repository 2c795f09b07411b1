// Submitted forms in the three shapes sites send them: urlencoded, multipart, a flat JSON object.
#include <array>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "base/text.hpp"
#include "http/message.hpp"
#include "http/multipart.hpp"

namespace tributary::http {
namespace {

int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    const char lower = static_cast<char>(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// A percent sign that starts no escape stands for itself (WHATWG URL, section 1.3), which is why
// the strict percent_decode() of base does not serve here.
std::string decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool may_escape = text[i] == '%' && i + 2 < text.size();
        const int high = may_escape ? hex_value(text[i + 1]) : -1;
        const int low = may_escape ? hex_value(text[i + 2]) : -1;
        if (high >= 0 && low >= 0) {
            decoded += static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            decoded += text[i] == '+' ? ' ' : text[i];
        }
    }
    return to_valid_utf8(decoded);
}

Result<void> check_lengths(const Fields& fields, const FormLimits& limits) {
    for (const auto& [name, value] : fields) {
        if (value.size() > limits.max_field_bytes || name.size() > limits.max_field_bytes)
            return Error(Outcome::invalid, "A field of the form is too long.")
                .with_field(name.substr(0, 100),
                            "at most " + std::to_string(limits.max_field_bytes) + " bytes");
    }
    return {};
}

// "1.5", where Boost.JSON would write "1.5E0".
std::string shortest(double number) {
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    return std::string(digits.data(), end);
}

Result<Fields> flatten(const boost::json::object& object, const FormLimits& limits) {
    if (object.size() > limits.max_fields)
        return Error(Outcome::invalid, "The form has too many fields.");
    Fields fields;
    for (const auto& member : object) {
        const boost::json::value& value = member.value();
        std::string name(member.key());
        if (value.is_object() || value.is_array())
            return Error(Outcome::invalid, "A field of the form is not a plain value.")
                .with_field("/" + name, "must be text, a number or true or false");
        if (value.is_null()) continue;
        if (const double* number = value.if_double()) {
            fields.emplace_back(std::move(name), shortest(*number));
            continue;
        }
        const auto* text = value.if_string();
        fields.emplace_back(std::move(name),
                            text ? std::string(*text) : boost::json::serialize(value));
    }
    return fields;
}

Result<Form> parse_json_form(std::string_view body, const FormLimits& limits) {
    auto value = parse_json(body);
    if (!value) return value.error();
    const auto* object = value->if_object();
    if (!object) return Error(Outcome::invalid, "The form must be a JSON object.");
    auto fields = flatten(*object, limits);
    if (!fields) return fields.error();
    Form form;
    form.fields = std::move(*fields);
    return form;
}

}  // namespace

Result<Fields> parse_urlencoded(std::string_view text, std::size_t max_fields) {
    Fields fields;
    while (!text.empty()) {
        const auto end = text.find('&');
        const std::string_view pair = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (pair.empty()) continue;
        if (fields.size() >= max_fields)
            return Error(Outcome::invalid, "There are too many fields.");
        const auto equals = pair.find('=');
        fields.emplace_back(decode(pair.substr(0, equals)), equals == std::string_view::npos
                                                                ? std::string()
                                                                : decode(pair.substr(equals + 1)));
    }
    return fields;
}

Result<Form> parse_form(const Request& request, const FormLimits& limits) {
    const std::string_view content_type = request.headers.get("Content-Type");
    const std::string type = ascii_lower(trim(content_type.substr(0, content_type.find(';'))));
    if (type == "multipart/form-data") return parse_multipart(request.body, content_type, limits);
    Form form;
    if (type == "application/x-www-form-urlencoded") {
        auto fields = parse_urlencoded(request.body, limits.max_fields);
        if (!fields) return fields.error();
        form.fields = std::move(*fields);
    } else if (type == "application/json") {
        auto parsed = parse_json_form(request.body, limits);
        if (!parsed) return parsed.error();
        form = std::move(*parsed);
    } else {
        return Error(Outcome::rejected,
                     "Send the form as application/x-www-form-urlencoded, multipart/form-data or "
                     "application/json.")
            .with_reason("unsupported_media_type");
    }
    if (auto fits = check_lengths(form.fields, limits); !fits) return fits.error();
    return form;
}

}  // namespace tributary::http
