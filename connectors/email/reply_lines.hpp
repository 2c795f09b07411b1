// Small looks at single lines, for those who search a text for marks. Pure.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "base/text.hpp"

namespace tributary::email {

using Words = std::span<const std::string_view>;

// Trimmed, with blanks for the no-break spaces of French colons and American times.
inline std::string plain_line(std::string_view line) {
    line = trim(line);
    std::string plain;
    plain.reserve(line.size());
    for (std::size_t i = 0; i < line.size(); ++i) {
        const auto rest = line.substr(i);
        if (rest.starts_with("\u00A0")) {
            plain += ' ';
            i += 1;
        } else if (rest.starts_with("\u202F") || rest.starts_with("\u2009")) {
            plain += ' ';
            i += 2;
        } else {
            plain += line[i];
        }
    }
    return std::string(trim(plain));
}

inline bool begins_with_one_of(std::string_view text, Words words) {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return text.starts_with(word); });
}

inline bool has_one_of(std::string_view text, Words words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
        return text.find(word) != std::string_view::npos;
    });
}

}  // namespace tributary::email
