#include "store/page_cursor.hpp"

#include <cstring>

#include "base/crypto.hpp"
#include "base/error.hpp"

namespace tributary {
namespace {

// The cursor holds nothing secret and grants nothing; the check finds what was mangled or guessed.
constexpr std::size_t check_bytes = 8;
constexpr std::size_t place_bytes = 16;

std::string check_of(std::string_view list, std::string_view place) {
    std::string text("tributary cursor ");
    text.append(list).append(place);
    return sha256(text).substr(0, check_bytes);
}

}  // namespace

std::string encode_cursor(std::string_view list, const PagePlace& place) {
    std::string bytes(place_bytes, '\0');
    std::memcpy(bytes.data(), &place.key, sizeof place.key);
    std::memcpy(bytes.data() + sizeof place.key, &place.seq, sizeof place.seq);
    return to_base64url(bytes + check_of(list, bytes));
}

PagePlace decode_cursor(std::string_view list, std::string_view text, const PagePlace& first) {
    if (text.empty()) return first;
    const auto bytes = from_base64url(text);
    if (!bytes || bytes->size() != place_bytes + check_bytes ||
        bytes->substr(place_bytes) != check_of(list, bytes->substr(0, place_bytes))) {
        throw Failure(Error(Outcome::invalid, "The cursor is not one of this list.")
                          .with_field("cursor", "take it from `next` of the page before"));
    }
    PagePlace place;
    std::memcpy(&place.key, bytes->data(), sizeof place.key);
    std::memcpy(&place.seq, bytes->data() + sizeof place.key, sizeof place.seq);
    return place;
}

}  // namespace tributary
