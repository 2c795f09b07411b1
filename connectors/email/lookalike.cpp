#include "connectors/email/lookalike.hpp"

#include <unicode/idna.h>
#include <unicode/unistr.h>
#include <unicode/uspoof.h>

#include <algorithm>
#include <memory>
#include <string>

#include "base/text.hpp"

namespace tributary::email {
namespace {

struct CloseChecker {
    void operator()(USpoofChecker* checker) const { uspoof_close(checker); }
};
using Checker = std::unique_ptr<USpoofChecker, CloseChecker>;

Checker make_checker() {
    UErrorCode status = U_ZERO_ERROR;
    Checker checker(uspoof_open(&status));
    uspoof_setRestrictionLevel(checker.get(), USPOOF_HIGHLY_RESTRICTIVE);
    uspoof_setChecks(checker.get(), USPOOF_RESTRICTION_LEVEL | USPOOF_INVISIBLE, &status);
    return U_SUCCESS(status) ? std::move(checker) : nullptr;
}

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// "xn--bcher-kva" as "bücher"; empty when it is no valid name.
std::string to_unicode(std::string_view label) {
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<icu::IDNA> idna(icu::IDNA::createUTS46Instance(UIDNA_DEFAULT, status));
    icu::UnicodeString decoded;
    icu::IDNAInfo info;
    if (U_SUCCESS(status))
        idna->labelToUnicode(icu::UnicodeString::fromUTF8(icu::StringPiece(
                                 label.data(), static_cast<std::int32_t>(label.size()))),
                             decoded, info, status);
    std::string text;
    if (U_SUCCESS(status) && !info.hasErrors()) decoded.toUTF8String(text);
    return text;
}

std::string skeleton_of(const USpoofChecker& checker, std::string_view label) {
    constexpr std::size_t longest = 1024;  // a label has 63 bytes, its skeleton hardly more
    std::string skeleton(longest, '\0');
    UErrorCode status = U_ZERO_ERROR;
    const auto size = uspoof_getSkeletonUTF8(
        &checker, 0, label.data(), static_cast<std::int32_t>(label.size()), skeleton.data(),
        static_cast<std::int32_t>(skeleton.size()), &status);
    if (U_FAILURE(status)) return std::string(label);
    skeleton.resize(static_cast<std::size_t>(size));
    return skeleton;
}

bool is_lookalike(const USpoofChecker& checker, std::string_view shown) {
    if (is_ascii(shown)) return false;
    UErrorCode status = U_ZERO_ERROR;
    const auto found = uspoof_checkUTF8(&checker, shown.data(),
                                        static_cast<std::int32_t>(shown.size()), nullptr, &status);
    return U_FAILURE(status) || found != 0 || is_ascii(skeleton_of(checker, shown));
}

bool is_lookalike_label(const USpoofChecker& checker, std::string_view label) {
    if (!label.starts_with("xn--")) return false;
    const std::string shown = to_unicode(label);
    return shown.empty() || is_lookalike(checker, shown);  // what has no letters can only deceive
}

}  // namespace

bool is_lookalike_address(std::string_view address) {
    static const Checker checker = make_checker();
    if (!checker) return false;
    const auto at = address.rfind('@');
    if (at == std::string_view::npos) return false;
    const auto labels = split(address.substr(at + 1), '.');
    return is_lookalike(*checker, address.substr(0, at)) ||
           std::ranges::any_of(
               labels, [](std::string_view label) { return is_lookalike_label(*checker, label); });
}

}  // namespace tributary::email
