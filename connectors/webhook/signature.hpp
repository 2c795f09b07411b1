// One verifier for every sender: what is signed, how, and where the signature stands is data.
// Pure and thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "http/message.hpp"

namespace tributary::webhook {

enum class Algorithm {
    none,   // nothing is verified: anybody may send
    token,  // the header holds the secret itself
    hmac_sha1,
    hmac_sha256,
    hmac_sha512,
};
enum class Encoding { raw, hex, base64 };
enum class SignatureForm {
    prefix,  // "sha256=0a1b…"; the prefix may be empty
    csv,     // "t=1614265330,v1=0a1b…,v0=…": every value under `key`
    list,  // "v1,a0B… v1,c1D… v2,…": every entry that begins with `prefix`, separated by spaces
};
enum class TimestampUnit { seconds, milliseconds };

struct SignatureRule {
    SignatureRule() = default;
    Algorithm algorithm = Algorithm::hmac_sha256;
    std::string header;  // where the signature stands
    SignatureForm form = SignatureForm::prefix;
    std::string prefix;
    std::string key;                    // of csv
    Encoding encoding = Encoding::hex;  // of the signature
    Encoding secret_encoding = Encoding::raw;
    std::string strip_from_secret;  // "whsec_", taken off before decoding when it is there
    // What is signed: {raw} the body, {ts} the timestamp as sent, {id} the delivery id, {method},
    // {target} path and query as sent, {header:Name}.
    std::string content = "{raw}";
    std::string id_header;
    std::string timestamp_header;  // "" and a csv form: the value under "t"
    bool is_timestamped = false;
    TimestampUnit timestamp_unit = TimestampUnit::seconds;
    Seconds tolerance{300};  // either way
};

// A secret and until when it is good; several overlap while a sender changes over.
struct SigningSecret {
    SigningSecret(Secret s, std::optional<Timestamp> end) : secret(std::move(s)), good_until(end) {}
    Secret secret;
    std::optional<Timestamp> good_until;
};

// Whether `rule` and its content template make sense and every secret can be decoded.
Result<void> check_rule(const SignatureRule& rule, const std::vector<SigningSecret>& secrets);

// An Error (denied, reason "unauthenticated") unless one of the first ten signatures matches under
// one of the secrets. Compares in constant time. The Error's message does not say which check
// failed; its detail does.
Result<void> verify(const SignatureRule& rule, const std::vector<SigningSecret>& secrets,
                    const http::Request& request, Timestamp now);

}  // namespace tributary::webhook
