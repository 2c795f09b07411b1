#include "connectors/email/oauth_tokens.hpp"

#include <utility>

#include "base/log.hpp"

namespace tributary::email {

namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr auto margin = 60s;  // an access token that ends sooner is not used any more
constexpr auto consent_patience = 10min;
constexpr std::size_t max_consents = 8;  // begun and not finished
constexpr auto freshen_every = 12h;
constexpr std::int64_t warn_seconds = 7 * 24 * 3600;
constexpr std::size_t max_reply = 65'536;
const std::string kept_name = "oauth.refresh_token";

class Flag {
 public:
    Flag(bool& flag, Notifier& news) : flag_(flag), news_(news) { flag_ = true; }
    ~Flag() {
        flag_ = false;
        news_.notify_all();
    }
    Flag(const Flag&) = delete;
    Flag& operator=(const Flag&) = delete;

 private:
    bool& flag_;
    Notifier& news_;
};

}  // namespace

OAuthTokens::OAuthTokens(ConnectorHost& host, OAuthSettings settings, std::string account)
    : host_(host),
      settings_(std::move(settings)),
      account_(std::move(account)),
      refreshed_(host.executor()),
      consented_(host.executor()) {}

awaitable<Secret> OAuthTokens::access_token() {
    while (is_refreshing_)
        co_await refreshed_.wait();
    if (access_token_.empty() || Steady::now() + margin > good_until_) co_await refresh();
    co_return access_token_;
}

awaitable<void> OAuthTokens::refresh() {
    const Flag refreshing(is_refreshing_, refreshed_);
    has_consent_ = false;
    const KeptToken kept = co_await current_refresh_token();
    Result<TokenReply> reply = co_await ask_provider(refresh_form(settings_, kept.token));
    if (!reply) {
        Error error = std::move(reply.error());
        access_token_ = Secret();
        if (error.reason == "consent_needed") error.message += ' ' + advice();
        throw Failure(std::move(error));
    }
    refresh_expires_at_ = kept.expires_at;
    if (reply->refresh_token.empty() && !reply->refresh_lifetime) {
        access_token_ = std::move(reply->access_token);
        good_until_ = Steady::now() + reply->lifetime;
        co_return;
    }
    if (reply->refresh_token.empty()) reply->refresh_token = kept.token;
    co_await take(std::move(*reply), kept.origin);
}

// The configured token rules until one that descends from it is kept; a new one in the
// configuration rules again.
awaitable<KeptToken> OAuthTokens::current_refresh_token() {
    const std::optional<Secret> text = co_await host_.kept_secret(kept_name);
    if (text) {
        const std::optional<KeptToken> kept = read_kept_token(*text);
        if (kept && kept->origin == configured_origin()) co_return *kept;
    }
    KeptToken first;
    first.token = settings_.refresh_token;
    first.origin = configured_origin();
    if (first.token.empty())
        throw Failure(Error(Outcome::denied, "The mail provider needs consent. " + advice())
                          .with_reason("consent_needed"));
    co_return first;
}

// A rotated refresh token is durable before anything is done with what came along: the old one
// may be void from now on.
awaitable<void> OAuthTokens::take(TokenReply reply, std::string origin) {
    KeptToken kept;
    kept.token = reply.refresh_token;
    kept.origin = std::move(origin);
    if (reply.refresh_lifetime)
        kept.expires_at = unix_ms(host_.clock().now()) / 1000 + reply.refresh_lifetime->count();
    co_await host_.keep_secret(kept_name, to_text(kept));
    refresh_expires_at_ = kept.expires_at;
    access_token_ = std::move(reply.access_token);
    good_until_ = Steady::now() + reply.lifetime;
}

// An endpoint that is away says nothing of the token.
awaitable<Result<TokenReply>> OAuthTokens::ask_provider(std::string form) {
    net::ClientRequest request;
    request.method = "POST";
    request.url = settings_.token_url;
    request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    request.headers.emplace_back("Accept", "application/json");
    request.body = std::move(form);
    request.max_reply = max_reply;
    request.reach = settings_.reach;
    Result<net::ClientReply> reply = co_await host_.http().request(std::move(request));
    if (!reply) {
        Error away(Outcome::unavailable, "The mail provider's sign-in service cannot be reached.",
                   describe(reply.error()));
        away.reason = "token_endpoint";
        co_return away;
    }
    co_return read_token_reply(reply->status, reply->body);
}

awaitable<void> OAuthTokens::keep_fresh() {
    while (true) {
        co_await sleep_for(freshen_every);
        try {
            forget_access_token();
            co_await access_token();
        } catch (const Failure& failure) {
            if (failure.error().outcome != Outcome::unavailable) throw;
            log::warn("email.token_not_refreshed", "connector", host_.connector_name(), "why",
                      failure.what());
        }
    }
}

std::string OAuthTokens::begin_consent() {
    const auto now = Steady::now();
    std::erase_if(consents_, [now](const auto& one) { return one.second.until < now; });
    if (consents_.size() >= max_consents) consents_.erase(consents_.begin());
    const std::string state = random_token();
    Consent& consent = consents_[state];
    consent.verifier = random_token(48);
    consent.until = now + consent_patience;
    return consent_url(settings_, state, consent.verifier, redirect_url(), account_);
}

awaitable<Result<>> OAuthTokens::finish_consent(std::string state, std::string code) {
    const auto found = consents_.find(state);
    if (found == consents_.end() || found->second.until < Steady::now()) {
        Error unknown(Outcome::denied, "This consent was not asked for here, or too long ago.");
        co_return unknown;
    }
    const std::string verifier = found->second.verifier;
    consents_.erase(found);
    Result<TokenReply> reply =
        co_await ask_provider(code_form(settings_, code, verifier, redirect_url()));
    if (!reply) co_return reply.error();
    if (reply->refresh_token.empty()) {
        Error incomplete(Outcome::denied,
                         "The provider gave access for now only. The scope must include offline "
                         "access.");
        co_return incomplete;
    }
    while (is_refreshing_)
        co_await refreshed_.wait();
    co_await take(std::move(*reply), configured_origin());
    has_consent_ = true;
    consented_.notify_all();
    log::info("email.consent_given", "connector", host_.connector_name());
    co_return Result<>();
}

awaitable<void> OAuthTokens::wait_for_consent() {
    while (!has_consent_)
        co_await consented_.wait();
}

std::string OAuthTokens::warning() const {
    if (!refresh_expires_at_) return "";
    const Timestamp end = from_unix_ms(*refresh_expires_at_ * 1000);
    if (*refresh_expires_at_ - unix_ms(host_.clock().now()) / 1000 > warn_seconds) return "";
    return "The mail provider's consent ends on " + rfc3339(end).substr(0, 10) + ". " + advice();
}

std::string OAuthTokens::advice() const {
    return "An admin gets the link from POST " + host_.public_url() + "/api/v1/connectors/" +
           host_.connector_name() + "/consent.";
}

std::string OAuthTokens::redirect_url() const {
    return host_.public_url() + "/in/" + host_.connector_name() + "/oauth";
}

std::string OAuthTokens::configured_origin() const {
    // A digest, since what is kept is compared with it.
    return to_hex(sha256(settings_.refresh_token.reveal()));
}

}  // namespace tributary::email
