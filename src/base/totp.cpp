#include "base/totp.hpp"

#include <liboath/oath.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <stdexcept>

#include "base/text.hpp"

namespace tributary {
namespace {

constexpr unsigned kDigits = 6;
constexpr std::int64_t kStepMs = 30'000;
constexpr std::size_t kSecretBytes = 20;

void ensure_oath() {
    static const int ready = oath_init();
    if (ready != OATH_OK) throw std::runtime_error("liboath cannot start");
}

std::string code_of(const Secret& secret, std::int64_t step) {
    std::array<char, kDigits + 1> code{};
    const std::string& key = secret.reveal();  // the HMAC's key
    if (oath_hotp_generate(key.data(), key.size(), static_cast<std::uint64_t>(step), kDigits, false,
                           OATH_HOTP_DYNAMIC_TRUNCATION, code.data()) != OATH_OK)
        throw std::runtime_error("liboath makes no code");
    return code.data();
}

}  // namespace

Secret make_totp_secret() {
    return Secret(random_bytes(kSecretBytes));
}

std::string totp_base32(const Secret& secret) {
    ensure_oath();
    char* text = nullptr;
    std::size_t size = 0;
    const std::string& key = secret.reveal();  // shown to its owner, once
    if (oath_base32_encode(key.data(), key.size(), &text, &size) != OATH_OK)
        throw std::runtime_error("liboath encodes nothing");
    const std::unique_ptr<char, void (*)(void*)> owner(text, std::free);
    return std::string(text, size);
}

std::string totp_address(const Secret& secret, std::string_view issuer, std::string_view account) {
    const std::string who = percent_encode(issuer);
    return "otpauth://totp/" + who + ":" + percent_encode(account) +
           "?secret=" + totp_base32(secret) + "&issuer=" + who;
}

std::optional<std::int64_t> match_totp(const Secret& secret, std::string_view code, Timestamp now,
                                       std::int64_t last_step) {
    ensure_oath();
    const std::int64_t current = unix_ms(now) / kStepMs;
    std::optional<std::int64_t> matched;
    for (const std::int64_t step : {current - 1, current, current + 1})
        if (equal_in_constant_time(code_of(secret, step), code) && step > last_step && !matched)
            matched = step;
    return matched;
}

}  // namespace tributary
