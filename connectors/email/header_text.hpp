// The words inside header values: encoded words (RFC 2047), parameters (RFC 2045, 2231), raw 8-bit
// text that should not be there, and the date. Pure, thread-safe, never throwing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace tributary::email {

// Unfolded, encoded words decoded wherever they stand, raw 8-bit repaired; valid UTF-8 without
// controls, blanks trimmed.
std::string decode_header_text(std::string_view value);

// "value; name=value; ..." with everything mail programs do wrong. Names are lower case.
struct ParameterizedValue {
    std::string value;  // lower case, without blanks and comments
    std::vector<std::pair<std::string, std::string>> parameters;  // decoded, in order
    // "" when absent.
    std::string_view parameter(std::string_view name) const;
};
ParameterizedValue parse_parameterized(std::string_view raw);

struct HeaderDate {
    Timestamp at;
    int offset_minutes = 0;  // the sender's offset from UTC
};
// RFC 5322 section 3.3 and the obsolete forms of 4.3; nullopt when it is not a date.
std::optional<HeaderDate> parse_header_date(std::string_view raw);

}  // namespace tributary::email
