// Text as it comes from outside: UTF-8 made valid, normal forms, small string helpers.
// Pure and thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary {

bool is_valid_utf8(std::string_view text);
// How many leading bytes are well-formed; text.size() when all are.
std::size_t valid_utf8_prefix(std::string_view text);
// Replaces every ill-formed sequence with U+FFFD (Unicode 15, section 3.9, maximal subparts).
std::string to_valid_utf8(std::string_view text);
// At most `max_bytes`, cut between code points.
std::string_view truncate_utf8(std::string_view text, std::size_t max_bytes);
std::size_t count_code_points(std::string_view text);
// Without C0 and C1 controls (line feed and tab stay when `keep_lines`), without bidi overrides.
enum class Lines { keep, join };
std::string strip_controls(std::string_view text, Lines lines);

std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);
std::string ascii_lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);  // ASCII
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
bool contains_ignoring_case(std::string_view text, std::string_view part);
// NFC and full case folding (ICU): equality of names and addresses.
std::string fold_case(std::string_view text);
std::string to_nfc(std::string_view text);
std::string html_escape(std::string_view text);

// application/x-www-form-urlencoded and URL paths (WHATWG URL, section 5; RFC 3986).
std::string percent_encode(std::string_view text);
enum class Plus { is_plus, is_space };
std::optional<std::string> percent_decode(std::string_view text, Plus plus);

// Levenshtein distance, for "did you mean".
std::size_t edit_distance(std::string_view a, std::string_view b);
// The candidate nearest to `word` if it is near enough to be a typo.
std::optional<std::string> nearest(std::string_view word,
                                   const std::vector<std::string>& candidates);

}  // namespace tributary
