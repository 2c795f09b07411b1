#include "connectors/email/tnef_properties.hpp"

#include <algorithm>
#include <chrono>

#include "base/text.hpp"
#include "connectors/email/charset.hpp"

namespace tributary::email {
namespace {

constexpr std::uint16_t type_unicode = 0x001F;
constexpr std::uint16_t many_values = 0x1000;
constexpr std::uint16_t first_named = 0x8000;

// The bytes one value of a fixed-length type takes; 0 when the length is written in front.
std::optional<std::size_t> fixed_width(std::uint16_t type) {
    switch (type) {
        case 0x0001: return 4;   // null
        case 0x0002:             // short
        case 0x0003:             // long
        case 0x0004:             // float
        case 0x000A:             // error
        case 0x000B: return 4;   // boolean
        case 0x0005:             // double
        case 0x0006:             // currency
        case 0x0007:             // application time
        case 0x0014:             // 64 bits
        case 0x0040: return 8;   // file time
        case 0x0048: return 16;  // class id
        case 0x000D:             // object
        case 0x001E:             // text
        case type_unicode:
        case 0x0102: return 0;  // binary
        default: return std::nullopt;
    }
}

bool skip_name(TnefBytes& bytes) {
    const auto guid = bytes.take(16);
    const auto kind = bytes.number(4);
    if (!guid || !kind) return false;
    const auto value = bytes.number(4);  // a number, or the length of a name
    if (!value) return false;
    return *kind == 0 || bytes.take_padded(*value).has_value();
}

}  // namespace

std::optional<std::uint32_t> TnefBytes::number(std::size_t width) {
    if (rest_.size() < width) return std::nullopt;
    std::uint32_t value = 0;
    for (std::size_t i = width; i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(rest_[i]);
    rest_.remove_prefix(width);
    return value;
}

std::optional<std::string_view> TnefBytes::take(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    const auto taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
}

std::optional<std::string_view> TnefBytes::take_padded(std::size_t count) {
    auto taken = take(count);
    if (taken) rest_.remove_prefix(std::min((4 - count % 4) % 4, rest_.size()));
    return taken;
}

std::string TnefProperty::lines(std::string_view charset) const {
    return normalize_line_ends(decode_charset(value, type == type_unicode ? "utf-16le" : charset));
}

std::string TnefProperty::text(std::string_view charset) const {
    return std::string(trim(strip_controls(lines(charset), Lines::join)));
}

int TnefProperty::number() const {
    return static_cast<int>(TnefBytes(value).number(4).value_or(0));
}

std::optional<Timestamp> TnefProperty::time() const {
    TnefBytes bytes(value);
    const auto low = bytes.number(4), high = bytes.number(4);
    if (!low || !high) return std::nullopt;
    // Units of 100 ns since 1601.
    constexpr std::int64_t unix_epoch_ms = 11'644'473'600'000;
    const auto ms = static_cast<std::int64_t>((std::uint64_t{*high} << 32 | *low) / 10'000);
    constexpr std::int64_t year_9999_ms = 253'402'300'799'000;
    if (ms < unix_epoch_ms || ms - unix_epoch_ms > year_9999_ms) return std::nullopt;
    return Timestamp(std::chrono::milliseconds(ms - unix_epoch_ms));
}

std::optional<TnefProperty> next_tnef_property(TnefBytes& bytes) {
    const auto type = bytes.number(2), id = bytes.number(2);
    if (!type || !id) return std::nullopt;
    if (*id >= first_named && !skip_name(bytes)) return std::nullopt;
    TnefProperty property;
    property.id = static_cast<std::uint16_t>(*id);
    property.type = static_cast<std::uint16_t>(*type & ~many_values);
    const auto width = fixed_width(property.type);
    if (!width) return std::nullopt;
    std::uint32_t count = 1;
    if (*width == 0 || (*type & many_values) != 0) {
        const auto written = bytes.number(4);
        if (!written) return std::nullopt;
        count = *written;
    }
    for (std::uint32_t i = 0; i < count; ++i) {
        auto length = *width;
        if (length == 0) {
            const auto written = bytes.number(4);
            if (!written) return std::nullopt;
            length = *written;
        }
        const auto value = bytes.take_padded(length);
        if (!value) return std::nullopt;
        if (i == 0) property.value = *value;
    }
    return property;
}

}  // namespace tributary::email
