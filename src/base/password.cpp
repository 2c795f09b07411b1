#include "base/password.hpp"

#include <sodium.h>
#include <zxcvbn.h>

#include <algorithm>
#include <array>
#include <new>

#include "base/crypto.hpp"
#include "base/text.hpp"

namespace tributary {
namespace {

// RFC 9106's second choice has 64 MiB as well; OWASP's least is 19 MiB with two passes.
constexpr unsigned long long kPasses = 2;
constexpr std::size_t kMemory = 64 * 1024 * 1024;
// About 10⁸ guesses by one who knows lists, keyboards and dates.
constexpr double kLeastBits = 26.5;
// The estimate takes quadratic time, and what comes after only adds to it.
constexpr std::size_t kEstimatedBytes = 72;

Error unfit(const char* what) {
    return Error(Outcome::invalid, "This password cannot be used.").with_field("/password", what);
}

double guessing_bits(std::string_view password, const std::vector<std::string>& own_words) {
    std::string text(truncate_utf8(password, kEstimatedBytes));
    std::replace(text.begin(), text.end(), '\0', ' ');
    std::vector<std::string> words;
    for (const std::string& word : own_words)
        for (const std::string_view part : split(word, ' '))
            if (part.size() > 2) words.push_back(ascii_lower(part));
    std::vector<const char*> dictionary;
    for (const std::string& word : words)
        dictionary.push_back(word.c_str());
    dictionary.push_back(nullptr);
    return ZxcvbnMatch(text.c_str(), dictionary.data(), nullptr);
}

}  // namespace

std::string normal_password(std::string_view typed) {
    return to_nfc(typed);
}

Result<> judge_password(std::string_view password, const std::vector<std::string>& own_words) {
    if (password.size() > kMostPasswordBytes) return unfit("must not exceed 1024 bytes");
    if (count_code_points(password) < kLeastPasswordLength)
        return unfit("must have 8 characters at least; 15 or more are better");
    if (guessing_bits(password, own_words) < kLeastBits)
        return unfit(
            "is among those that are guessed first; take several words that do not belong "
            "together");
    return {};
}

std::string hash_password(std::string_view password) {
    random_bytes(1);  // libsodium is ready from then on
    std::array<char, crypto_pwhash_STRBYTES> hash{};
    if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), kPasses, kMemory,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        throw std::bad_alloc();
    return hash.data();
}

bool verify_password(std::string_view password, const std::string& hash) {
    random_bytes(1);
    return crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

bool needs_rehash(const std::string& hash) {
    return crypto_pwhash_str_needs_rehash(hash.c_str(), kPasses, kMemory) != 0;
}

std::string unmatchable_password_hash() {
    const auto base64 = [](std::size_t bytes) {
        std::string text = to_base64(random_bytes(bytes));
        text.erase(text.find_last_not_of('=') + 1);
        return text;
    };
    return "$argon2id$v=19$m=" + std::to_string(kMemory / 1024) + ",t=" + std::to_string(kPasses) +
           ",p=1$" + base64(16) + "$" + base64(32);
}

}  // namespace tributary
