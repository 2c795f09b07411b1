// Telephone numbers as people write them, to E.164. The plans of all countries are data made by
// tools/phone, which also judges this file against libphonenumber-js.
#include "base/text.hpp"
#include "model/identity.hpp"
#include "model/phone_pattern.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>

namespace tributary {
namespace {

constexpr std::size_t kMaxTextBytes = 250;
constexpr std::size_t kMinNationalDigits = 2;
constexpr std::size_t kMaxNationalDigits = 17;  // Germany has longer ones than E.164's fifteen
constexpr std::size_t kMaxDigits = kMaxNationalDigits + 8;  // with exit prefix and calling code

// How one region numbers its telephones.
struct NumberingPlan {
    std::string_view region;  // ISO 3166-1 alpha-2, or "001" for none
    int calling_code;
    std::uint32_t lengths;  // bit n: a national number may have n digits
    std::string_view exit_prefix;
    std::string_view national_number;
    std::string_view national_prefix;
    std::string_view replacement;  // of the national prefix; "$1" and "$2" are its groups
};

constexpr NumberingPlan kPlans[] = {
#include "model/phone_metadata.inc"
};

const NumberingPlan* plan_of_region(std::string_view region) {
    const auto* at = std::find_if(
        std::begin(kPlans), std::end(kPlans),
        [&](const NumberingPlan& plan) { return equals_ignoring_case(plan.region, region); });
    return at == std::end(kPlans) || at->region == "001" ? nullptr : at;
}

// The main region of a calling code comes first in the table.
const NumberingPlan* plan_of_calling_code(int code) {
    const auto* at =
        std::find_if(std::begin(kPlans), std::end(kPlans),
                     [&](const NumberingPlan& plan) { return plan.calling_code == code; });
    return at == std::end(kPlans) ? nullptr : at;
}

// What was written, reduced to digits.
struct Dialled {
    Dialled() = default;
    std::string digits;
    bool has_plus = false;
};

bool is_plus(UChar32 c) {
    return c == '+' || c == 0xff0b;
}

// The signs people put between digits: dashes, dots, slashes, brackets, tildes and spaces.
bool is_separator(UChar32 c) {
    static constexpr std::u32string_view kSigns =
        U"-./"
        U"()[]~"
        U"\u2212\u30fc\uff0d\uff0e\uff0f\uff08\uff09\uff3b\uff3d\uff5e\u2053\u223c\u00ad\u200b"
        U"\u2060";
    return u_isUWhiteSpace(c) || (c >= 0x2010 && c <= 0x2015) ||
           kSigns.find(static_cast<char32_t>(c)) != std::u32string_view::npos;
}

// "Tel.:", "mobile " and the like in front of a number, which must be set off from it.
std::string_view without_label(std::string_view text) {
    const std::size_t start = text.find_first_of("+0123456789(");
    if (start == std::string_view::npos || start == 0) return text;
    const char last = text[start - 1];
    const bool is_label = last == ' ' || last == ':' || last == '.';
    // Digits of other scripts are no label.
    const bool is_ascii =
        std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(start),
                    [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    return is_label && is_ascii ? text.substr(start) : text;
}

// Whether `rest`, which follows a number, is an extension: "ext. 12", "x12", "#12", ",,12".
bool is_extension(std::string_view rest) {
    static constexpr std::string_view kLabels[] = {
        "extension", "extn", "ext", "anexo", "доб", "int", "x", "#", ",,", ",", ";"};
    constexpr std::size_t kMaxExtension = 20;
    rest = trim(rest);
    const auto* label = std::find_if(
        std::begin(kLabels), std::end(kLabels),
        [&](std::string_view known) { return starts_with_ignoring_case(rest, known); });
    if (label == std::end(kLabels)) return false;
    rest.remove_prefix(label->size());
    rest.remove_prefix(std::min(rest.find_first_not_of(" .:,-"), rest.size()));
    if (rest.ends_with('#')) rest.remove_suffix(1);
    return !rest.empty() && rest.size() <= kMaxExtension &&
           rest.find_first_not_of("0123456789") == std::string_view::npos;
}

// nullopt when the text is not one telephone number, whatever its country.
std::optional<Dialled> read_digits(std::string_view text) {
    Dialled dialled;
    const auto length = static_cast<std::int32_t>(text.size());
    for (std::int32_t at = 0; at < length;) {
        const std::int32_t start = at;
        UChar32 c = 0;
        U8_NEXT(text.data(), at, length, c);
        const std::int32_t digit = c < 0 ? -1 : u_charDigitValue(c);
        if (digit >= 0 && digit <= 9) {
            dialled.digits += static_cast<char>('0' + digit);
        } else if (c >= 0 && is_plus(c) && dialled.digits.empty()) {
            dialled.has_plus = true;
        } else if (c < 0 || !is_separator(c)) {
            if (!dialled.digits.empty() &&
                is_extension(text.substr(static_cast<std::size_t>(start))))
                break;
            return std::nullopt;
        }
    }
    if (dialled.digits.empty() || dialled.digits.size() > kMaxDigits) return std::nullopt;
    return dialled;
}

// RFC 3966: "tel:863-1234;phone-context=+1-914-555". A context that is a domain tells nothing.
std::string from_tel_uri(std::string_view uri) {
    const std::size_t end_of_number = std::min(uri.find(';'), uri.size());
    const std::string number(uri.substr(0, end_of_number));
    for (const std::string_view parameter : split(uri.substr(end_of_number), ';')) {
        if (!starts_with_ignoring_case(parameter, "phone-context=+") || number.starts_with('+'))
            continue;
        return std::string(parameter.substr(parameter.find('+'))) + number;
    }
    return number;
}

std::optional<Dialled> read_dialled(std::string_view text) {
    constexpr std::string_view kScheme = "tel:";
    text = trim(text);
    if (text.size() > kMaxTextBytes) return std::nullopt;
    if (starts_with_ignoring_case(text, kScheme) && text.find(' ') == std::string_view::npos)
        return read_digits(from_tel_uri(text.substr(kScheme.size())));
    return read_digits(without_label(text));
}

bool has_possible_length(const NumberingPlan& plan, std::string_view national) {
    return national.size() >= kMinNationalDigits && national.size() <= kMaxNationalDigits &&
           (plan.lengths >> national.size() & 1U) != 0;
}

bool is_too_long(const NumberingPlan& plan, std::string_view national) {
    return national.size() > kMaxNationalDigits || (plan.lengths >> national.size()) == 0;
}

// What stands in a number's place once its national prefix is off.
std::string replace_prefix(const NumberingPlan& plan, const PatternMatch& match,
                           std::string_view number) {
    const std::string_view rest = number.substr(match.length);
    const bool takes_group = plan.replacement.find("$2") != std::string_view::npos
                                 ? !match.groups[2].empty()
                                 : !match.groups[1].empty();
    if (plan.replacement.empty() || !takes_group) return std::string(rest);
    std::string out;
    for (std::size_t i = 0; i < plan.replacement.size(); ++i) {
        if (plan.replacement[i] == '$') {
            out += match.groups.at(static_cast<std::size_t>(plan.replacement[++i] - '0'));
        } else {
            out += plan.replacement[i];
        }
    }
    return out + std::string(rest);
}

// Takes a trunk prefix off ("0" in most of Europe), unless the number is only sound with it.
std::string without_national_prefix(const NumberingPlan& plan, const std::string& number) {
    if (plan.national_prefix.empty()) return number;
    const auto match = match_start(plan.national_prefix, number);
    if (!match || match->length == 0) return number;
    std::string shorter = replace_prefix(plan, *match, number);
    if (matches_whole(plan.national_number, number) &&
        !matches_whole(plan.national_number, shorter))
        return number;
    const bool is_possible = has_possible_length(plan, shorter) || is_too_long(plan, shorter);
    return is_possible ? shorter : number;
}

std::optional<std::string> e164(const NumberingPlan& plan, const std::string& national) {
    if (!has_possible_length(plan, national)) return std::nullopt;
    return "+" + std::to_string(plan.calling_code) + national;
}

// `digits` begin with a calling code. No calling code is the beginning of another (E.164).
std::optional<std::string> normalize_international(std::string_view digits) {
    if (digits.starts_with('0')) return std::nullopt;
    int code = 0;
    for (std::size_t length = 1; length <= 3 && length <= digits.size(); ++length) {
        code = code * 10 + (digits[length - 1] - '0');
        if (const auto* plan = plan_of_calling_code(code))
            return e164(*plan, without_national_prefix(*plan, std::string(digits.substr(length))));
    }
    return std::nullopt;
}

// People leave the plus out: "49 30 123456" in Germany. Believed only where the number makes no
// sense as a national one and does without the calling code.
bool begins_with_calling_code(const NumberingPlan& plan, const std::string& digits) {
    const std::string code = std::to_string(plan.calling_code);
    if (!digits.starts_with(code)) return false;
    const std::string whole = without_national_prefix(plan, digits);
    const std::string shorter = without_national_prefix(plan, digits.substr(code.size()));
    return is_too_long(plan, whole) || (!matches_whole(plan.national_number, whole) &&
                                        matches_whole(plan.national_number, shorter));
}

}  // namespace

std::optional<std::string> normalize_phone(std::string_view text, std::string_view region) {
    const auto dialled = read_dialled(text);
    if (!dialled) return std::nullopt;
    const std::string& digits = dialled->digits;
    if (dialled->has_plus) return normalize_international(digits);

    const NumberingPlan* plan = plan_of_region(region);
    // "00" is how most of the world dials abroad and begins no number at home.
    const auto exit = match_start(plan ? plan->exit_prefix : "00", digits);
    const bool leaves_country =
        exit && exit->length > 0 && exit->length < digits.size() && digits[exit->length] != '0';
    if (leaves_country)
        return normalize_international(std::string_view(digits).substr(exit->length));
    if (!plan) return std::nullopt;
    if (begins_with_calling_code(*plan, digits)) return normalize_international(digits);
    return e164(*plan, without_national_prefix(*plan, digits));
}

}  // namespace tributary
