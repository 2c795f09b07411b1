#include <algorithm>
#include <array>
#include <cstdint>

#include "connectors/email/rtf.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t header_bytes = 16;
constexpr std::size_t window_bytes = 4096;
constexpr std::string_view compressed_mark = "LZFu";
constexpr std::string_view plain_mark = "MELA";

// What the window holds before the first byte ([MS-OXRTFCP] section 2.1.2.1).
constexpr std::string_view first_window =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
    "\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0"
    "\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";

std::uint32_t little_endian(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

// Runs of eight tokens behind a control byte: a bit each for literal (0) or reference (1). A
// reference is twelve bits of place in the window and four of length less two; one that points to
// where the next byte will be written ends the text.
std::string inflate(std::string_view packed, std::size_t limit) {
    std::array<char, window_bytes> window{};
    std::copy(first_window.begin(), first_window.end(), window.begin());
    std::size_t next = first_window.size();
    std::string out;
    const auto put = [&](char c) {
        out += c;
        window[next] = c;
        next = (next + 1) % window_bytes;
    };
    for (std::size_t at = 0; at < packed.size();) {
        const auto control = static_cast<unsigned char>(packed[at++]);
        for (int bit = 0; bit < 8 && at < packed.size(); ++bit) {
            if ((control >> bit & 1) == 0) {
                put(packed[at++]);
            } else {
                if (at + 2 > packed.size()) return out;
                const unsigned token = static_cast<unsigned char>(packed[at]) << 8 |
                                       static_cast<unsigned char>(packed[at + 1]);
                at += 2;
                std::size_t from = token >> 4;
                if (from == next) return out;
                for (auto count = (token & 0xF) + 2; count > 0; --count) {
                    put(window[from]);
                    from = (from + 1) % window_bytes;
                }
            }
            if (out.size() >= limit) return out;
        }
    }
    return out;
}

}  // namespace

std::optional<std::string> decompress_rtf(std::string_view packed) {
    if (packed.size() < header_bytes) return std::nullopt;
    const auto mark = packed.substr(8, 4);
    const auto limit = std::min<std::size_t>(little_endian(packed, 4), max_rtf_bytes);
    packed.remove_prefix(header_bytes);
    if (mark == plain_mark) return std::string(packed.substr(0, limit));
    if (mark != compressed_mark) return std::nullopt;
    auto rtf = inflate(packed, limit);
    if (rtf.size() > limit) rtf.resize(limit);
    return rtf;
}

}  // namespace tributary::email
