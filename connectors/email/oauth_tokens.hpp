// One mailbox's access by OAuth 2: fetches access tokens when they are needed, keeps what the
// provider rotates, and takes an admin's consent. On the I/O thread; access tokens live in memory.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "connector/connector.hpp"
#include "connectors/email/oauth.hpp"

namespace tributary::email {

class OAuthTokens {
 public:
    OAuthTokens(ConnectorHost& host, OAuthSettings settings, std::string account);

    // Good for at least a minute. Throws Failure: denied with reason consent_needed or
    // client_refused; unavailable when the provider's endpoint or the store is away.
    awaitable<Secret> access_token();
    // The mail server would not have it: the next one is fetched anew.
    void forget_access_token() { access_token_ = Secret(); }
    // Asks for a token now and then, also while none is needed, so that a refresh token that is
    // good no more is noticed, and one that ages with disuse does not. Until cancelled; throws as
    // access_token() does, except for what is unavailable.
    awaitable<void> keep_fresh();

    // A fresh URL for the admin's browser; it can be used for ten minutes, once.
    std::string begin_consent();
    // The browser comes back with what the provider gave it. An Error is for the admin.
    awaitable<Result<>> finish_consent(std::string state, std::string code);
    // Resolves when consent was given since the last access token was refused.
    awaitable<void> wait_for_consent();

    // What the admin should do in time; "" while nothing runs out soon.
    std::string warning() const;
    // The sentence that sends an admin to begin_consent().
    std::string advice() const;

 private:
    struct Consent {
        Consent() = default;
        std::string verifier;
        std::chrono::steady_clock::time_point until;
    };

    std::string redirect_url() const;
    std::string configured_origin() const;
    awaitable<void> refresh();
    awaitable<KeptToken> current_refresh_token();
    awaitable<Result<TokenReply>> ask_provider(std::string form);
    awaitable<void> take(TokenReply reply, std::string origin);

    ConnectorHost& host_;
    OAuthSettings settings_;
    std::string account_;
    Secret access_token_;
    std::chrono::steady_clock::time_point good_until_;
    std::optional<std::int64_t> refresh_expires_at_;  // seconds since 1970
    bool is_refreshing_ = false;
    Notifier refreshed_;
    std::map<std::string, Consent> consents_;  // by state
    bool has_consent_ = false;
    Notifier consented_;
};

}  // namespace tributary::email
