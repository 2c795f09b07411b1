// The opaque text of a keyset cursor: where a list goes on, and which list it was.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/page.hpp"

namespace tributary {

// Beyond every key: the first page of a list that descends.
inline constexpr std::int64_t beyond_all = std::numeric_limits<std::int64_t>::max();

// The last item's sort key and seq. Lists of one key leave `key` alone.
struct PagePlace {
    std::int64_t key = beyond_all;
    std::int64_t seq = beyond_all;
};

// `list` names the list and its order ("tickets.updated"): a cursor of another list is refused.
std::string encode_cursor(std::string_view list, const PagePlace& place);
// Failure(invalid) unless `text` is a cursor of this list; `first` when it is empty.
PagePlace decode_cursor(std::string_view list, std::string_view text, const PagePlace& first = {});

// Of up to limit + 1 places in order: drops the extra one, and names the next page when it was
// there.
template <class Place>
std::optional<std::string> end_page(std::string_view list, std::vector<Place>& places, int limit) {
    if (places.size() <= static_cast<std::size_t>(limit)) return std::nullopt;
    places.resize(static_cast<std::size_t>(limit));
    return encode_cursor(list, places.back());
}

}  // namespace tributary
