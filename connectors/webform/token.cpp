#include "connectors/webform/token.hpp"

#include <charconv>

#include "base/crypto.hpp"
#include "base/text.hpp"

namespace tributary::webform {
namespace {

constexpr std::string_view kPurpose = "form";
constexpr std::size_t kMaxToken = 300;
constexpr Milliseconds kClockSlack = std::chrono::minutes(1);  // between several nodes

std::string seal(const ConnectorHost& host, std::string_view payload) {
    return to_base64url(host.sign(kPurpose, payload));
}

}  // namespace

// "<ms>.<nonce>.<mac>"
std::string issue_token(const ConnectorHost& host) {
    const std::string payload =
        std::to_string(unix_ms(host.clock().now())) + "." + random_token(12);
    return payload + "." + seal(host, payload);
}

std::optional<FormToken> open_token(const ConnectorHost& host, std::string_view text) {
    if (text.size() > kMaxToken) return std::nullopt;
    const auto end = text.rfind('.');
    const auto dot = text.find('.');
    if (end == std::string_view::npos || dot == end) return std::nullopt;
    const std::string_view payload = text.substr(0, end);
    if (!equal_in_constant_time(text.substr(end + 1), seal(host, payload))) return std::nullopt;
    std::int64_t ms = 0;
    std::from_chars(payload.data(), payload.data() + dot, ms);
    const Milliseconds age = host.clock().now() - from_unix_ms(ms);
    if (age > kTokenLife || age < -kClockSlack) return std::nullopt;
    return FormToken(from_unix_ms(ms), std::string(payload.substr(dot + 1)));
}

std::string nonce_of(std::string_view text) {
    const auto parts = split(text.substr(0, kMaxToken), '.');
    return parts.size() == 3 ? std::string(parts[1]) : std::string();
}

bool SentForms::conflicts(const std::string& key, const std::string& content_hash) const {
    const auto at = hashes_.find(key);
    return at != hashes_.end() && at->second != content_hash;
}

void SentForms::remember(std::string key, std::string content_hash) {
    if (!hashes_.emplace(key, std::move(content_hash)).second) return;
    order_.push_back(std::move(key));
    if (order_.size() <= kCapacity) return;
    hashes_.erase(order_.front());
    order_.pop_front();
}

}  // namespace tributary::webform
