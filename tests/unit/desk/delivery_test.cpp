#include "desk/delivery.hpp"

#include <gtest/gtest.h>

#include "desk/supervisor.hpp"

namespace tributary {
namespace {

using State = RecipientResult::State;

const Timestamp kQueued = from_unix_ms(1'000'000);

Attempt attempt(State state, Timestamp now = kQueued) {
    return Attempt{RecipientResult(Party("", "ann@example.com"), state, "said so"), false, kQueued,
                   now};
}

TEST(AfterAttempt, AcceptedAndRejectedAreFinal) {
    EXPECT_EQ(after_attempt(Delivery(), attempt(State::accepted)).state, DeliveryState::accepted);
    const Delivery refused = after_attempt(Delivery(), attempt(State::rejected));
    EXPECT_EQ(refused.state, DeliveryState::failed);
    EXPECT_EQ(refused.diagnostic, "said so");
    EXPECT_EQ(refused.attempts, 1);
}

TEST(AfterAttempt, UnavailableWaitsLongerEachTime) {
    Delivery delivery;
    Milliseconds ceiling = kFirstRetry;
    for (int i = 0; i < 10; ++i) {
        delivery = after_attempt(delivery, attempt(State::unavailable));
        const Milliseconds delay = delivery.next_attempt_at - kQueued;
        EXPECT_EQ(delivery.state, DeliveryState::queued);
        EXPECT_GE(delay, ceiling / 2);
        EXPECT_LE(delay, ceiling);
        ceiling = std::min(ceiling * 2, kLongestRetry);
    }
}

TEST(AfterAttempt, TheOtherSidesWishToWaitIsHonoured) {
    Attempt later = attempt(State::unavailable);
    later.result.retry_after = Seconds(7'200);
    EXPECT_GE(after_attempt(Delivery(), later).next_attempt_at, kQueued + Seconds(7'200));
}

TEST(AfterAttempt, GivesUpAfterFiveDaysVisibly) {
    EXPECT_EQ(
        after_attempt(Delivery(), attempt(State::unavailable, kQueued + kGiveUpAfter - Seconds(1)))
            .state,
        DeliveryState::queued);
    const Delivery given_up =
        after_attempt(Delivery(), attempt(State::unavailable, kQueued + kGiveUpAfter));
    EXPECT_EQ(given_up.state, DeliveryState::failed);
    EXPECT_NE(given_up.diagnostic.find("Given up"), std::string::npos);
}

TEST(AfterAttempt, AnUnknownFateMarksAnAgentsMailAndEndsAnAutomaticOne) {
    Attempt unknown = attempt(State::unavailable);
    unknown.result.maybe_sent = true;
    const Delivery agents = after_attempt(Delivery(), unknown);
    EXPECT_EQ(agents.state, DeliveryState::queued);
    EXPECT_TRUE(agents.maybe_sent_twice);
    unknown.is_automatic = true;
    EXPECT_EQ(after_attempt(Delivery(), unknown).state, DeliveryState::failed);
}

TEST(RestartDelay, GrowsAndIsCappedAndDoesNotHammerALogin) {
    EXPECT_LE(restart_delay(1, Outcome::unavailable), Milliseconds(1'000));
    EXPECT_LE(restart_delay(50, Outcome::unavailable), Milliseconds(300'000));
    EXPECT_LE(restart_delay(2, Outcome::denied), Milliseconds(2'000));
    EXPECT_EQ(restart_delay(3, Outcome::denied), Milliseconds(900'000));
}

}  // namespace
}  // namespace tributary
