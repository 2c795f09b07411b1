#include "desk/delivery.hpp"

#include <algorithm>

namespace tributary {

Delivery after_attempt(Delivery delivery, const Attempt& attempt) {
    using State = RecipientResult::State;
    const RecipientResult& result = attempt.result;
    ++delivery.attempts;
    delivery.diagnostic = result.diagnostic;
    if (!result.remote_id.empty()) delivery.remote_id = result.remote_id;
    switch (result.state) {
        case State::accepted: delivery.state = DeliveryState::accepted; return delivery;
        case State::rejected: delivery.state = DeliveryState::failed; return delivery;
        case State::unavailable: break;
    }
    if (result.maybe_sent && attempt.is_automatic) {
        delivery.state = DeliveryState::failed;
        delivery.diagnostic =
            "Perhaps sent; an automatic message is never sent twice. " + result.diagnostic;
        return delivery;
    }
    if (result.maybe_sent) delivery.maybe_sent_twice = true;
    if (attempt.now - attempt.queued_at >= kGiveUpAfter) {
        delivery.state = DeliveryState::failed;
        delivery.diagnostic = "Given up after five days. " + result.diagnostic;
        return delivery;
    }
    Milliseconds delay = backoff_delay(delivery.attempts, kFirstRetry, kLongestRetry);
    if (result.retry_after) delay = std::max(delay, Milliseconds(*result.retry_after));
    delivery.next_attempt_at = attempt.now + delay;
    return delivery;
}

}  // namespace tributary
