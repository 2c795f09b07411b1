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

TEST(RestartDelay, GrowsAndIsCapped) {
    EXPECT_LE(restart_delay(1), Milliseconds(1'000));
    EXPECT_LE(restart_delay(50), Milliseconds(300'000));
}

TEST(RefusedLoginsTest, ThreeInARowStopUntilSomebodySaysSo) {
    asio::io_context io;
    RefusedLogins logins(io.get_executor());
    logins.note("No.");
    logins.note("No.");
    logins.forget();
    logins.note("No.");
    logins.note("No.");
    EXPECT_FALSE(logins.have_stopped());
    EXPECT_GT(logins.pause(), Milliseconds(1'000));
    logins.note("The server refused the login.");
    EXPECT_TRUE(logins.have_stopped());
    EXPECT_TRUE(logins.advice().starts_with("The server refused the login. "));

    bool goes_on = false;
    auto wait = [](RefusedLogins& those, bool& done) -> awaitable<void> {
        co_await those.wait_until_allowed();
        done = true;
    };
    const TaskHandle waiting = spawn(io.get_executor(), "waiting", wait(logins, goes_on));
    io.poll();
    EXPECT_FALSE(goes_on);
    logins.forget();
    io.poll();
    EXPECT_TRUE(goes_on);
}

}  // namespace
}  // namespace tributary
