// The functions mappings need besides the specification's.
#include <cmath>

#include "base/text.hpp"
#include "base/time.hpp"
#include "connectors/webhook/jmespath_functions.hpp"
#include "connectors/webhook/json_text.hpp"
#include "connectors/webhook/time_text.hpp"
#include "html/text.hpp"
#include "model/identity.hpp"

namespace tributary::webhook {
namespace {

namespace json = boost::json;

// time(value, format): RFC 3339 in UTC, or null when `value` is not of that format.
json::value run_time(Call& call) {
    const auto at = read_time(plain_text(call.value(0)), call.text(1));
    return at ? json::value(rfc3339(*at)) : json::value();
}

json::value run_lower(Call& call) {
    return json::value(ascii_lower(call.text(0)));
}

json::value run_split(Call& call) {
    json::array parts;
    if (call.text(1).empty()) {
        parts.emplace_back(call.text(0));
        return parts;
    }
    std::string_view rest = call.text(0);
    for (;;) {
        const std::size_t at = rest.find(call.text(1));
        parts.emplace_back(rest.substr(0, at));
        if (at == std::string_view::npos || !call.spend(1)) return parts;
        rest.remove_prefix(at + call.text(1).size());
    }
}

// Unlike not_null() it passes over empty texts too: senders write "" for what they do not know.
json::value run_coalesce(Call& call) {
    for (std::size_t i = 0; i < call.size(); ++i) {
        const json::value& value = call.value(i);
        if (!value.is_null() && !(value.is_string() && value.get_string().empty())) return value;
    }
    return nullptr;
}

// phone(value, region): E.164, or null when it is no telephone number.
json::value run_phone(Call& call) {
    const auto number = normalize_phone(plain_text(call.value(0)), call.text(1));
    return number ? json::value(*number) : json::value();
}

json::value run_html_to_text(Call& call) {
    return call.value(0).is_null() ? json::value() : json::value(html_to_text(call.text(0)));
}

json::value run_const(Call& call) {
    return call.value(0);
}

}  // namespace

std::span<const Function> house_functions() {
    static const Function table[] = {
        {"coalesce", {kAny}, true, run_coalesce},
        {"const", {kAny}, false, run_const},
        {"html_to_text", {kString | kNull}, false, run_html_to_text},
        {"lower", {kString}, false, run_lower},
        {"phone", {kString | kNumber | kNull, kString}, false, run_phone},
        {"split", {kString, kString}, false, run_split},
        {"time", {kString | kNumber | kNull, kString}, false, run_time},
    };
    return table;
}

}  // namespace tributary::webhook
