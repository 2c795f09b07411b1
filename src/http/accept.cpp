// Proactive negotiation: the Accept field (RFC 9110, section 12.5.1).
#include <charconv>

#include "base/text.hpp"
#include "http/message.hpp"

namespace tributary::http {
namespace {

// More ranges than any client sends; the rest is not looked at.
constexpr std::size_t kMaxRanges = 64;

struct Quality {
    int precision = 0;  // 0 no match, 1 "*/*", 2 "text/*", 3 the type itself
    double weight = 0;
};

double weight_of(std::string_view parameters) {
    for (std::string_view parameter : split(parameters, ';')) {
        parameter = trim(parameter);
        if (!starts_with_ignoring_case(parameter, "q=")) continue;
        double weight = 0;
        const auto [end, error] =
            std::from_chars(parameter.data() + 2, parameter.data() + parameter.size(), weight);
        return error == std::errc() && weight >= 0 && weight <= 1 ? weight : 0;
    }
    return 1;
}

int precision_of(std::string_view range, std::string_view type) {
    if (range == "*/*") return 1;
    if (equals_ignoring_case(range, type)) return 3;
    const auto slash = type.find('/');
    if (range.ends_with("/*") && slash != std::string_view::npos &&
        equals_ignoring_case(range.substr(0, range.size() - 2), type.substr(0, slash)))
        return 2;
    return 0;
}

// The most precise range decides, whatever the weights of the others.
Quality quality_of(const Request& request, std::string_view type) {
    Quality best;
    std::size_t ranges = 0;
    for (const auto& [name, value] : request.headers.all()) {
        if (!equals_ignoring_case(name, "Accept")) continue;
        for (std::string_view entry : split(value, ',')) {
            if (++ranges > kMaxRanges) return best;
            const auto semicolon = entry.find(';');
            const int precision = precision_of(trim(entry.substr(0, semicolon)), type);
            if (precision <= best.precision) continue;
            best.precision = precision;
            best.weight =
                semicolon == std::string_view::npos ? 1 : weight_of(entry.substr(semicolon));
        }
    }
    return best;
}

}  // namespace

bool prefers(const Request& request, std::string_view type, std::string_view other) {
    const Quality mine = quality_of(request, type);
    const Quality theirs = quality_of(request, other);
    if (mine.weight <= 0) return false;
    // Of two equally welcome types the one named exactly is meant.
    if (mine.weight == theirs.weight) return mine.precision > theirs.precision;
    return mine.weight > theirs.weight;
}

}  // namespace tributary::http
