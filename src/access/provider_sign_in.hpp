// Signing in by an identity provider: fetches what it says of itself, keeps the journeys of
// browsers that are on their way, and takes who comes back.
#pragma once

#include <list>
#include <optional>
#include <string>

#include "access/oidc.hpp"
#include "access/sign_in.hpp"
#include "desk/house.hpp"

namespace tributary {

// What a browser goes to the provider for.
struct JourneyGoal {
    JourneyGoal() = default;
    std::optional<AgentId> links;   // the agent signed in, who wants this way in besides
    std::string invitation_sha256;  // or an invitation, which this way in takes up
};

struct JourneyBegun {
    JourneyBegun() = default;
    std::string address;         // where the browser goes
    std::string browser_secret;  // what it must bring back
};

// What the provider sent the browser back with.
struct JourneyReturn {
    JourneyReturn() = default;
    std::string state;
    std::string code;
    std::optional<std::string> issuer;
    std::string browser_secret;
};

// One per process, on the I/O thread; `house` outlives it. Journeys last ten minutes and are
// forgotten at a restart; of too many the oldest goes.
class ProviderSignIn {
 public:
    explicit ProviderSignIn(House& house) : house_(house) {}

    void configure(oidc::Options options) { options_ = std::move(options); }
    bool is_configured() const { return !options_.issuer.empty(); }
    const std::string& title() const { return options_.title; }
    std::string redirect_uri() const;

    awaitable<Result<JourneyBegun>> begin(JourneyGoal goal);
    // The session, for an agent whose account at the provider is linked. Every refusal is denied
    // with the reason "provider_refused" or "not_linked"; the log says why.
    awaitable<Result<SignedIn>> finish(JourneyReturn back);

 private:
    struct Pending {
        Pending(oidc::Journey j, JourneyGoal g, Timestamp t)
            : journey(std::move(j)), goal(std::move(g)), began(t) {}
        oidc::Journey journey;
        JourneyGoal goal;
        Timestamp began;
    };
    std::optional<Pending> take(const JourneyReturn& back);
    awaitable<Result<std::string>> fetch(std::string url);
    awaitable<Result<oidc::Metadata>> metadata();
    awaitable<Result<std::string>> ask_for_token(const Pending& pending, std::string code);
    awaitable<Result<std::string>> subject_of(const Pending& pending, std::string token);

    House& house_;
    oidc::Options options_;
    std::list<Pending> pending_;
    std::optional<oidc::Metadata> metadata_;
    Timestamp metadata_read_;
    std::string keys_;
    Timestamp keys_read_;
};

}  // namespace tributary
