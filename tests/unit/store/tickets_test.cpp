#include "store_fixture.hpp"

namespace tributary::test {
namespace {

using Texts = std::vector<std::string>;

class Tickets : public StoreTest {
 protected:
    Ticket get(TicketId id) {
        return house_.read([&](const Tx& tx) { return find_ticket(tx, id); }).value();
    }
    void update(Ticket& ticket) {
        house_.write([&](Tx& tx) { update_ticket(tx, ticket); });
    }
    Page<TicketRow> list(const TicketFilter& filter, TicketOrder order = TicketOrder::updated,
                         const PageRequest& page = {}) {
        return house_.read([&](const Tx& tx) {
            return list_tickets(tx, Scope::everything(), filter, order, page);
        });
    }
    Texts subjects(const TicketFilter& filter, TicketOrder order = TicketOrder::updated) {
        Texts found;
        for (const auto& row : list(filter, order).items)
            found.push_back(row.ticket.subject);
        return found;
    }
    Customer ann_ = house_.add_customer("Ann Nguyễn");
};
INSTANTIATE_STORE_TESTS(Tickets);

TEST_P(Tickets, ComeBackAsTheyWereStored) {
    Ticket want;
    want.id = TicketId::make(1);
    want.customer = ann_.id;
    want.connector = "support";
    want.subject = "Leaking tap";
    want.status = TicketStatus::pending;
    want.type = TicketType::complaint;
    want.priority = Priority::urgent;
    want.assignee = AgentId::make(2);
    want.is_claimed = true;
    want.claims_ticket = TicketId::make(77);
    want.created_at = at(1);
    want.updated_at = at(2);
    want.waiting_since = at(3);
    want.last_change = 17;
    house_.write([&](Tx& tx) { insert_ticket(tx, want); });
    EXPECT_GT(want.number, 0);
    const Ticket got = get(want.id);
    EXPECT_EQ(got.number, want.number);
    EXPECT_EQ(got.customer, want.customer);
    EXPECT_EQ(got.connector, want.connector);
    EXPECT_EQ(got.subject, want.subject);
    EXPECT_EQ(got.status, want.status);
    EXPECT_EQ(got.type, want.type);
    EXPECT_EQ(got.priority, want.priority);
    EXPECT_EQ(got.assignee, want.assignee);
    EXPECT_EQ(got.is_claimed, want.is_claimed);
    EXPECT_EQ(got.claims_ticket, want.claims_ticket);
    EXPECT_EQ(got.created_at, want.created_at);
    EXPECT_EQ(got.updated_at, want.updated_at);
    EXPECT_EQ(got.waiting_since, want.waiting_since);
    EXPECT_EQ(got.last_change, 17);
    EXPECT_EQ(got.version, 1);
    const auto by_number =
        house_.read([&](const Tx& tx) { return find_ticket_by_number(tx, want.number); });
    EXPECT_EQ(by_number->id, want.id);
}

TEST_P(Tickets, AnUpdateBumpsTheVersionAndAStaleOneIsAConflict) {
    Ticket ticket = house_.add_ticket(ann_, "one");
    Ticket stale = ticket;
    ticket.status = TicketStatus::solved;
    ticket.subject = "two";
    update(ticket);
    EXPECT_EQ(ticket.version, 2);
    EXPECT_EQ(get(ticket.id).status, TicketStatus::solved);
    EXPECT_EQ(get(ticket.id).version, 2);
    EXPECT_EQ(failure_of([&] { update(stale); }), Outcome::conflict);
    EXPECT_EQ(stale.version, 1);
    TicketFilter filter;
    filter.query = "one";
    EXPECT_EQ(subjects(filter), Texts{});
    filter.query = "two";
    EXPECT_EQ(subjects(filter), Texts{"two"});
}

TEST_P(Tickets, AreOrderedThreeWays) {
    auto early = house_.add_ticket(ann_, "early", at(1));
    auto middle = house_.add_ticket(ann_, "middle", at(2));
    auto late = house_.add_ticket(ann_, "late", at(3));
    early.updated_at = at(9);
    early.status = TicketStatus::solved;
    update(early);
    late.waiting_since = at(5);
    update(late);
    middle.waiting_since = at(6);
    update(middle);
    EXPECT_EQ(subjects({}, TicketOrder::created), (Texts{"late", "middle", "early"}));
    EXPECT_EQ(subjects({}, TicketOrder::updated), (Texts{"early", "late", "middle"}));
    EXPECT_EQ(subjects({}, TicketOrder::waiting), (Texts{"late", "middle"}));
}

TEST_P(Tickets, EveryOrderPagesWithoutGapOrRepeat) {
    for (int number = 0; number < 7; ++number) {
        auto ticket = house_.add_ticket(ann_, std::to_string(number), at(number / 2));
        ticket.status = number % 2 ? TicketStatus::open : TicketStatus::closed;
        ticket.waiting_since = at(number / 2);
        update(ticket);
    }
    for (const auto order : {TicketOrder::updated, TicketOrder::created, TicketOrder::waiting}) {
        const Texts whole = subjects({}, order);
        Texts paged;
        PageRequest request(3, "");
        while (true) {
            const auto page = list({}, order, request);
            for (const auto& row : page.items)
                paged.push_back(row.ticket.subject);
            if (!page.next) break;
            request.cursor = *page.next;
        }
        EXPECT_EQ(whole.size(), 7u);
        EXPECT_EQ(paged, whole);
    }
    const auto cursor = list({}, TicketOrder::created, PageRequest(3, "")).next.value();
    EXPECT_EQ(failure_of([&] { list({}, TicketOrder::updated, PageRequest(3, cursor)); }),
              Outcome::invalid);
}

TEST_P(Tickets, FiltersNarrowTogether) {
    for (const char* other : {"C", "D", "E"})
        house_.add_customer(other);
    const auto bob = house_.add_customer("Bob");
    auto tap = house_.add_ticket(ann_, "Leaking tap", at(1));
    auto roof = house_.add_ticket(bob, "Leaking roof", at(2));
    auto door = house_.add_ticket(bob, "Broken door", at(3));
    tap.assignee = AgentId::make(1);
    update(tap);
    door.status = TicketStatus::pending;
    door.connector = "chat";
    update(door);

    const auto check = [&](const char* situation, TicketFilter filter, const Texts& want) {
        for (const auto order : {TicketOrder::updated, TicketOrder::created}) {
            EXPECT_EQ(subjects(filter, order), want) << situation;
        }
    };
    TicketFilter filter;
    filter.status = TicketStatus::pending;
    check("status", filter, {"Broken door"});
    filter = {};
    filter.assignee = tap.assignee;
    check("assignee", filter, {"Leaking tap"});
    filter = {};
    filter.unassigned = true;
    check("unassigned", filter, {"Broken door", "Leaking roof"});
    filter.query = "leak";
    check("unassigned and word", filter, {"Leaking roof"});
    filter = {};
    filter.connector = "chat";
    check("connector", filter, {"Broken door"});
    filter = {};
    filter.customer = bob.id;
    filter.status = TicketStatus::open;
    check("customer and status", filter, {"Leaking roof"});
    filter = {};
    filter.query = "nguyen";
    check("the customer's name", filter, {"Leaking tap"});
    filter.query = std::to_string(roof.number);
    check("number", filter, {"Leaking roof"});
    filter.query = "%_*";
    check("marks", filter, {});
}

TEST_P(Tickets, ARowShowsTheLastWords) {
    auto ticket = house_.add_ticket(ann_, "tap");
    house_.add_message(ann_, "tap", "first words", ticket.id);
    Interaction answer = sample_interaction(ann_);
    answer.ticket = ticket.id;
    answer.direction = Direction::out;
    answer.channel = "chat";
    answer.author = "Grace";
    answer.content.text = std::string(199, 'x') + "é and more";
    house_.add_interaction(answer);
    Interaction note = sample_interaction(ann_);
    note.ticket = ticket.id;
    note.direction = Direction::internal;
    note.content.text = "for us only";
    house_.add_interaction(note);

    const auto row = list({}).items.at(0);
    EXPECT_EQ(row.customer_name, "Ann Nguyễn");
    EXPECT_EQ(row.channel, "chat");
    EXPECT_EQ(row.last_author, "Grace");
    EXPECT_EQ(row.last_words, std::string(199, 'x'));
}

TEST_P(Tickets, AMergedTicketClosesAndPointsToTheOther) {
    const auto into = house_.add_ticket(ann_, "into");
    const auto other = house_.add_ticket(ann_, "other");
    house_.add_message(ann_, "said on other", "…", other.id);
    const Handle handle("email", "", "a@x.example");
    house_.write([&](Tx& tx) {
        note_party(tx, other.id, handle);
        merge_tickets(tx, into.id, other.id, at(8));
    });
    const Ticket merged = get(other.id);
    EXPECT_EQ(merged.status, TicketStatus::closed);
    EXPECT_EQ(merged.merged_into, into.id);
    house_.read([&](const Tx& tx) {
        EXPECT_EQ(ticket_interactions(tx, into.id, 9).size(), 1u);
        EXPECT_TRUE(ticket_interactions(tx, other.id, 9).empty());
        EXPECT_TRUE(is_party(tx, into.id, handle));
    });
    EXPECT_EQ(subjects({}), Texts{"into"});
    EXPECT_EQ(failure_of([&] {
                  house_.write([&](Tx& tx) { merge_tickets(tx, into.id, other.id, at(9)); });
              }),
              Outcome::conflict);
}

}  // namespace
}  // namespace tributary::test
