#include "base/jwt.hpp"

#include <cjose/cjose.h>

#include <boost/json.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/crypto.hpp"
#include "base/text.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

constexpr std::size_t kLeastRsaBits = 2048;

struct ReleaseKey {
    void operator()(cjose_jwk_t* key) const { cjose_jwk_release(key); }
};
struct ReleaseSignature {
    void operator()(cjose_jws_t* signature) const { cjose_jws_release(signature); }
};
using Key = std::unique_ptr<cjose_jwk_t, ReleaseKey>;
using Signature = std::unique_ptr<cjose_jws_t, ReleaseSignature>;

Error refused(const char* why) {
    return Error(Outcome::rejected, "The provider's token is not valid.", why);
}

std::optional<json::object> parse_object(std::string_view text) {
    boost::system::error_code error;
    json::parse_options limits;
    limits.max_depth = 16;
    json::value value = json::parse(text, error, {}, limits);
    if (error || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

std::string_view text_of(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

// "kty" and the curve that an algorithm needs; empty for those we do not take.
struct KeyKind {
    std::string_view type;
    std::string_view curve;
};
KeyKind kind_for(std::string_view algorithm) {
    if (algorithm == "RS256") return {"RSA", ""};
    if (algorithm == "ES256") return {"EC", "P-256"};
    return {"", ""};
}

bool may_verify(const json::object& key, std::string_view algorithm, std::string_view name) {
    const KeyKind kind = kind_for(algorithm);
    const std::string_view use = text_of(key, "use");
    const std::string_view meant_for = text_of(key, "alg");
    return text_of(key, "kty") == kind.type && text_of(key, "crv") == kind.curve &&
           (use.empty() || use == "sig") && (meant_for.empty() || meant_for == algorithm) &&
           (name.empty() || text_of(key, "kid") == name);
}

// cjose is given the public part only, and nothing it might dereference.
Key import_key(const json::object& key) {
    json::object plain;
    for (const char* part : {"kty", "crv", "n", "e", "x", "y"})
        if (const json::value* value = key.if_contains(part)) plain[part] = *value;
    const std::string text = json::serialize(plain);
    cjose_err error{};
    Key imported(cjose_jwk_import(text.data(), text.size(), &error));
    const bool is_short = imported && text_of(key, "kty") == "RSA" &&
                          cjose_jwk_get_keysize(imported.get(), &error) < kLeastRsaBits;
    return is_short ? Key() : std::move(imported);
}

bool is_signed_by(std::string_view token, const json::object& key) {
    cjose_err error{};
    const Key imported = import_key(key);
    if (!imported) return false;
    const Signature signature(cjose_jws_import(token.data(), token.size(), &error));
    return signature && cjose_jws_verify(signature.get(), imported.get(), &error);
}

}  // namespace

Result<json::object> verify_jwt(std::string_view token, std::string_view key_set) {
    if (token.size() > kMostTokenBytes) return refused("too long");
    const auto parts = split(token, '.');
    if (parts.size() != 3 || parts[2].empty()) return refused("not three parts");
    const auto head_text = from_base64url(parts[0]);
    const auto head = head_text ? parse_object(*head_text) : std::nullopt;
    if (!head || head->contains("crit")) return refused("malformed head");
    const std::string_view algorithm = text_of(*head, "alg");
    if (kind_for(algorithm).type.empty()) return refused("an algorithm we do not take");
    const auto set = parse_object(key_set);
    const json::value* keys = set ? set->if_contains("keys") : nullptr;
    if (!keys || !keys->is_array() || keys->get_array().size() > kMostKeys)
        return refused("malformed key set");
    bool is_known = false;
    for (const json::value& entry : keys->get_array()) {
        const json::object* key = entry.if_object();
        if (!key || !may_verify(*key, algorithm, text_of(*head, "kid"))) continue;
        is_known = true;
        if (!is_signed_by(token, *key)) continue;
        const auto body = from_base64url(parts[1]);
        auto claims = body ? parse_object(*body) : std::nullopt;
        if (!claims) return refused("malformed claims");
        return std::move(*claims);
    }
    if (is_known) return refused("the signature does not fit");
    return Error(Outcome::rejected, "The provider's token is not valid.", "no such key")
        .with_reason("unknown_key");
}

}  // namespace tributary
