// RTF bodies as Outlook packs them: unpacked ([MS-OXRTFCP]) and turned back into the HTML or the
// text they were made from ([MS-OXRTFEX]); other RTF gives its words. Pure, linear, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tributary::email {

inline constexpr std::size_t max_rtf_bytes = 16'000'000;  // unpacked; the rest is left out

// nullopt when it is not compressed RTF at all; what could be unpacked when it breaks off.
std::optional<std::string> decompress_rtf(std::string_view packed);

struct RtfBody {
    std::optional<std::string> html;  // when the RTF was made from HTML; UTF-8, not sanitised
    std::string text;                 // else its words; UTF-8, line feeds
};
RtfBody read_rtf(std::string_view rtf);

}  // namespace tributary::email
