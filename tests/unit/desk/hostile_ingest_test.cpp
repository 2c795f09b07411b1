// Events made to be filed under somebody else, or to bend the order of things. "E28" and the like
// are items of tests/catalogue.md.
#include <gtest/gtest.h>

#include "desk/actions.hpp"
#include "ingest_fixture.hpp"
#include "store/customers.hpp"

namespace tributary {
namespace {

// The name must not be taken for where a mail comes from.
TEST_F(Ingest, AnAddressInANameIsNotShownAsTheSender) {
    const struct {
        const char* name;
        const char* shown;
    } cases[] = {
        {"victim@bank.example", "evil0@x.example"},  // E24
        {"victim@bank.example via Support", "evil1@x.example"},
        {"victim\uFF20bank.example", "evil2@x.example"},
        {"Ann Lee", "Ann Lee"},
        {"", "evil4@x.example"},
    };
    for (std::size_t i = 0; i < std::size(cases); ++i) {
        const std::string number = std::to_string(i);
        StagedMessage posing = mail("m" + number, "evil" + number + "@x.example");
        posing.message.content.from.name = cases[i].name;
        const CustomerId id = interaction(take(posing)).customer;
        EXPECT_EQ(read([&](const Tx& tx) { return find_customer(tx, id); })->display_name,
                  cases[i].shown)
            << "E24 " << cases[i].name;
    }
}

// E28: over all pairs of addresses that begin, end or lie within each other.
TEST_F(Ingest, OnlyTheVeryAddressIsTheCustomer) {
    std::vector<std::string> addresses;
    const std::string domains[] = {"x.co", "x.com", "x.com.au", "a.x.co", "xx.co", "x.c"};
    for (const std::string& domain : domains) {
        for (int i = 0; i < 54; ++i) {
            std::string local(static_cast<std::size_t>(i % 9 + 1), 'a');
            local += std::string(static_cast<std::size_t>(i / 9), 'b');
            addresses.push_back(local + "@" + domain);
        }
    }
    ASSERT_GE(addresses.size() * addresses.size(), 100'000u);
    std::vector<CustomerId> owners;
    for (std::size_t i = 0; i < addresses.size(); ++i)
        owners.push_back(interaction(take(mail("m" + std::to_string(i), addresses[i]))).customer);
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        const auto found = read([&](const Tx& tx) {
            return find_handle_owners(tx, *make_handle("email", addresses[i]));
        });
        ASSERT_EQ(found.size(), 1u) << addresses[i];
        EXPECT_EQ(found[0].customer, owners[i]) << addresses[i];
        EXPECT_EQ(std::ranges::count(owners, owners[i]), 1) << addresses[i];
    }
}

TEST_F(Ingest, AnotherMailUnderAUsedIdIsAnotherInteraction) {
    StagedMessage second = mail("m2", "ann@example.com");
    second.message.content.message_id = "m1@example.com";  // E37
    const Receipt a = take(mail("m1", "ann@example.com"));
    const Receipt b = take(second);
    EXPECT_EQ(b.fate, Fate::accepted);
    EXPECT_NE(a.interaction, b.interaction);
}

// E40: what the sender's clock says is kept, and orders nothing.
TEST_F(Ingest, TheTimeOfReceiptRules) {
    for (const int days : {-400'000, -900, 900, 350'000}) {
        StagedMessage dated = mail("m" + std::to_string(days), "ann@example.com");
        dated.message.content.sent_at = kNow + std::chrono::days(days);
        const Interaction stored = interaction(take(dated));
        EXPECT_EQ(stored.occurred_at, kNow) << "E40 " << days;
        EXPECT_EQ(stored.content.sent_at, dated.message.content.sent_at) << "E40 " << days;
    }
}

// E50: the address alone opens nothing; who writes must be a party. It expires with its ticket.
TEST_F(Ingest, AReplyTokenGrantsNothingByItself) {
    const Interaction first = interaction(take(mail("m1", "ann@example.com")));
    const Interaction other = interaction(take(mail("m2", "bob@example.net")));
    const auto set_status = [&](TicketStatus status) {
        TicketChange change;
        change.status = status;
        store_->write_now([&](Tx& tx) { change_ticket(tx, *first.ticket, change, kNow); });
    };
    const auto answer = [&](const char* key, const char* from, const std::string& token) {
        StagedMessage made = mail(key, from);
        made.message.ticket_token = token;
        return interaction(take(made, kNow + std::chrono::days(4'000)));
    };
    set_status(TicketStatus::solved);
    EXPECT_EQ(answer("m3", "ann@example.com", first.ticket->text()).ticket, first.ticket)
        << "E50 old";
    set_status(TicketStatus::closed);
    const Interaction late = answer("late", "ann@example.com", first.ticket->text());
    EXPECT_NE(late.ticket, first.ticket) << "E50 expired";
    EXPECT_EQ(late.customer, first.customer) << "E50 expired";
    const Interaction foreign = answer("m4", "ann@example.com", other.ticket->text());
    EXPECT_NE(foreign.ticket, other.ticket) << "E50 another ticket's";
    EXPECT_NE(foreign.customer, other.customer) << "E50 another ticket's";
    EXPECT_NE(answer("m5", "ann@example.com", "").ticket, first.ticket) << "E50 none";
    const std::string unknown = TicketId::make(1).text();
    EXPECT_TRUE(answer("m6", "ann@example.com", unknown).ticket) << "E50 of no ticket";
}

}  // namespace
}  // namespace tributary
