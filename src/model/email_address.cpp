// One e-mail address to its normal form. Which characters a local part may hold: RFC 5321,
// section 4.1.2, with the non-ASCII letters of RFC 6531; the domain by IDNA2008 (libidn2).
#include "base/text.hpp"
#include "model/identity.hpp"

#include <arpa/inet.h>
#include <idn2.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <array>
#include <cstdint>
#include <memory>

namespace tributary {
namespace {

constexpr std::size_t kMaxLocalPart = 64;  // RFC 5321, section 4.5.3.1.1
constexpr std::size_t kMaxDomain = 255;    // section 4.5.3.1.2
constexpr std::size_t kMaxAddress =
    254;  // section 4.5.3.1.3: a path of 256 less its angle brackets

bool is_ascii(char c) {
    return static_cast<unsigned char>(c) < 0x80;
}

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_atext(char c) {
    static constexpr std::string_view kSigns = "!#$%&'*+-/=?^_`{|}~";
    return is_letter_or_digit(c) || kSigns.find(c) != std::string_view::npos || !is_ascii(c);
}

// Spaces, controls and invisible marks of other scripts: allowed by the letter of RFC 6531, but
// only ever there to deceive. The joiners are real letters' neighbours in Persian and Indic
// scripts.
bool has_invisible(std::string_view text) {
    const auto length = static_cast<std::int32_t>(text.size());
    for (std::int32_t at = 0; at < length;) {
        UChar32 c = 0;
        U8_NEXT(text.data(), at, length, c);
        if (c < 0x80 || c == 0x200c || c == 0x200d) continue;
        const auto mask = U_GET_GC_MASK(c);
        if ((mask & (U_GC_CC_MASK | U_GC_CF_MASK | U_GC_Z_MASK | U_GC_CN_MASK)) != 0) return true;
    }
    return false;
}

bool is_dot_atom(std::string_view text) {
    for (const std::string_view atom : split(text, '.')) {
        if (atom.empty()) return false;
        for (const char c : atom)
            if (!is_atext(c)) return false;
    }
    return true;
}

// Takes a quoted string apart; nullopt unless it ends exactly where `text` does.
std::optional<std::string> unquote(std::string_view text) {
    std::string out;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') return i + 1 == text.size() ? std::optional(out) : std::nullopt;
        if (text[i] == '\\' && ++i == text.size()) return std::nullopt;
        const bool is_printable = text[i] >= ' ' && text[i] != 0x7f;
        if (!is_printable && is_ascii(text[i])) return std::nullopt;
        out += text[i];
    }
    return std::nullopt;
}

std::string quote(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

// Quotes go where the words do without them and stay, in one spelling, where they do not.
std::optional<std::string> normalize_local_part(std::string_view text) {
    std::string plain(text);
    if (text.starts_with('"')) {
        auto inner = unquote(text);
        if (!inner) return std::nullopt;
        plain = std::move(*inner);
    } else if (!is_dot_atom(text)) {
        return std::nullopt;
    }
    if (text.size() > kMaxLocalPart || has_invisible(plain)) return std::nullopt;
    const std::string folded = fold_case(plain);
    std::string normal = is_dot_atom(folded) ? folded : quote(folded);
    if (normal.size() > kMaxLocalPart) return std::nullopt;
    return normal;
}

// "[192.0.2.1]" and "[IPv6:2001:db8::1]" (RFC 5321, section 4.1.3).
std::optional<std::string> normalize_address_literal(std::string_view text) {
    constexpr std::string_view kIpv6 = "IPv6:";
    if (!text.ends_with(']')) return std::nullopt;
    std::string address(text.substr(1, text.size() - 2));
    const bool is_ipv6 = starts_with_ignoring_case(address, kIpv6);
    if (is_ipv6) address.erase(0, kIpv6.size());
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    if (::inet_pton(is_ipv6 ? AF_INET6 : AF_INET, address.c_str(), bytes.data()) != 1)
        return std::nullopt;
    return (is_ipv6 ? "[ipv6:" : "[") + ascii_lower(address) + "]";
}

// Labels of letters, digits and inner hyphens (RFC 5321's sub-domain).
bool is_host_name(std::string_view text) {
    if (text.size() > kMaxDomain) return false;
    for (const std::string_view label : split(text, '.')) {
        if (label.empty() || label.front() == '-' || label.back() == '-') return false;
        for (const char c : label)
            if (!is_letter_or_digit(c) && c != '-') return false;
    }
    return true;
}

std::optional<std::string> normalize_domain(std::string_view text) {
    if (text.size() > kMaxDomain || text.find('\0') != std::string_view::npos) return std::nullopt;
    if (text.starts_with('[')) return normalize_address_literal(text);
    if (has_invisible(text)) return std::nullopt;

    struct FreeText {
        void operator()(char* bytes) const { idn2_free(bytes); }
    };
    char* made = nullptr;
    // Not IDN2_USE_STD3_ASCII_RULES: it drops what it dislikes ("exa mple" becomes "example") where
    // an address must be refused.
    const int flags = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL;
    const int status = idn2_to_ascii_8z(std::string(text).c_str(), &made, flags);
    const std::unique_ptr<char, FreeText> ascii(made);
    if (status != IDN2_OK || !is_host_name(ascii.get())) return std::nullopt;
    return ascii_lower(ascii.get());
}

// The '@' that parts the two: the last one outside quotes, for a domain holds none.
std::size_t find_at(std::string_view text) {
    const std::size_t at = text.rfind('@');
    return at == 0 || at == std::string_view::npos ? std::string_view::npos : at;
}

}  // namespace

std::optional<std::string> normalize_email(std::string_view text) {
    text = trim(text);
    const std::size_t at = find_at(text);
    if (at == std::string_view::npos || !is_valid_utf8(text)) return std::nullopt;
    const auto local = normalize_local_part(text.substr(0, at));
    const auto domain = normalize_domain(text.substr(at + 1));
    if (!local || !domain || local->size() + 1 + domain->size() > kMaxAddress) return std::nullopt;
    return *local + "@" + *domain;
}

}  // namespace tributary
