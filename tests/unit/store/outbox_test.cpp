#include "store_fixture.hpp"

namespace tributary::test {
namespace {

class Outbox : public StoreTest {
 protected:
    Interaction queue(std::vector<Timestamp> due, const std::string& connector = "support") {
        Interaction one = sample_interaction(ann_);
        one.connector = connector;
        one.direction = Direction::out;
        for (const Timestamp when : due) {
            Delivery& delivery = one.deliveries.emplace_back();
            delivery.recipient = Party("", std::to_string(unix_ms(when)) + "@x.example");
            delivery.next_attempt_at = when;
        }
        return house_.add_interaction(one);
    }
    std::vector<DueMessage> take(Timestamp now, std::size_t limit = 10) {
        return house_.write([&](Tx& tx) { return take_due(tx, "support", now, limit); });
    }
    void record(const Interaction& message, std::size_t index, Delivery delivery) {
        house_.write([&](Tx& tx) { record_delivery(tx, message.id, index, delivery); });
    }
    Customer ann_ = house_.add_customer("Ann");
};
INSTANTIATE_STORE_TESTS(Outbox);

TEST_P(Outbox, TakesWhatIsDueOldestFirstWithItsExtra) {
    const auto later = queue({at(20)});
    const auto sooner = queue({at(10)});
    queue({at(10)}, "chat");
    house_.write([&](Tx& tx) {
        OutboxExtra extra;
        extra.reply_token = "t0k3n";
        extra.is_automatic = true;
        set_outbox_extra(tx, sooner.id, extra);
    });
    EXPECT_TRUE(take(at(9)).empty());
    const auto due = take(at(20));
    ASSERT_EQ(due.size(), 2u);
    EXPECT_EQ(due[0].interaction.id, sooner.id);
    EXPECT_EQ(due[0].reply_token, "t0k3n");
    EXPECT_TRUE(due[0].is_automatic);
    EXPECT_FALSE(due[0].was_interrupted);
    EXPECT_EQ(due[0].due, std::vector<std::size_t>{0});
    EXPECT_EQ(due[1].interaction.id, later.id);
    EXPECT_FALSE(due[1].is_automatic);
    EXPECT_EQ(take(at(20), 1).size(), 1u);
}

TEST_P(Outbox, OnlyRecipientsStillQueuedAndDueAreTaken) {
    const auto message = queue({at(1), at(1), at(50)});
    Delivery accepted = take(at(2)).at(0).interaction.deliveries.at(0);
    accepted.state = DeliveryState::accepted;
    accepted.attempts = 1;
    accepted.remote_id = "q1";
    record(message, 0, accepted);
    const auto due = take(at(3));
    ASSERT_EQ(due.size(), 1u);
    EXPECT_EQ(due[0].due, std::vector<std::size_t>{1});
    EXPECT_EQ(due[0].interaction.deliveries[0].state, DeliveryState::accepted);
    EXPECT_EQ(due[0].interaction.deliveries[0].remote_id, "q1");
    EXPECT_EQ(due[0].interaction.deliveries[0].attempts, 1);
}

TEST_P(Outbox, AnAttemptWithoutResultIsToldAsInterrupted) {
    const auto message = queue({at(1)});
    EXPECT_FALSE(take(at(2)).at(0).was_interrupted);
    house_.close();
    house_.open();
    EXPECT_TRUE(take(at(3)).at(0).was_interrupted);

    Delivery again;
    again.recipient = message.deliveries[0].recipient;
    again.attempts = 1;
    again.next_attempt_at = at(9);
    again.diagnostic = "451 later";
    again.maybe_sent_twice = true;
    record(message, 0, again);
    EXPECT_TRUE(take(at(8)).empty());
    const auto due = take(at(9));
    ASSERT_EQ(due.size(), 1u);
    EXPECT_FALSE(due[0].was_interrupted);
    EXPECT_EQ(due[0].interaction.deliveries[0].diagnostic, "451 later");
    EXPECT_TRUE(due[0].interaction.deliveries[0].maybe_sent_twice);
}

TEST_P(Outbox, IsTakenBackUntilAnAttemptHasBegun) {
    const auto cancel = [&](const Interaction& message) {
        return house_.write([&](Tx& tx) { return cancel_queued(tx, message.id); });
    };
    const auto early = queue({at(50), at(50)});
    EXPECT_TRUE(cancel(early));
    EXPECT_TRUE(take(at(60)).empty());
    EXPECT_EQ(house_.read([](const Tx& tx) { return count_queued(tx, "support"); }), 0);
    const auto now = house_.read([&](const Tx& tx) { return find_interaction(tx, early.id); });
    for (const Delivery& delivery : now->deliveries)
        EXPECT_EQ(delivery.state, DeliveryState::cancelled);
    EXPECT_FALSE(cancel(early)) << "there is nothing left to take back";

    const auto begun = queue({at(1), at(90)});
    EXPECT_EQ(take(at(2)).size(), 1u);
    EXPECT_FALSE(cancel(begun)) << "one recipient's attempt is under way";
    Delivery failed = begun.deliveries[0];
    failed.attempts = 1;
    failed.next_attempt_at = at(99);
    record(begun, 0, failed);
    EXPECT_FALSE(cancel(begun)) << "it was tried";
    EXPECT_EQ(take(at(90)).size(), 1u);

    const auto inbound = house_.add_interaction(sample_interaction(ann_));
    EXPECT_FALSE(cancel(inbound));
}

TEST_P(Outbox, KnowsWhenTheNextIsDueAndHowManyWait) {
    const auto next = [&] {
        return house_.read([](const Tx& tx) { return next_due(tx, "support"); });
    };
    EXPECT_FALSE(next());
    const auto message = queue({at(7), at(5)});
    EXPECT_EQ(next(), at(5));
    EXPECT_EQ(house_.read([](const Tx& tx) { return count_queued(tx, "support"); }), 2);
    const auto backlog = [&] {
        return house_.read([](const Tx& tx) { return outbox_backlogs(tx); });
    };
    EXPECT_EQ(backlog().size(), 1u);
    EXPECT_EQ(backlog()["support"].queued, 2);
    EXPECT_EQ(backlog()["support"].retrying, 0);
    EXPECT_EQ(backlog()["support"].next_attempt_at, at(5));
    Delivery again;
    again.state = DeliveryState::queued;
    again.attempts = 1;
    again.next_attempt_at = at(20);
    record(message, 1, again);
    EXPECT_EQ(backlog()["support"].retrying, 1);
    Delivery failed;
    failed.state = DeliveryState::failed;
    record(message, 1, failed);
    EXPECT_EQ(next(), at(7));
    EXPECT_EQ(house_.read([](const Tx& tx) { return count_queued(tx, "support"); }), 1);
    EXPECT_EQ(failure_of([&] { record(message, 2, failed); }), Outcome::not_found);
}

}  // namespace
}  // namespace tributary::test
