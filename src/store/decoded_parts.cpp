// What originals hold in another spelling (traces.hpp). Lenient: whatever may be encoded is
// decoded, and what comes out as rubbish matches nothing.
#include <utility>

#include "base/crypto.hpp"
#include "base/text.hpp"
#include "store/traces.hpp"

namespace tributary {
namespace {

constexpr std::size_t least_base64_line = 16;

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

bool is_base64(std::string_view line) {
    return line.find_first_not_of(
               "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") ==
           std::string_view::npos;
}

std::string decode_quoted_printable(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '=') {
            plain += text[at];
            continue;
        }
        const std::size_t line = text[at + 1 < text.size() ? at + 1 : at] == '\r' ? 2 : 1;
        if (at + line < text.size() && text[at + line] == '\n') {
            at += line;
        } else if (at + 2 < text.size() && hex_digit(text[at + 1]) >= 0 &&
                   hex_digit(text[at + 2]) >= 0) {
            plain += static_cast<char>(hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2]));
            at += 2;
        } else {
            plain += '=';
        }
    }
    return plain;
}

void add_base64(std::string digits, std::vector<std::string>& parts) {
    if (digits.size() < least_base64_line) return;
    digits.resize(digits.size() / 4 * 4);
    if (auto plain = from_base64(digits)) parts.push_back(std::move(*plain));
}

// Runs of lines that are nothing but base64 belong together.
void add_base64_runs(std::string_view bytes, std::vector<std::string>& parts) {
    std::string run;
    for (const std::string_view line : split(bytes, '\n')) {
        const std::string_view digits = trim(line);
        if (!digits.empty() && is_base64(digits)) {
            run += digits;
            if (digits.back() != '=') continue;
        }
        add_base64(std::exchange(run, {}), parts);
    }
    add_base64(std::move(run), parts);
}

// =?charset?B?…?= and =?charset?Q?…?=, neighbours put together.
void add_encoded_words(std::string_view bytes, std::vector<std::string>& parts) {
    std::string joined;
    std::size_t after = 0;
    for (auto at = bytes.find("=?"); at != std::string_view::npos; at = bytes.find("=?", at + 1)) {
        const auto kind = bytes.find('?', at + 2);
        if (kind == std::string_view::npos || kind - at > 60 || kind + 2 >= bytes.size()) continue;
        const auto end = bytes.find("?=", kind + 3);
        if (end == std::string_view::npos || end - kind > 1000 || bytes[kind + 2] != '?') continue;
        if (!trim(bytes.substr(after, at - after)).empty()) joined += '\n';
        std::string coded(bytes.substr(kind + 3, end - kind - 3));
        if (bytes[kind + 1] == 'B' || bytes[kind + 1] == 'b') {
            joined += from_base64(coded).value_or("");
        } else {
            for (char& c : coded)
                if (c == '_') c = ' ';
            joined += decode_quoted_printable(coded);
        }
        after = end + 2;
        at = end;
    }
    if (!joined.empty()) parts.push_back(std::move(joined));
}

}  // namespace

std::vector<std::string> decoded_parts(std::string_view bytes) {
    std::vector<std::string> parts;
    add_base64_runs(bytes, parts);
    add_encoded_words(bytes, parts);
    if (bytes.find('=') != std::string_view::npos) parts.push_back(decode_quoted_printable(bytes));
    return parts;
}

}  // namespace tributary
