// The bytes of TNEF: little-endian numbers and MAPI property lists ([MS-OXTNEF] section 2.1.3.4).
// Views into the stream; pure, thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace tributary::email {

// Reading that goes dry instead of wrong.
class TnefBytes {
 public:
    explicit TnefBytes(std::string_view bytes) : rest_(bytes) {}

    bool empty() const { return rest_.empty(); }
    std::optional<std::uint32_t> number(std::size_t width);  // 1, 2 or 4 bytes
    std::optional<std::string_view> take(std::size_t count);
    // `count` bytes and the padding to a multiple of four behind them.
    std::optional<std::string_view> take_padded(std::size_t count);

 private:
    std::string_view rest_;
};

struct TnefProperty {
    std::uint16_t id = 0;    // 0x8000 and above: named, and meaningless without the name
    std::uint16_t type = 0;  // without the flag for many values
    std::string_view value;  // of many values, the first

    // Text in `charset` unless the type says UTF-16; controls removed, one line.
    std::string text(std::string_view charset) const;
    // Text that may have lines; line feeds.
    std::string lines(std::string_view charset) const;
    int number() const;
    std::optional<Timestamp> time() const;  // a FILETIME
};

// nullopt at the end, and where the list cannot be followed any further.
std::optional<TnefProperty> next_tnef_property(TnefBytes& bytes);

}  // namespace tributary::email
