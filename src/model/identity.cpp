#include "model/identity.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "model/enum_names.hpp"

namespace tributary {
namespace {

constexpr EnumNames<Proof, 4> kProofs = {{
    {Proof::none, "none"},
    {Proof::claimed, "claimed"},
    {Proof::channel, "channel"},
    {Proof::signed_by_host, "signed"},
}};

// Local parts of mailboxes nobody reads or nobody in particular has, without separators.
constexpr std::array<std::string_view, 16> kJunkLocalParts = {
    "noreply", "donotreply", "dontreply", "mailerdaemon", "postmaster", "nobody",
    "null",    "none",       "undefined", "unknown",      "anonymous",  "test",
    "testing", "noemail",    "na",        "bounce"};

// What forms and programs put where they know nothing.
constexpr std::array<std::string_view, 13> kJunkValues = {
    "",          "null",  "none", "nil",     "nan", "undefined",   "unknown",
    "anonymous", "guest", "test", "deleted", "na",  "objectobject"};

// Letters and digits only (and whatever is not ASCII): "No-Reply" and "no_reply" are one.
std::string without_separators(std::string_view text) {
    std::string out;
    for (const char c : ascii_lower(text)) {
        const bool is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                             static_cast<unsigned char>(c) >= 0x80;
        if (is_word) out += c;
    }
    return out;
}

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_junk_email(std::string_view address) {
    const std::string_view local = address.substr(0, address.rfind('@'));
    const std::string word = without_separators(local.substr(0, local.find('+')));
    return is_one_of(kJunkLocalParts, word) || word.starts_with("noreply") ||
           word.starts_with("donotreply");
}

// Numbers made up to get past a form end in one digit again and again.
bool is_junk_phone(std::string_view number) {
    constexpr std::size_t kTail = 7;
    if (number.size() < kTail) return true;
    const std::string_view tail = number.substr(number.size() - kTail);
    return tail.find_first_not_of(tail.front()) == std::string_view::npos;
}

bool is_junk_value(std::string_view value) {
    const std::string word = without_separators(value);
    return value == "-1" || is_one_of(kJunkValues, word) ||
           word.find_first_not_of('0') == std::string::npos;
}

}  // namespace

std::string_view to_string(Proof proof) {
    return name_of(kProofs, proof);
}
std::optional<Proof> parse_proof(std::string_view name) {
    return value_of(kProofs, name);
}

bool is_junk_handle(const Handle& handle) {
    if (handle.kind == "email") return is_junk_email(handle.value);
    if (handle.kind == "phone") return is_junk_phone(handle.value);
    return is_junk_value(handle.value);
}

}  // namespace tributary
