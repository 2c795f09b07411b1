// Matches the regular expressions of phone_metadata.inc, and no others: digits, \d, [1-35], (…),
// (?:…), |, ?, {n}, {n,m} and $. A number has at most two dozen digits, so plain backtracking does.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace tributary {

struct PatternMatch {
    std::size_t length = 0;
    std::array<std::string_view, 3> groups;  // [1] and [2]; empty when they took no part
};

// The first match of `pattern` that starts where `digits` start, preferring as ECMAScript does.
std::optional<PatternMatch> match_start(std::string_view pattern, std::string_view digits);
bool matches_whole(std::string_view pattern, std::string_view digits);

}  // namespace tributary
