#include "connectors/webhook/signature.hpp"

#include <charconv>
#include <cstdlib>

#include "base/text.hpp"

namespace tributary::webhook {
namespace {

constexpr std::size_t kMaxSignatures = 10;
constexpr std::size_t kMaxTimestampDigits = 15;

Error refuse(std::string detail) {
    return Error(Outcome::denied, "The request is not signed as agreed.", std::move(detail))
        .with_reason("unauthenticated");
}

std::optional<std::string> decode(std::string_view text, Encoding encoding) {
    switch (encoding) {
        case Encoding::raw: return std::string(text);
        case Encoding::hex: return from_hex(text);
        case Encoding::base64: return from_base64(text);
    }
    return std::nullopt;
}

std::optional<Secret> signing_key(const SignatureRule& rule, const Secret& secret) {
    std::string_view text = secret.reveal();  // the MAC's key
    if (!rule.strip_from_secret.empty() && text.starts_with(rule.strip_from_secret))
        text.remove_prefix(rule.strip_from_secret.size());
    auto key = decode(text, rule.secret_encoding);
    if (!key || key->empty()) return std::nullopt;
    return Secret(std::move(*key));
}

std::string mac(Algorithm algorithm, std::string_view key, std::string_view content) {
    switch (algorithm) {
        case Algorithm::hmac_sha1: return hmac(HashAlgorithm::sha1, key, content);
        case Algorithm::hmac_sha512: return hmac(HashAlgorithm::sha512, key, content);
        default: return hmac(HashAlgorithm::sha256, key, content);
    }
}

// The values of "k=v" pairs under `key`.
std::vector<std::string_view> csv_values(std::string_view header, std::string_view key) {
    std::vector<std::string_view> values;
    for (std::string_view pair : split(header, ',')) {
        pair = trim(pair);
        const auto equals = pair.find('=');
        if (equals != std::string_view::npos && pair.substr(0, equals) == key)
            values.push_back(pair.substr(equals + 1));
    }
    return values;
}

// The signatures in the header, as written. More than kMaxSignatures are not looked at, whatever
// their version.
std::vector<std::string_view> candidates(const SignatureRule& rule, std::string_view header) {
    std::vector<std::string_view> found;
    switch (rule.form) {
        case SignatureForm::prefix:
            if (header.starts_with(rule.prefix)) found.push_back(header.substr(rule.prefix.size()));
            break;
        case SignatureForm::csv: found = csv_values(header, rule.key); break;
        case SignatureForm::list: {
            std::size_t seen = 0;
            for (const std::string_view entry : split(header, ' ')) {
                if (entry.empty()) continue;
                if (++seen > kMaxSignatures) break;
                if (entry.starts_with(rule.prefix))
                    found.push_back(entry.substr(rule.prefix.size()));
            }
            break;
        }
    }
    if (found.size() > kMaxSignatures) found.resize(kMaxSignatures);
    return found;
}

std::string_view timestamp_text(const SignatureRule& rule, const http::Request& request) {
    if (!rule.timestamp_header.empty()) return request.headers.get(rule.timestamp_header);
    const auto values = csv_values(request.headers.get(rule.header), "t");
    return values.empty() ? std::string_view() : values.front();
}

bool is_fresh(const SignatureRule& rule, std::string_view text, Timestamp now) {
    std::int64_t sent = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), sent);
    if (text.empty() || text.size() > kMaxTimestampDigits || error != std::errc() ||
        end != text.data() + text.size() || sent < 0)
        return false;
    const bool is_seconds = rule.timestamp_unit == TimestampUnit::seconds;
    // Fifteen digits of seconds in milliseconds still fit 64 bits.
    const std::int64_t sent_ms = is_seconds ? sent * 1000 : sent;
    return std::abs(unix_ms(now) - sent_ms) <= Milliseconds(rule.tolerance).count();
}

// What one {placeholder} stands for; nullopt when there is no such placeholder.
std::optional<std::string_view> placeholder(std::string_view name, const SignatureRule& rule,
                                            const http::Request& request) {
    if (name == "raw") return request.body;
    if (name == "ts") return timestamp_text(rule, request);
    if (name == "id") return request.headers.get(rule.id_header);
    if (name == "method") return request.method_name;
    if (name == "target") return request.target;
    if (name.starts_with("header:")) return request.headers.get(name.substr(7));
    return std::nullopt;
}

std::optional<std::string> fill_template(const SignatureRule& rule, const http::Request& request) {
    std::string out;
    std::string_view rest = rule.content;
    while (!rest.empty()) {
        const auto open = rest.find('{');
        out += rest.substr(0, open);
        if (open == std::string_view::npos) break;
        const auto close = rest.find('}', open);
        if (close == std::string_view::npos) return std::nullopt;
        const auto value = placeholder(rest.substr(open + 1, close - open - 1), rule, request);
        if (!value) return std::nullopt;
        out += *value;
        rest.remove_prefix(close + 1);
    }
    return out;
}

bool is_good(const SigningSecret& secret, Timestamp now) {
    return !secret.good_until || now < *secret.good_until;
}

Result<void> verify_token(const SignatureRule& rule, const std::vector<SigningSecret>& secrets,
                          std::string_view header, Timestamp now) {
    if (!header.starts_with(rule.prefix)) return refuse("the token's prefix is missing");
    // Digests of equal length, so that not even the token's length shows.
    const std::string sent = sha256(header.substr(rule.prefix.size()));
    bool matches = false;
    for (const SigningSecret& known : secrets)
        if (is_good(known, now) && equal_in_constant_time(sent, sha256(known.secret.reveal())))
            matches = true;
    if (!matches) return refuse("the token is not ours");
    return {};
}

}  // namespace

Result<void> check_rule(const SignatureRule& rule, const std::vector<SigningSecret>& secrets) {
    if (rule.algorithm == Algorithm::none) return {};
    if (secrets.empty()) return Error(Outcome::invalid, "'secret' is required");
    if (rule.header.empty()) return Error(Outcome::invalid, "'signature.header' is required");
    if (rule.algorithm == Algorithm::token) return {};
    if (rule.form == SignatureForm::csv && rule.key.empty())
        return Error(Outcome::invalid, "'signature.key' is required with the form csv");
    if (rule.encoding == Encoding::raw)
        return Error(Outcome::invalid, "'signature.encoding' must be hex or base64");
    if (!fill_template(rule, http::Request()))
        return Error(Outcome::invalid, "'signature.content' has an unknown {placeholder}");
    for (const SigningSecret& known : secrets)
        if (!signing_key(rule, known.secret))
            return Error(Outcome::invalid, "the secret is not encoded as the preset says");
    return {};
}

Result<void> verify(const SignatureRule& rule, const std::vector<SigningSecret>& secrets,
                    const http::Request& request, Timestamp now) {
    if (rule.algorithm == Algorithm::none) return {};
    if (request.headers.count(rule.header) != 1) return refuse("not exactly one " + rule.header);
    const std::string_view header = request.headers.get(rule.header);
    if (rule.algorithm == Algorithm::token) return verify_token(rule, secrets, header, now);
    if (rule.is_timestamped && !is_fresh(rule, timestamp_text(rule, request), now))
        return refuse("the timestamp is missing, malformed or stale");
    if (!rule.id_header.empty() && request.headers.get(rule.id_header).empty())
        return refuse("there is no " + rule.id_header);
    const auto content = fill_template(rule, request);
    if (!content) return refuse("the content template is wrong");
    const auto signatures = candidates(rule, header);
    bool matches = false;
    for (const SigningSecret& known : secrets) {
        if (!is_good(known, now)) continue;
        const auto key = signing_key(rule, known.secret);
        if (!key) continue;
        const std::string expected =
            mac(rule.algorithm, key->reveal(), *content);  // to compare with
        for (const std::string_view written : signatures) {
            const auto given = decode(written, rule.encoding);
            if (given && equal_in_constant_time(*given, expected)) matches = true;
        }
    }
    if (!matches) return refuse("no signature matches");
    return {};
}

}  // namespace tributary::webhook
