// JSON from outside (RFC 8259) with the house's limits. Boost.JSON's grammar, our own judge beside
// it: a repeated name or a number that would be changed by reading it is refused, not repaired.
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <cmath>

#include "http/message.hpp"

namespace tributary::http {
namespace {

namespace json = boost::json;
using boost::system::error_code;

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxValues = 200'000;

// What stopped the reading when it was not the grammar.
enum class Breach { none, too_many_values, number_out_of_range };

struct Handler {
    static constexpr std::size_t max_object_size = json::object::max_size();
    static constexpr std::size_t max_array_size = json::array::max_size();
    static constexpr std::size_t max_key_size = json::string::max_size();
    static constexpr std::size_t max_string_size = json::string::max_size();

    json::value_stack stack;
    std::size_t values = 0;
    std::size_t members = 0;  // as written, repeated names included
    Breach breach = Breach::none;

    bool count_value(error_code& error) {
        if (++values <= kMaxValues) return true;
        return stop(Breach::too_many_values, error);
    }
    bool stop(Breach why, error_code& error) {
        breach = why;
        error = json::error::exception;
        return false;
    }

    bool on_document_begin(error_code&) { return true; }
    bool on_document_end(error_code&) { return true; }
    bool on_object_begin(error_code& error) { return count_value(error); }
    bool on_object_end(std::size_t count, error_code&) {
        members += count;
        stack.push_object(count);
        return true;
    }
    bool on_array_begin(error_code& error) { return count_value(error); }
    bool on_array_end(std::size_t count, error_code&) {
        stack.push_array(count);
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t, error_code&) {
        stack.push_chars(part);
        return true;
    }
    bool on_key(json::string_view part, std::size_t, error_code&) {
        stack.push_key(part);
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, error_code&) {
        stack.push_chars(part);
        return true;
    }
    bool on_string(json::string_view part, std::size_t, error_code& error) {
        stack.push_string(part);
        return count_value(error);
    }
    bool on_number_part(json::string_view, error_code&) { return true; }
    bool on_int64(std::int64_t number, json::string_view, error_code& error) {
        stack.push_int64(number);
        return count_value(error);
    }
    bool on_uint64(std::uint64_t number, json::string_view, error_code& error) {
        stack.push_uint64(number);
        return count_value(error);
    }
    bool on_double(double number, json::string_view literal, error_code& error) {
        // An integer that fits no 64 bits arrives here, rounded.
        const bool is_integer = literal.find_first_of(".eE") == json::string_view::npos;
        if (is_integer || !std::isfinite(number)) return stop(Breach::number_out_of_range, error);
        stack.push_double(number);
        return count_value(error);
    }
    bool on_bool(bool value, error_code& error) {
        stack.push_bool(value);
        return count_value(error);
    }
    bool on_null(error_code& error) {
        stack.push_null();
        return count_value(error);
    }
    bool on_comment_part(json::string_view, error_code&) { return true; }
    bool on_comment(json::string_view, error_code&) { return true; }
};

// Objects keep one member per name, so a tree with fewer members than were written had a
// repetition. The depth is bounded by the parser.
std::size_t count_members(const json::value& value) {
    std::size_t count = 0;
    if (const auto* object = value.if_object()) {
        count = object->size();
        for (const auto& member : *object)
            count += count_members(member.value());
    } else if (const auto* array = value.if_array()) {
        for (const json::value& element : *array)
            count += count_members(element);
    }
    return count;
}

Error malformed(std::string sentence) {
    return Error(Outcome::rejected, std::move(sentence)).with_reason("malformed_json");
}

Error explain(Breach breach, const error_code& error, std::size_t at) {
    const std::string place = " (byte " + std::to_string(at) + ").";
    switch (breach) {
        case Breach::too_many_values: return malformed("The JSON holds too many values" + place);
        case Breach::number_out_of_range:
            return malformed("A number in the JSON is out of range" + place);
        case Breach::none: break;
    }
    if (error == json::error::incomplete) return malformed("The JSON ends too early" + place);
    if (error == json::error::too_deep) return malformed("The JSON is nested too deeply" + place);
    if (error == json::error::extra_data) return malformed("There is more behind the JSON" + place);
    return malformed("The body is not valid JSON: " + error.message() + place);
}

}  // namespace

Result<json::value> parse_json(std::string_view text) {
    json::parse_options options;
    options.max_depth = kMaxDepth;
    json::basic_parser<Handler> parser(options);
    parser.handler().stack.reset();
    error_code error;
    const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
    if (!error && used < text.size()) error = json::error::extra_data;
    if (error) return explain(parser.handler().breach, error, used);
    json::value value = parser.handler().stack.release();
    if (count_members(value) != parser.handler().members)
        return malformed("An object in the JSON repeats a name.");
    return value;
}

}  // namespace tributary::http
