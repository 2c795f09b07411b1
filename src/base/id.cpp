#include "base/id.hpp"

#include <algorithm>
#include <mutex>

#include "base/crypto.hpp"

namespace tributary {

IdBytes make_id_bytes(std::int64_t unix_ms) {
    // Method 1 of RFC 9562 section 6.2: twelve bits of counter follow the millisecond, so ids made
    // in a burst keep their order; a full counter borrows from the next millisecond.
    static std::mutex guard;
    static std::int64_t last_ms = 0;
    static std::uint32_t counter = 0;

    IdBytes bytes{};
    fill_random(bytes.data() + 8, 8);
    std::int64_t ms = 0;
    std::uint32_t count = 0;
    {
        std::lock_guard lock(guard);
        if (unix_ms > last_ms || unix_ms < last_ms - 1000) {
            last_ms = unix_ms;
            counter = 0;
        } else if (++counter > 0xfff) {
            ++last_ms;
            counter = 0;
        }
        ms = last_ms;
        count = counter;
    }
    for (int i = 0; i < 6; ++i)
        bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
    bytes[6] = static_cast<std::uint8_t>(0x70 | (count >> 8));
    bytes[7] = static_cast<std::uint8_t>(count);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);
    return bytes;
}

std::int64_t id_milliseconds(const IdBytes& bytes) {
    std::int64_t ms = 0;
    for (int i = 0; i < 6; ++i)
        ms = (ms << 8) | bytes[i];
    return ms;
}

std::string id_text(const IdBytes& bytes) {
    std::string digits = to_hex(std::string_view(reinterpret_cast<const char*>(bytes.data()), 16));
    for (std::size_t dash : {20, 16, 12, 8})
        digits.insert(dash, 1, '-');
    return digits;
}

std::optional<IdBytes> parse_id_bytes(std::string_view text) {
    if (text.size() != 36) return std::nullopt;
    std::string digits;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash_here = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash_here != (text[i] == '-')) return std::nullopt;
        if (!dash_here) digits += text[i];
    }
    auto raw = from_hex(digits);
    if (!raw) return std::nullopt;
    IdBytes bytes{};
    std::copy_n(raw->begin(), 16, reinterpret_cast<char*>(bytes.data()));
    return bytes;
}

}  // namespace tributary
