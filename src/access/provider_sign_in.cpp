#include "access/provider_sign_in.hpp"

#include <algorithm>

#include "access/invitations.hpp"
#include "base/jwt.hpp"
#include "base/log.hpp"
#include "store/access.hpp"
#include "store/audit.hpp"
#include "store/sessions.hpp"

namespace tributary {
namespace {

constexpr std::size_t kMostJourneys = 1'000;
constexpr std::chrono::minutes kJourneyPatience{10};
constexpr std::chrono::hours kMetadataLife{1};
constexpr std::chrono::minutes kKeysLife{60};
constexpr std::chrono::seconds kKeysRest{1};  // between two looks for a key we do not know
constexpr std::chrono::seconds kProviderPatience{10};
constexpr std::size_t kMostReply = 256'000;

Error refused(std::string why) {
    return Error(Outcome::denied, "Signing in by the provider did not work. Try again.",
                 std::move(why))
        .with_reason("provider_refused");
}

Error not_linked() {
    return Error(Outcome::denied,
                 "This account is not linked to an agent here. Sign in with your password and link "
                 "it, or open your invitation with it.")
        .with_reason("not_linked");
}

}  // namespace

std::string ProviderSignIn::redirect_uri() const {
    return house_.public_url + "/api/v1/session/provider/callback";
}

awaitable<Result<std::string>> ProviderSignIn::fetch(std::string url) {
    net::ClientRequest request;
    request.url = url;
    request.headers.emplace_back("Accept", "application/json");
    request.timeout = kProviderPatience;
    request.max_reply = kMostReply;
    // The administrator names the provider; it may well stand in the house's own network.
    request.reach = net::Reach::private_too;
    Result<net::ClientReply> reply = co_await house_.http.request(std::move(request));
    if (!reply) co_return refused(describe(reply.error()));
    if (reply->status != 200) co_return refused(url + " answers " + std::to_string(reply->status));
    co_return std::move(reply->body);
}

awaitable<Result<oidc::Metadata>> ProviderSignIn::metadata() {
    const Timestamp now = house_.clock.now();
    if (metadata_ && now - metadata_read_ < kMetadataLife) co_return *metadata_;
    std::string address = oidc::discovery_address(options_.issuer);
    const Result<std::string> document = co_await fetch(std::move(address));
    if (!document) co_return document.error();
    Result<oidc::Metadata> read = oidc::read_metadata(*document, options_.issuer);
    if (!read) co_return refused(describe(read.error()));
    metadata_ = *read;
    metadata_read_ = now;
    co_return read;
}

awaitable<Result<JourneyBegun>> ProviderSignIn::begin(JourneyGoal goal) {
    const Result<oidc::Metadata> provider = co_await metadata();
    if (!provider) {
        log::warn("access.provider_unusable", "error", describe(provider.error()));
        co_return provider.error();
    }
    oidc::Journey journey = oidc::begin_journey();
    JourneyBegun begun;
    begun.address = oidc::journey_address(options_, *provider, journey, redirect_uri());
    begun.browser_secret = journey.browser;
    if (pending_.size() >= kMostJourneys) pending_.pop_front();
    pending_.emplace_back(std::move(journey), std::move(goal), house_.clock.now());
    co_return begun;
}

// Once only, by the browser that left, in time.
std::optional<ProviderSignIn::Pending> ProviderSignIn::take(const JourneyReturn& back) {
    const Timestamp now = house_.clock.now();
    std::erase_if(pending_, [&](const Pending& one) { return now - one.began > kJourneyPatience; });
    const auto found = std::find_if(pending_.begin(), pending_.end(), [&](const Pending& one) {
        return equal_in_constant_time(one.journey.state, back.state);
    });
    if (found == pending_.end()) return std::nullopt;
    std::optional<Pending> taken(std::move(*found));
    pending_.erase(found);
    if (!equal_in_constant_time(taken->journey.browser, back.browser_secret)) return std::nullopt;
    return taken;
}

awaitable<Result<std::string>> ProviderSignIn::ask_for_token(const Pending& pending,
                                                             std::string code) {
    const Result<oidc::Metadata> provider = co_await metadata();
    if (!provider) co_return provider.error();
    net::ClientRequest request;
    request.method = "POST";
    request.url = provider->token_endpoint;
    request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    request.headers.emplace_back("Accept", "application/json");
    const std::string authorization = oidc::client_authorization(options_, *provider);
    if (!authorization.empty()) request.headers.emplace_back("Authorization", authorization);
    request.body =
        oidc::code_form(options_, *provider, code, pending.journey.verifier, redirect_uri());
    request.timeout = kProviderPatience;
    request.max_reply = kMostReply;
    request.reach = net::Reach::private_too;
    Result<net::ClientReply> reply = co_await house_.http.request(std::move(request));
    if (!reply) co_return refused(describe(reply.error()));
    co_return oidc::read_id_token(reply->status, reply->body);
}

// Keys are kept for a while; a token by a key we do not know has them fetched again, not too often.
awaitable<Result<std::string>> ProviderSignIn::subject_of(const Pending& pending,
                                                          std::string token) {
    const Result<oidc::Metadata> provider = co_await metadata();
    if (!provider) co_return provider.error();
    const Timestamp now = house_.clock.now();
    auto claims = verify_jwt(token, keys_);
    const bool is_stale = now - keys_read_ > kKeysLife;
    const bool is_unknown =
        !claims &&
        (keys_.empty() || (claims.error().reason == "unknown_key" && now - keys_read_ > kKeysRest));
    if (is_stale || is_unknown) {
        Result<std::string> fetched = co_await fetch(provider->jwks_uri);
        if (!fetched) co_return fetched.error();
        keys_ = std::move(*fetched);
        keys_read_ = now;
        claims = verify_jwt(token, keys_);
    }
    if (!claims) co_return claims.error();
    co_return oidc::judge_claims(*claims, options_, pending.journey.nonce, now);
}

awaitable<Result<SignedIn>> ProviderSignIn::finish(JourneyReturn back) {
    const std::optional<Pending> pending = take(back);
    if (!pending) co_return refused("no such journey");
    const Result<oidc::Metadata> provider = co_await metadata();
    if (!provider) co_return provider.error();
    // Another provider's answer in this one's place (RFC 9207).
    const bool is_mixed_up = back.issuer ? *back.issuer != options_.issuer : provider->names_issuer;
    if (is_mixed_up) co_return refused("the answer is another issuer's");
    if (back.code.empty()) co_return refused("the provider gave no code");
    Result<std::string> token = co_await ask_for_token(*pending, back.code);
    if (!token) co_return refused(describe(token.error()));
    const Result<std::string> subject = co_await subject_of(*pending, std::move(*token));
    if (!subject) co_return refused(describe(subject.error()));
    const Timestamp now = house_.clock.now();
    auto step = [&](Tx& tx) -> Result<SignedIn> {
        std::optional<AgentId> wanted = pending->goal.links;
        if (!pending->goal.invitation_sha256.empty()) {
            const Result<Agent> invited =
                redeem_invitation(tx, pending->goal.invitation_sha256, now);
            if (!invited) return invited.error();
            wanted = invited->id;
        }
        auto linked = find_linked_agent(tx, options_.issuer, *subject);
        auto agent = find_agent(tx, linked ? *linked : wanted.value_or(AgentId()));
        if (!agent || agent->is_disabled || (wanted && *wanted != agent->id)) return not_linked();
        if (!linked) link_provider(tx, options_.issuer, *subject, agent->id, now);
        SignedIn signed_in;
        signed_in.secret = begin_session(tx, agent->id, now);
        audit_sign_in(tx, agent->id, "oidc", "ok", now);
        signed_in.agent = std::move(*agent);
        return signed_in;
    };
    co_return co_await house_.store.write(step);
}

}  // namespace tributary
