#include "connectors/email/transfer.hpp"

#include <array>
#include <cstdint>

#include "base/text.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t max_uuencoded_files = 100;

constexpr std::array<std::int8_t, 256> base64_values = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    }
    return values;
}();

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

// The byte behind the '=' at text[at], or -1.
int hex_pair(std::string_view text, std::size_t at) {
    if (at + 2 >= text.size()) return -1;
    const int high = hex_value(text[at + 1]), low = hex_value(text[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// How many bytes the soft line end behind the '=' takes, or 0. Blanks before it are transport
// padding (RFC 2045, section 6.7, rule 3).
std::size_t soft_line_end(std::string_view text, std::size_t at) {
    auto end = at + 1;
    while (end < text.size() && (text[end] == ' ' || text[end] == '\t'))
        ++end;
    if (end < text.size() && text[end] == '\r') ++end;
    if (end < text.size() && text[end] == '\n') return end + 1 - at;
    return end == text.size() ? end - at : 0;
}

std::string decode_uuencoded_line(std::string_view line) {
    const auto value = [&](std::size_t i) {
        return i < line.size() ? (static_cast<unsigned>(line[i]) - ' ') & 0x3F : 0U;
    };
    const std::size_t count = value(0);
    std::string bytes;
    for (std::size_t i = 1; bytes.size() < count; i += 4) {
        const unsigned group =
            value(i) << 18 | value(i + 1) << 12 | value(i + 2) << 6 | value(i + 3);
        for (int shift = 16; shift >= 0 && bytes.size() < count; shift -= 8) {
            bytes += static_cast<char>(group >> shift & 0xFF);
        }
    }
    return bytes;
}

struct Line {
    std::string_view text;
    std::size_t next;
};

Line line_at(std::string_view text, std::size_t at) {
    const auto end = std::min(text.find('\n', at), text.size());
    auto line = text.substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return {line, std::min(end + 1, text.size())};
}

bool is_begin_line(std::string_view line) {
    if (!line.starts_with("begin ") || line.size() < 11) return false;
    const auto digits = line.substr(6, line.find(' ', 6) - 6);
    return (digits.size() == 3 || digits.size() == 4) &&
           digits.find_first_not_of("01234567") == std::string_view::npos &&
           line.size() > 7 + digits.size();
}

// Whether the line's length is what its first character says, give or take stripped blanks.
bool is_data_line(std::string_view line) {
    if (line.empty() || line[0] < ' ' || line[0] > '`') return false;
    const std::size_t bytes = (static_cast<unsigned>(line[0]) - ' ') & 0x3F;
    return line.size() <= 1 + (bytes + 2) / 3 * 4 + 2;
}

// Reads the block whose begin line is at `at`; `end` receives where the text goes on.
bool read_uuencoded(std::string_view text, std::size_t at, UuencodedFile& file, std::size_t& end) {
    auto [begin, next] = line_at(text, at);
    file.name = begin.substr(begin.find(' ', 6) + 1);
    while (next < text.size()) {
        const auto [line, after] = line_at(text, next);
        if (line == "end") {
            end = after;
            return true;
        }
        if (!line.empty()) {
            if (!is_data_line(line)) return false;
            file.bytes += decode_uuencoded_line(line);
        }
        next = after;
    }
    return false;
}

}  // namespace

std::string decode_base64(std::string_view text) {
    std::string bytes(text.size() / 4 * 3 + 3, '\0');
    auto* out = bytes.data();
    std::uint32_t group = 0;
    int filled = 0;
    for (const char c : text) {
        const int value = base64_values[static_cast<unsigned char>(c)];
        if (value < 0) {
            // Padding ends one run; some senders glue several encoded pieces together.
            if (c == '=' && filled > 1) {
                group <<= 6 * (4 - filled);
                *out++ = static_cast<char>(group >> 16);
                if (filled == 3) *out++ = static_cast<char>(group >> 8);
                filled = 0;
                group = 0;
            }
            continue;
        }
        group = group << 6 | static_cast<std::uint32_t>(value);
        if (++filled == 4) {
            *out++ = static_cast<char>(group >> 16);
            *out++ = static_cast<char>(group >> 8);
            *out++ = static_cast<char>(group);
            filled = 0;
            group = 0;
        }
    }
    if (filled > 1) {
        group <<= 6 * (4 - filled);
        *out++ = static_cast<char>(group >> 16);
        if (filled == 3) *out++ = static_cast<char>(group >> 8);
    }
    bytes.resize(static_cast<std::size_t>(out - bytes.data()));
    return bytes;
}

std::string decode_quoted_printable(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '=') {
            if (const int byte = hex_pair(text, i); byte >= 0) {
                bytes += static_cast<char>(byte);
                i += 2;
                continue;
            }
            if (const auto skipped = soft_line_end(text, i); skipped > 0) {
                i += skipped - 1;
                continue;
            }
        }
        bytes += c;
    }
    return bytes;
}

std::string decode_q(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '=') {
            if (const int byte = hex_pair(text, i); byte >= 0) {
                bytes += static_cast<char>(byte);
                i += 2;
                continue;
            }
        }
        bytes += text[i] == '_' ? ' ' : text[i];
    }
    return bytes;
}

std::string decode_transfer(std::string_view body, std::string_view encoding) {
    if (equals_ignoring_case(encoding, "base64")) return decode_base64(body);
    if (equals_ignoring_case(encoding, "quoted-printable")) return decode_quoted_printable(body);
    if (contains_ignoring_case(encoding, "uue")) {
        std::string text(body);
        auto files = take_uuencoded(text);
        if (!files.empty()) return std::move(files.front().bytes);
    }
    return std::string(body);
}

bool is_damaged_transfer(std::string_view body, std::string_view encoding) {
    if (equals_ignoring_case(encoding, "quoted-printable")) {
        for (auto at = body.find('='); at != std::string_view::npos; at = body.find('=', at + 1)) {
            if (hex_pair(body, at) < 0 && soft_line_end(body, at) == 0) return true;
        }
        return false;
    }
    if (!equals_ignoring_case(encoding, "base64")) return false;
    std::size_t digits = 0;
    bool is_padded = false;
    for (const char c : body) {
        const bool is_digit = base64_values[static_cast<unsigned char>(c)] >= 0;
        if (c == '=') {
            is_padded = true;
        } else if (is_digit && is_padded) {
            return true;
        } else if (is_digit) {
            ++digits;
        } else if (c != '\r' && c != '\n' && c != ' ' && c != '\t') {
            return true;
        }
    }
    return digits % 4 == 1 || (digits % 4 != 0 && !is_padded);
}

std::vector<UuencodedFile> take_uuencoded(std::string& text) {
    std::vector<UuencodedFile> files;
    if (text.find("begin ") == std::string::npos) return files;
    std::string kept;
    for (std::size_t at = 0; at < text.size();) {
        const auto [line, next] = line_at(text, at);
        UuencodedFile file;
        std::size_t end = 0;
        if (is_begin_line(line) && files.size() < max_uuencoded_files &&
            read_uuencoded(text, at, file, end)) {
            files.push_back(std::move(file));
            at = end;
            continue;
        }
        kept.append(text, at, next - at);
        at = next;
    }
    if (!files.empty()) text = std::move(kept);
    return files;
}

}  // namespace tributary::email
