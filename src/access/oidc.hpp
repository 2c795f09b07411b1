// Signing in by an identity provider (OpenID Connect Core 1.0), the part without I/O: what is asked
// and what the answers mean. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "base/error.hpp"
#include "base/time.hpp"

namespace tributary::oidc {

struct Options {
    Options() = default;
    std::string issuer;  // "": none
    std::string client_id;
    Secret client_secret;
    std::string title;  // what the button says
};

// What the provider says of itself (OpenID Connect Discovery 1.0, section 3).
struct Metadata {
    Metadata() = default;
    std::string authorization_endpoint;
    std::string token_endpoint;
    std::string jwks_uri;
    bool names_issuer = false;  // in its answers (RFC 9207)
    bool wants_secret_in_form = false;
};
std::string discovery_address(std::string_view issuer);
// Rejected unless it is this issuer's, letter by letter, and every address is https (plain http
// only where the issuer itself is on this machine).
Result<Metadata> read_metadata(std::string_view document, std::string_view issuer);

// One browser on its way to the provider and back. Its secrets are used once.
struct Journey {
    Journey() = default;
    std::string state;
    std::string nonce;
    std::string verifier;  // PKCE (RFC 7636)
    std::string browser;   // in a cookie: who comes back is who left
};
Journey begin_journey();
std::string journey_address(const Options& options, const Metadata& metadata,
                            const Journey& journey, std::string_view redirect_uri);

std::string code_form(const Options& options, const Metadata& metadata, std::string_view code,
                      std::string_view verifier, std::string_view redirect_uri);
// "Basic …" (RFC 6749, section 2.3.1); "" where the secret stands in the form.
std::string client_authorization(const Options& options, const Metadata& metadata);
Result<std::string> read_id_token(int status, std::string_view body);

// The subject of verified claims, when they are meant for us, now, and this journey (section
// 3.1.3.7). The e-mail address in them is never looked at.
Result<std::string> judge_claims(const boost::json::object& claims, const Options& options,
                                 std::string_view nonce, Timestamp now);

}  // namespace tributary::oidc
