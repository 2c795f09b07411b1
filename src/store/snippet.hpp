// The piece of a text that shows why it was found. Pure.
#pragma once

#include <string>
#include <string_view>

#include "store/words.hpp"

namespace tributary {

// True when `text` has every piece that the index knows only in parts.
bool holds_literals(std::string_view folded, const SearchQuery& query);

// About 160 bytes of `text` around its first match on one line, matches between U+E000 and U+E001.
std::string make_snippet(std::string_view text, const SearchQuery& query);

}  // namespace tributary
