// OAuth 2 for mailboxes (RFC 6749, PKCE of RFC 7636), the part without I/O: what is asked of a
// provider and what its answers mean. Pure.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/crypto.hpp"
#include "base/error.hpp"
#include "net/http_client.hpp"

namespace tributary::email {

struct OAuthSettings {
    OAuthSettings() = default;
    std::string client_id;
    Secret client_secret;  // "" for public clients
    std::string auth_url;
    std::string token_url;
    std::string scope;
    Secret refresh_token;    // the first one; "" when it comes by consent
    net::Reach reach = net::Reach::public_only;  // where token_url may lead
};

// auth_url, token_url and scope of "google" or "microsoft"; empty for other names.
std::optional<OAuthSettings> find_provider(std::string_view name);

struct TokenReply {
    TokenReply() = default;
    Secret access_token;
    std::chrono::seconds lifetime{3600};
    Secret refresh_token;  // "" when the old one stays in force
    std::optional<std::chrono::seconds> refresh_lifetime;
};
// An Error: denied with reason consent_needed when the refresh token is good no more, denied with
// reason client_refused when the application is, unavailable for everything that may pass.
Result<TokenReply> read_token_reply(int status, std::string_view body);

std::string refresh_form(const OAuthSettings& settings, const Secret& refresh_token);
std::string code_form(const OAuthSettings& settings, const std::string& code,
                      const std::string& verifier, const std::string& redirect_url);

// Where the admin's browser goes. `state` and `verifier` are random and used once.
std::string consent_url(const OAuthSettings& settings, const std::string& state,
                        const std::string& verifier, const std::string& redirect_url,
                        const std::string& account);

// What is kept of a refresh token between runs, as one text.
struct KeptToken {
    KeptToken() = default;
    Secret token;
    std::string origin;                      // digest of the configured token it descends from
    std::optional<std::int64_t> expires_at;  // seconds since 1970
};
Secret to_text(const KeptToken& kept);
std::optional<KeptToken> read_kept_token(const Secret& text);

}  // namespace tributary::email
