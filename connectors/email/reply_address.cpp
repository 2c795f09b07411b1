#include "connectors/email/reply_address.hpp"

#include <algorithm>
#include <optional>

#include "base/crypto.hpp"
#include "base/id.hpp"
#include "base/text.hpp"
#include "connectors/email/addresses.hpp"

namespace tributary::email {
namespace {

constexpr std::size_t mac_bytes = 10;        // 80 bits beside the 74 random ones of the id
constexpr std::size_t max_local_bytes = 64;  // RFC 5321, section 4.5.3.1.1
constexpr std::size_t max_recipients = 500;
constexpr std::string_view alphabet = "abcdefghijklmnopqrstuvwxyz234567";  // RFC 4648, lower case

std::string to_base32(std::string_view bytes) {
    std::string text;
    unsigned window = 0;
    int bits = 0;
    for (const char c : bytes) {
        window = window << 8 | static_cast<unsigned char>(c);
        for (bits += 8; bits >= 5; bits -= 5)
            text += alphabet[window >> (bits - 5) & 31];
        window &= 0xFF;
    }
    if (bits > 0) text += alphabet[window << (5 - bits) & 31];
    return text;
}

std::optional<std::string> from_base32(std::string_view text) {
    std::string bytes;
    unsigned window = 0;
    int bits = 0;
    for (const char c : text) {
        const auto value = alphabet.find(c);
        if (value == std::string_view::npos) return std::nullopt;
        window = (window << 5 | static_cast<unsigned>(value)) & 0xFFF;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>(window >> bits & 0xFF);
        }
    }
    return bytes;
}

std::string mac_of(const MailSettings& settings, std::string_view id) {
    return hmac(HashAlgorithm::sha256, settings.reply_key, "reply-address:" + std::string(id))
        .substr(0, mac_bytes);
}

// The token inside one address, if it is one of ours and genuine.
std::string open_address(const MailSettings& settings, std::string_view address) {
    const auto own_at = settings.address.rfind('@');
    const auto prefix = settings.address.substr(0, own_at) + settings.reply_delimiter;
    const auto at = address.rfind('@');
    if (at == std::string_view::npos || !starts_with_ignoring_case(address, prefix)) return {};
    if (!equals_ignoring_case(address.substr(at + 1), domain_of(settings.address))) return {};
    const auto text = ascii_lower(address.substr(prefix.size(), at - prefix.size()));
    const auto bytes = from_base32(text);
    IdBytes id;
    if (!bytes || bytes->size() != id.size() + mac_bytes) return {};
    const auto id_bytes = std::string_view(*bytes).substr(0, id.size());
    const auto mac = std::string_view(*bytes).substr(id.size());
    if (!equal_in_constant_time(mac, mac_of(settings, id_bytes))) return {};
    std::copy(id_bytes.begin(), id_bytes.end(), id.begin());
    return id_text(id);
}

bool is_signing(const MailSettings& settings) {
    return !settings.reply_delimiter.empty() && !settings.reply_key.empty() &&
           settings.address.rfind('@') != std::string::npos;
}

}  // namespace

std::string make_reply_address(const MailSettings& settings, std::string_view reply_token) {
    const auto id = parse_id_bytes(reply_token);
    if (!id || !is_signing(settings)) return settings.address;
    std::string bytes(id->begin(), id->end());
    bytes += mac_of(settings, std::string(bytes));
    const auto at = settings.address.rfind('@');
    const auto local = settings.address.substr(0, at) + settings.reply_delimiter + to_base32(bytes);
    return local.size() > max_local_bytes ? settings.address : local + settings.address.substr(at);
}

std::string find_reply_token(const MailSettings& settings, const Headers& headers) {
    if (!is_signing(settings)) return {};
    for (const auto* name : {"Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"}) {
        for (const auto field : headers.find_all(name)) {
            for (const auto& party : parse_addresses(field, max_recipients)) {
                auto token = open_address(settings, party.address);
                if (!token.empty()) return token;
            }
        }
    }
    return {};
}

std::string find_token_in_text(const MailSettings& settings, std::string_view text) {
    if (!is_signing(settings)) return {};
    const auto own_at = settings.address.rfind('@');
    const auto prefix = ascii_lower(settings.address.substr(0, own_at)) + settings.reply_delimiter;
    const auto folded = ascii_lower(text);
    for (auto at = folded.find(prefix); at != std::string::npos; at = folded.find(prefix, at + 1)) {
        // A token fits into a local part, and what follows it is our own domain.
        const auto sign = folded.find('@', at);
        if (sign == std::string::npos || sign - at > max_local_bytes) continue;
        const auto length = sign - at + settings.address.size() - own_at;
        auto token = open_address(settings, std::string_view(folded).substr(at, length));
        if (!token.empty()) return token;
    }
    return {};
}

}  // namespace tributary::email
