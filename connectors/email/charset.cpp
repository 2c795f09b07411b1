#include "connectors/email/charset.hpp"

#include <unicode/ucnv.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>

#include "base/text.hpp"

namespace tributary::email {
namespace {

struct CloseConverter {
    void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

struct Alias {
    std::string_view name;
    std::string_view meant;  // ICU's name; "" means: as if undeclared
};

// Names as the WHATWG Encoding Standard reads them, and a few that only mail programs write.
constexpr std::array aliases = {
    Alias{"us-ascii", ""},
    Alias{"ascii", ""},
    Alias{"ansi_x3.4-1968", ""},
    Alias{"unknown-8bit", ""},
    Alias{"x-unknown", ""},
    Alias{"utf7", "utf-7"},
    Alias{"unicode-1-1-utf-7", "utf-7"},
    Alias{"unicode-2-0-utf-7", "utf-7"},
    Alias{"x-unicode-2-0-utf-7", "utf-7"},
    Alias{"utf-7-imap", ""},
    Alias{"imap-mailbox-name", ""},
    Alias{"utf8", "utf-8"},
    Alias{"unicode-1-1-utf-8", "utf-8"},
    Alias{"iso-8859-1", "windows-1252"},
    Alias{"iso8859-1", "windows-1252"},
    Alias{"iso_8859-1", "windows-1252"},
    Alias{"latin1", "windows-1252"},
    Alias{"latin-1", "windows-1252"},
    Alias{"l1", "windows-1252"},
    Alias{"8859_1", "windows-1252"},
    Alias{"cp1252", "windows-1252"},
    Alias{"x-cp1252", "windows-1252"},
    Alias{"iso-8859-9", "windows-1254"},
    Alias{"latin5", "windows-1254"},
    Alias{"iso-8859-11", "windows-874"},
    Alias{"tis-620", "windows-874"},
    Alias{"iso-8859-8-i", "iso-8859-8"},
    Alias{"iso-8859-8-e", "iso-8859-8"},
    Alias{"iso-8859-6-i", "iso-8859-6"},
    Alias{"iso-8859-6-e", "iso-8859-6"},
    Alias{"gb2312", "gb18030"},
    Alias{"gb_2312-80", "gb18030"},
    Alias{"gbk", "gb18030"},
    Alias{"x-gbk", "gb18030"},
    Alias{"cp936", "gb18030"},
    Alias{"ks_c_5601-1987", "windows-949"},
    Alias{"ks_c_5601", "windows-949"},
    Alias{"euc-kr", "windows-949"},
    Alias{"shift_jis", "windows-31j"},
    Alias{"shift-jis", "windows-31j"},
    Alias{"x-sjis", "windows-31j"},
    Alias{"cp932", "windows-31j"},
    Alias{"iso-2022-jp-2004", "iso-2022-jp"},
    Alias{"cp50220", "iso-2022-jp"},
    Alias{"big5", "big5-hkscs"},
};

// What windows-1252 has at 80..9F; the five holes are the C1 controls themselves.
constexpr std::array<char16_t, 32> windows_1252_upper = {
    0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

void append_two_or_three(std::string& out, char16_t c) {
    if (c < 0x800) {
        out += static_cast<char>(0xC0 | (c >> 6));
    } else {
        out += static_cast<char>(0xE0 | (c >> 12));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    }
    out += static_cast<char>(0x80 | (c & 0x3F));
}

std::string from_windows_1252(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size() + bytes.size() / 8);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            out += c;
        } else if (byte < 0xA0) {
            append_two_or_three(out, windows_1252_upper[byte - 0x80]);
        } else {
            append_two_or_three(out, byte);
        }
    }
    return out;
}

bool is_ascii(std::string_view bytes) {
    return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c >= 0; });
}

// Whether some sequence beyond ASCII is well-formed: then the text is UTF-8 with a few bad bytes.
bool has_utf8_sequence(std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto lead = static_cast<unsigned char>(bytes[i]);
        const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
        if (length != 0 && i + length <= bytes.size() && is_valid_utf8(bytes.substr(i, length))) {
            return true;
        }
    }
    return false;
}

std::string from_utf8(std::string_view bytes) {
    if (is_valid_utf8(bytes)) return std::string(bytes);
    return has_utf8_sequence(bytes) ? to_valid_utf8(bytes) : from_windows_1252(bytes);
}

// RFC 2781 says big-endian without a mark; the zeros of Latin text know better.
std::string utf16_name(std::string_view bytes) {
    if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) return "utf-16";
    std::array<std::size_t, 2> zeros{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        zeros[i % 2] += bytes[i] == '\0' ? 1 : 0;
    return zeros[1] > zeros[0] ? "utf-16le" : "utf-16be";
}

std::optional<std::string> from_icu(std::string_view bytes, const std::string& name) {
    UErrorCode status = U_ZERO_ERROR;
    const Converter source(ucnv_open(name.c_str(), &status));
    if (U_FAILURE(status)) return std::nullopt;
    const Converter target(ucnv_open("utf-8", &status));
    if (U_FAILURE(status)) return std::nullopt;

    std::string out(bytes.size() * 3 + 16, '\0');  // no charset here grows more than threefold
    const char* from = bytes.data();
    char* to = out.data();
    std::array<UChar, 1024> pivot;
    UChar* pivot_source = pivot.data();
    UChar* pivot_target = pivot.data();
    ucnv_convertEx(target.get(), source.get(), &to, out.data() + out.size(), &from,
                   bytes.data() + bytes.size(), pivot.data(), &pivot_source, &pivot_target,
                   pivot.data() + pivot.size(), true, true, &status);
    if (U_FAILURE(status)) return std::nullopt;
    out.resize(static_cast<std::size_t>(to - out.data()));
    return out;
}

std::string meant_name(std::string_view declared) {
    std::string name = ascii_lower(trim(declared));
    std::erase_if(name, [](char c) { return c == '"' || c == '\''; });
    const auto alias = std::find_if(aliases.begin(), aliases.end(),
                                    [&](const Alias& known) { return known.name == name; });
    return alias == aliases.end() ? name : std::string(alias->meant);
}

// Without switches of the character set that are followed by the next one at once: joined encoded
// words hold them, and ICU takes them for an attack.
std::string without_idle_switches(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        const bool is_switch = bytes[at] == '\x1B' && at + 3 < bytes.size() &&
                               (bytes[at + 1] == '(' || bytes[at + 1] == '$');
        if (is_switch && bytes[at + 3] == '\x1B') {
            at += 2;
        } else {
            out += bytes[at];
        }
    }
    return out;
}

std::string decode_any(std::string_view bytes, std::string_view declared) {
    auto name = meant_name(declared);
    const bool is_wide = name.starts_with("utf-16") || name.starts_with("utf-32") ||
                         name == "ucs-2" || name == "iso-10646-ucs-2" || name == "unicode";
    const bool has_escapes = bytes.find('\x1B') != std::string_view::npos;
    const bool hides_in_ascii =
        name == "hz-gb-2312" || name == "utf-7" || (has_escapes && name.starts_with("iso-2022"));
    if (!is_wide && !hides_in_ascii && is_ascii(bytes)) return std::string(bytes);
    if (name.empty()) return decode_undeclared(bytes);
    if (name == "utf-8") return from_utf8(bytes);
    if (name == "utf-7" && !is_ascii(bytes)) return decode_undeclared(bytes);
    // Latin text that happens to be well-formed UTF-8 does not occur; a sender who lies does.
    if (name == "windows-1252") return decode_undeclared(bytes);
    if (is_wide && !name.starts_with("utf-32") && !name.ends_with("le") && !name.ends_with("be")) {
        name = utf16_name(bytes);
    }
    const auto tidy = name.starts_with("iso-2022") ? without_idle_switches(bytes) : std::string();
    if (auto text = from_icu(tidy.empty() ? bytes : tidy, name)) return to_valid_utf8(*text);
    return decode_undeclared(bytes);
}

}  // namespace

std::string decode_undeclared(std::string_view bytes) {
    return is_valid_utf8(bytes) ? std::string(bytes) : from_windows_1252(bytes);
}

std::string decode_charset(std::string_view bytes, std::string_view declared_name) {
    auto text = decode_any(bytes, declared_name);
    if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
    if (text.find('\0') != std::string::npos) std::erase(text, '\0');
    return text;
}

std::string codepage_charset(int codepage) {
    switch (codepage) {
        case 874: return "windows-874";
        case 932: return "shift_jis";
        case 936: return "gbk";
        case 949: return "euc-kr";
        case 950: return "big5";
        case 1200: return "utf-16le";
        case 1201: return "utf-16be";
        case 10000: return "macintosh";
        case 20127: return "us-ascii";
        case 20866: return "koi8-r";
        case 21866: return "koi8-u";
        case 50220:
        case 50221:
        case 50222: return "iso-2022-jp";
        case 50225: return "iso-2022-kr";
        case 51932: return "euc-jp";
        case 51949: return "euc-kr";
        case 52936: return "hz-gb-2312";
        case 54936: return "gb18030";
        case 65001: return "utf-8";
        default: break;
    }
    if (codepage >= 1250 && codepage <= 1258) return "windows-" + std::to_string(codepage);
    if (codepage >= 28591 && codepage <= 28605) {
        return "iso-8859-" + std::to_string(codepage - 28590);
    }
    return {};
}

std::string normalize_line_ends(std::string text) {
    if (text.find('\r') == std::string::npos) return text;
    std::size_t to = 0;
    for (std::size_t from = 0; from < text.size(); ++from) {
        if (text[from] != '\r') {
            text[to++] = text[from];
        } else if (from + 1 == text.size() || text[from + 1] != '\n') {
            text[to++] = '\n';
        }
    }
    text.resize(to);
    return text;
}

}  // namespace tributary::email
