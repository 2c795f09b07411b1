// Known senders as data: how each signs, names its deliveries, greets us and wants to be answered.
#pragma once

#include <span>
#include <string_view>

#include "connectors/webhook/signature.hpp"

namespace tributary::webhook {

enum class Handshake {
    none,
    hub_challenge,  // GET with hub.mode, hub.verify_token, hub.challenge: the challenge comes back
    url_verification,  // signed POST {"type":"url_verification","challenge":…}: likewise
};

struct Preset {
    std::string_view name;
    std::string_view title;
    SignatureRule signature;
    // The sender's own id of this delivery, a JMESPath expression; "" when it has none.
    std::string_view delivery_id;
    Handshake handshake = Handshake::none;
    int acknowledged = 202;  // the status of the answer
    std::string_view
        mapping;  // the mapping used when the settings have none; "" for neutral events
};

std::span<const Preset> presets();
const Preset* find_preset(std::string_view name);

}  // namespace tributary::webhook
