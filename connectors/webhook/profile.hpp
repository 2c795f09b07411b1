// One webhook connector's settings, compiled: how its sender signs and what its events mean.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/settings.hpp"
#include "connectors/webhook/jmespath.hpp"
#include "connectors/webhook/mapping.hpp"
#include "connectors/webhook/preset.hpp"
#include "connectors/webhook/signature.hpp"
#include "model/identity.hpp"

namespace tributary::webhook {

const Schema& settings_schema();

struct Profile {
    Profile(const Preset& p, Mapping m) : preset(p), mapping(std::move(m)) {}
    const Preset& preset;
    SignatureRule signature;
    std::vector<SigningSecret> secrets;
    Secret handshake_token;
    std::optional<Expression> delivery_id;
    Mapping mapping;
    std::string region;  // of national telephone numbers
    std::vector<std::string> kept_headers;

    Proof proof() const {
        return signature.algorithm == Algorithm::none ? Proof::claimed : Proof::signed_by_host;
    }
};

// What normalising needs; says nothing of secrets.
Result<Profile> read_profile(const Settings& settings);
// Adds the secrets. An Error unless requests can be verified with them: there, well encoded, and
// the preset "none" really meant.
Result<void> read_secrets(const Settings& settings, Profile& profile);

}  // namespace tributary::webhook
