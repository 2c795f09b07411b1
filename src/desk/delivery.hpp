// What one attempt's result makes of a delivery. Pure.
#pragma once

#include "connector/connector.hpp"
#include "model/interaction.hpp"

namespace tributary {

// Four days and more of patience, as SMTP senders are asked to have (RFC 5321, section 4.5.4.1).
inline constexpr std::chrono::hours kGiveUpAfter{5 * 24};
inline constexpr Milliseconds kFirstRetry{30'000};
inline constexpr Milliseconds kLongestRetry{3'600'000};

struct Attempt {
    RecipientResult result;
    bool is_automatic = false;
    Timestamp queued_at;
    Timestamp now;
};

// Accepted and rejected are final. Unavailable is tried again with growing delays until
// kGiveUpAfter. An automatic message whose fate is unknown is not sent again: at most once.
Delivery after_attempt(Delivery delivery, const Attempt& attempt);

}  // namespace tributary
