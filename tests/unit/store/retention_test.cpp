// What retention takes, by channel, kind and age; and what it must leave.
#include <gmock/gmock.h>

#include "store/audit.hpp"
#include "store/retention.hpp"
#include "store/sql.hpp"
#include "store/verify.hpp"
#include "store_fixture.hpp"

namespace tributary::test {
namespace {

constexpr std::int64_t day = 86'400;

class Retention : public StoreTest {
 protected:
    Interaction add(const std::string& channel, Kind kind, std::int64_t received_day,
                    std::optional<TicketId> ticket = {}) {
        Interaction one = sample_interaction(ann_);
        one.id = InteractionId::make(++made_);
        one.channel = channel;
        one.content.kind = kind;
        one.content.text = one.content.reply_text = "leaking since day " + std::to_string(made_);
        one.received_at = at(received_day * day);
        one.ticket = ticket;
        const StagedBlob raw = house_.store().stage(channel + std::to_string(made_));
        one.raw_sha256 = raw.sha256;
        house_.write([&](Tx& tx) {
            keep_blob(tx, raw);
            claim_dedupe_key(tx, "support", "sha256:" + std::to_string(made_), "",
                             LedgerEntry{false, one.id.bytes()}, at(0));
        });
        return house_.add_interaction(one);
    }
    RetentionRule rule(const std::string& channel, std::optional<Kind> kind, int days) {
        RetentionRule made;
        made.channel = channel;
        made.kind = kind;
        made.keep = std::chrono::hours(24 * days);
        return made;
    }
    ErasureCounts apply(const RetentionRule& rule, RetentionRun run, std::int64_t on_day) {
        return apply_retention(house_.store(), rule, run, "console", at(on_day * day));
    }
    bool is_there(const Interaction& one) {
        return house_.read([&](const Tx& tx) { return find_interaction(tx, one.id).has_value(); });
    }
    void set_status(Ticket ticket, TicketStatus status) {
        house_.write([&](Tx& tx) {
            ticket = find_ticket(tx, ticket.id).value();
            ticket.status = status;
            update_ticket(tx, ticket);
        });
    }

    Customer ann_ = house_.add_customer("Ann", {email_identity("ann@example.com")});
    std::int64_t made_ = 0;
};
INSTANTIATE_STORE_TESTS(Retention);

TEST_P(Retention, TakesByChannelKindAndAgeAndADryRunOnlyCounts) {
    const auto old_chat = add("chat", Kind::message, 0);
    const auto old_mail = add("email", Kind::message, 0);
    const auto old_call = add("chat", Kind::call, 0);
    const auto new_chat = add("chat", Kind::message, 390);
    const RetentionRule chats = rule("chat", Kind::message, 30);
    EXPECT_EQ(apply(chats, RetentionRun::dry, 400).interactions, 1);
    EXPECT_TRUE(is_there(old_chat));
    const ErasureCounts counts = apply(chats, RetentionRun::real, 400);
    EXPECT_EQ(counts.interactions, 1);
    EXPECT_EQ(counts.blobs, 1);
    EXPECT_FALSE(is_there(old_chat));
    EXPECT_TRUE(is_there(old_mail) && is_there(old_call) && is_there(new_chat));
    EXPECT_EQ(apply(rule("", std::nullopt, 30), RetentionRun::real, 400).interactions, 2);
    EXPECT_TRUE(is_there(new_chat));
    EXPECT_TRUE(house_.read([&](const Tx& tx) { return find_customer(tx, ann_.id).has_value(); }));
    EXPECT_TRUE(verify_store(house_.options(), nullptr).is_good());
}

TEST_P(Retention, LeavesWhatIsOnATicketThatGoesOn) {
    const Ticket open = house_.add_ticket(ann_, "Goes on");
    const Ticket closed = house_.add_ticket(ann_, "Over");
    const auto kept = add("email", Kind::message, 0, open.id);
    const auto gone = add("email", Kind::message, 0, closed.id);
    set_status(closed, TicketStatus::closed);
    const ErasureCounts counts = apply(rule("email", std::nullopt, 30), RetentionRun::real, 400);
    EXPECT_EQ(counts.interactions, 1);
    EXPECT_EQ(counts.tickets, 1);
    EXPECT_TRUE(is_there(kept));
    EXPECT_FALSE(is_there(gone));
    EXPECT_TRUE(verify_store(house_.options(), nullptr).is_good());
}

// 400 days with a daily run: nothing is ever overdue, nothing goes too early.
TEST_P(Retention, OverFourHundredDaysNothingIsOverdue) {
    const RetentionRule rule_of_30 = rule("chat", std::nullopt, 30);
    for (std::int64_t today = 0; today < 400; today += 8) {
        add("chat", Kind::message, today);
        apply(rule_of_30, RetentionRun::real, today);
        house_.read([&](const Tx& tx) {
            EXPECT_EQ(tx.query_one<std::int64_t>(
                          "SELECT count(*) FROM interaction WHERE received_at < $1",
                          at((today - 30) * day)),
                      0);
            EXPECT_EQ(tx.query_one<std::int64_t>("SELECT count(*) FROM interaction"),
                      std::min<std::int64_t>(today / 8 + 1, 4));
        });
    }
}

TEST_P(Retention, LeavesARowInTheAuditAndNothingInThePages) {
    const auto old_mail = add("email", Kind::message, 0);
    apply(rule("email", std::nullopt, 30), RetentionRun::real, 400);
    AuditFilter filter;
    filter.action = "retention";
    house_.read([&](const Tx& tx) {
        EXPECT_EQ(list_audit(tx, filter, PageRequest()).items.size(), 1u);
        EXPECT_TRUE(has_unfinished_erasures(tx));
        EXPECT_EQ(search(tx, Scope::everything(), "leaking", PageRequest()).items.size(), 0u);
    });
    EXPECT_EQ(finish_erasures(house_.store(), at(401 * day)), 1);
}

}  // namespace
}  // namespace tributary::test
