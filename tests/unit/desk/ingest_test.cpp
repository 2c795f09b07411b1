#include "desk/ingest.hpp"

#include <gtest/gtest.h>

#include "desk/actions.hpp"
#include "ingest_fixture.hpp"
#include "store/changes.hpp"
#include "store/customers.hpp"
#include "store/housekeeping.hpp"
#include "store/interactions.hpp"
#include "store/outbox.hpp"
#include "store/search.hpp"
#include "store/tickets.hpp"

namespace tributary {
namespace {

TEST_F(Ingest, AMailBecomesCustomerTicketInteractionAndChange) {
    const Receipt receipt = take(mail("m1", "Ann@Example.com"));
    EXPECT_EQ(receipt.fate, Fate::accepted);
    EXPECT_TRUE(receipt.is_new_ticket);
    const Interaction stored = interaction(receipt);
    EXPECT_EQ(stored.content.subject, "Kettle m1");
    EXPECT_EQ(stored.seq, receipt.seq);
    ASSERT_TRUE(stored.ticket);
    const auto customer = read([&](const Tx& tx) { return find_customer(tx, stored.customer); });
    ASSERT_TRUE(customer);
    ASSERT_EQ(customer->identities.size(), 1u);
    EXPECT_EQ(customer->identities[0].handle.value, "ann@example.com");
    const auto ticket = read([&](const Tx& tx) { return find_ticket(tx, *stored.ticket); });
    EXPECT_EQ(ticket->status, TicketStatus::open);
    EXPECT_EQ(ticket->number, receipt.ticket_number);
    EXPECT_EQ(ticket->waiting_since, kNow);
    EXPECT_GE(read([](const Tx& tx) { return newest_change(tx); }), receipt.seq);
    EXPECT_EQ(read([](const Tx& tx) {
                  return search(tx, Scope::everything(), "leaks", {}).items.size();
              }),
              1u);
}

TEST_F(Ingest, TheSameEventIsOneInteractionHoweverOftenItComes) {
    SCOPED_TRACE("E38");
    const Receipt first = take(mail("m1", "ann@example.com"));
    for (int i = 0; i < 3; ++i) {
        const Receipt again = take(mail("m1", "ann@example.com"), kNow + std::chrono::days(30 * i));
        EXPECT_EQ(again.fate, Fate::duplicate);
        EXPECT_EQ(again.interaction, first.interaction);
        EXPECT_EQ(again.ticket_number, first.ticket_number);
    }
    EXPECT_EQ(tickets().size(), 1u);
}

TEST_F(Ingest, TheSameKeyOnAnotherConnectorIsAnotherEvent) {
    take(mail("m1", "ann@example.com"));
    rules_.connector = "sales";
    EXPECT_EQ(take(mail("m1", "ann@example.com")).fate, Fate::accepted);
}

TEST_F(Ingest, ATroubledMessageIsPutAsideOnceAndSeen) {
    StagedMessage broken = mail("m1", "ann@example.com");
    broken.message.trouble = Error(Outcome::invalid, "nested too deeply").with_reason("mime_depth");
    EXPECT_EQ(take(broken).fate, Fate::quarantined);
    EXPECT_EQ(take(broken).fate, Fate::quarantined);
    const auto items =
        read([](const Tx& tx) { return list_quarantine(tx, Scope::everything(), {}).items; });
    ASSERT_EQ(items.size(), 1u);
    EXPECT_EQ(items[0].reason, "mime_depth");
    EXPECT_EQ(items[0].sender, "ann@example.com");
    EXPECT_TRUE(tickets().empty());
}

TEST_F(Ingest, AReplayedOriginalIsFiledAndItsItemClosed) {
    StagedMessage broken = mail("m1", "ann@example.com");
    broken.message.trouble = Error(Outcome::invalid, "nested too deeply").with_reason("mime_depth");
    take(broken);
    const auto items =
        read([](const Tx& tx) { return list_quarantine(tx, Scope::everything(), {}).items; });
    Receipt receipt;
    store_->write_now([&](Tx& tx) {
        receipt = ingest_replayed(tx, rules_, mail("m1", "ann@example.com"), items.at(0).id, kNow);
    });
    EXPECT_EQ(receipt.fate, Fate::accepted);
    EXPECT_EQ(read([](const Tx& tx) { return count_quarantine(tx); }), 0);
    const Receipt again = take(mail("m1", "ann@example.com"));
    EXPECT_EQ(again.fate, Fate::duplicate);
    EXPECT_EQ(again.interaction, receipt.interaction);
}

TEST_F(Ingest, NamelessSendersNeverShareATimeline) {
    SCOPED_TRACE("E13 to E17: no From, an empty one, a group, a bare word, half an address");
    StagedMessage first = mail("m1", "");
    StagedMessage second = mail("m2", "");
    const Interaction a = interaction(take(first));
    const Interaction b = interaction(take(second));
    EXPECT_NE(a.customer, b.customer);
    EXPECT_TRUE(a.is_claimed);
}

TEST_F(Ingest, AForgedSenderTeachesNothingAndMovesNothing) {
    const Interaction real = interaction(take(mail("m1", "ann@example.com")));
    StagedMessage forged = mail("m2", "ann@example.com", Proof::claimed);
    forged.message.identities.emplace_back(*make_handle("email", "evil@example.net"),
                                           Proof::claimed, "evil");
    const Interaction fake = interaction(take(forged));
    EXPECT_EQ(fake.customer, real.customer);
    EXPECT_TRUE(fake.is_claimed);
    EXPECT_NE(fake.ticket, real.ticket);
    const auto customer = read([&](const Tx& tx) { return find_customer(tx, real.customer); });
    EXPECT_EQ(customer->identities.size(), 1u);
}

TEST_F(Ingest, AnAnswerByReferenceJoinsAndReopens) {
    const Interaction first = interaction(take(mail("m1", "ann@example.com")));
    store_->write_now([&](Tx& tx) {
        TicketChange solved;
        solved.status = TicketStatus::solved;
        change_ticket(tx, *first.ticket, solved, kNow);
    });
    StagedMessage answer = mail("m2", "ann@example.com");
    answer.message.content.in_reply_to = {"m1@example.com"};
    const Receipt receipt = take(answer);
    EXPECT_FALSE(receipt.is_new_ticket);
    EXPECT_EQ(interaction(receipt).ticket, first.ticket);
    EXPECT_EQ(read([&](const Tx& tx) { return find_ticket(tx, *first.ticket); })->status,
              TicketStatus::open);
}

TEST_F(Ingest, ATokenInAStrangersHandsOpensAnotherTicket) {
    SCOPED_TRACE("E50: the right token and a stranger");
    const Interaction first = interaction(take(mail("m1", "ann@example.com")));
    StagedMessage stranger = mail("m2", "mallory@evil.example");
    stranger.message.ticket_token = first.ticket->text();
    const Receipt receipt = take(stranger);
    EXPECT_TRUE(receipt.is_new_ticket);
    const Interaction stored = interaction(receipt);
    EXPECT_NE(stored.ticket, first.ticket);
    EXPECT_NE(stored.customer, first.customer);
    EXPECT_NE(stored.why.ticket.find("claims to belong to"), std::string::npos);
    const auto opened = read([&](const Tx& tx) { return find_ticket_row(tx, *stored.ticket); });
    EXPECT_EQ(opened->ticket.claims_ticket, first.ticket);
    EXPECT_EQ(opened->claims_number,
              read([&](const Tx& tx) { return find_ticket(tx, *first.ticket); })->number);
}

TEST_F(Ingest, ACopyMakesNobodyACustomerNorAParty) {
    SCOPED_TRACE("E51");
    StagedMessage asking = mail("m1", "ann@example.com");
    asking.message.content.to = {Party("", "support@example.org"), Party("", "carl@example.net")};
    asking.message.content.cc = {Party("Dora", "dora@example.net")};
    const Interaction first = interaction(take(asking));
    for (const char* address : {"carl@example.net", "dora@example.net"}) {
        const Handle handle("email", "", address);
        EXPECT_TRUE(read([&](const Tx& tx) { return find_handle_owners(tx, handle); }).empty());
        EXPECT_FALSE(read([&](const Tx& tx) { return is_party(tx, *first.ticket, handle); }));
    }
    StagedMessage answer = mail("m2", "dora@example.net");
    answer.message.content.in_reply_to = {"m1@example.com"};
    const Interaction stored = interaction(take(answer));
    EXPECT_NE(stored.ticket, first.ticket);
    EXPECT_NE(stored.customer, first.customer);
}

TEST_F(Ingest, MailFromOurOwnAddressRaisesNothing) {
    SCOPED_TRACE("E59");
    const Receipt receipt = take(mail("m1", "support@example.org"));
    EXPECT_FALSE(receipt.ticket_number);
    EXPECT_EQ(interaction(receipt).content.auto_kind, AutoKind::loop);
}

TEST_F(Ingest, HistoryKeepsItsDatesAndStaysSilent) {
    StagedMessage old = mail("m1", "ann@example.com");
    old.message.is_history = true;
    old.message.acknowledge = true;
    old.message.content.sent_at = kNow - std::chrono::days(900);
    const Interaction stored = interaction(take(old));
    EXPECT_EQ(stored.occurred_at, kNow - std::chrono::days(900));
    EXPECT_FALSE(stored.ticket);
    EXPECT_EQ(read([](const Tx& tx) { return count_queued(tx, "support"); }), 0);
}

TEST_F(Ingest, AnAcknowledgementHoldsNoByteOfTheSubmitterAndGoesOnceADay) {
    SCOPED_TRACE("E58: machines without any header are stopped by the rate");
    StagedMessage asking = mail("m1", "ann@example.com");
    asking.message.acknowledge = true;
    asking.message.content.subject = "BUY-PILLS-NOW";
    asking.message.content.text = "http://spam.example";
    asking.message.content.from.name = "Click here";
    take(asking);
    std::vector<DueMessage> due;
    store_->write_now([&](Tx& tx) { due = take_due(tx, "support", kNow, 10); });
    ASSERT_EQ(due.size(), 1u);
    EXPECT_TRUE(due[0].is_automatic);
    const Content& sent = due[0].interaction.content;
    for (const char* foreign : {"PILLS", "spam.example", "Click here"}) {
        EXPECT_EQ(sent.subject.find(foreign), std::string::npos);
        EXPECT_EQ(sent.text.find(foreign), std::string::npos);
        EXPECT_EQ(sent.to.at(0).name.find(foreign), std::string::npos);
    }
    StagedMessage more = mail("m2", "ann@example.com");
    more.message.acknowledge = true;
    take(more, kNow + std::chrono::hours(1));
    EXPECT_EQ(read([](const Tx& tx) { return count_queued(tx, "support"); }), 1);
}

// --- what agents do
// ---------------------------------------------------------------------------------

class Actions : public Ingest {
 protected:
    Actions() {
        ReplyRoute route;
        route.connector = "support";
        route.channel = "email";
        route.capabilities.can_send = true;
        route.capabilities.has_recipients = true;
        route.capabilities.reaches = "email";
        routes_ = {route};
        first_ = interaction(take(mail("m1", "ann@example.com")));
    }
    Interaction answer(const ReplyRequest& request) {
        Interaction sent;
        store_->write_now(
            [&](Tx& tx) { sent = reply(tx, request, routes_, "desk.example.org", agent_, kNow); });
        return sent;
    }
    ReplyRequest request(const std::string& text) {
        ReplyRequest wanted;
        wanted.ticket = *first_.ticket;
        wanted.text = text;
        return wanted;
    }

    Actor agent_{AgentId::make(1), "Kim", Role::agent, Scope::everything()};
    std::vector<ReplyRoute> routes_;
    Interaction first_;
};

TEST_F(Actions, HtmlGoesAlongWhereTheChannelHasItAndIsNeverDroppedInSilence) {
    ReplyRequest wanted = request("We are on it.");
    wanted.html = "<p>We are on it.</p>";
    const Interaction left_out = answer(wanted);
    EXPECT_FALSE(left_out.content.html);
    EXPECT_EQ(left_out.content.warnings, std::vector<std::string>({"html_left_out"}));
    routes_.front().capabilities.has_html = true;
    const Interaction sent = answer(wanted);
    EXPECT_EQ(interaction_of(sent.id).content.html, wanted.html);
    EXPECT_TRUE(sent.content.warnings.empty());
}

TEST_F(Actions, AReplyIsQueuedThreadedAndNamed) {
    const Interaction sent = answer(request("We are on it."));
    EXPECT_EQ(sent.content.in_reply_to, std::vector<std::string>({"m1@example.com"}));
    EXPECT_EQ(sent.author, "Kim");
    EXPECT_TRUE(sent.content.message_id.ends_with("@desk.example.org"));
    ASSERT_EQ(sent.deliveries.size(), 1u);
    EXPECT_EQ(sent.deliveries[0].recipient.address, "ann@example.com");
    EXPECT_EQ(read([](const Tx& tx) { return count_queued(tx, "support"); }), 1);
    const auto ticket = read([&](const Tx& tx) { return find_ticket(tx, *first_.ticket); });
    EXPECT_EQ(ticket->status, TicketStatus::pending);
    EXPECT_FALSE(ticket->waiting_since);
}

TEST_F(Actions, AReplyToATicketThatMovedOnIsHeld) {
    ReplyRequest late = request("As I said.");
    late.seen = read([&](const Tx& tx) { return find_ticket(tx, *first_.ticket); })->last_change;
    StagedMessage more = mail("m2", "ann@example.com");
    more.message.content.in_reply_to = {"m1@example.com"};
    take(more);
    try {
        answer(late);
        FAIL() << "it was sent unseen";
    } catch (const Failure& held) {
        EXPECT_EQ(held.error().outcome, Outcome::conflict);
        EXPECT_EQ(held.error().reason, "stale_reply");
    }
    late.seen = read([&](const Tx& tx) { return find_ticket(tx, *first_.ticket); })->last_change;
    EXPECT_NO_THROW(answer(late));
}

TEST_F(Actions, ANoteOfAColleagueDoesNotHoldAReply) {
    ReplyRequest wanted = request("Hello");
    wanted.seen = read([&](const Tx& tx) { return find_ticket(tx, *first_.ticket); })->last_change;
    store_->write_now([&](Tx& tx) { add_note(tx, *first_.ticket, "call her", agent_, kNow); });
    EXPECT_NO_THROW(answer(wanted));
}

TEST_F(Actions, RecipientsAreChecked) {
    ReplyRequest wrong = request("Hello");
    wrong.has_recipients = true;
    wrong.to = {Party("", "not an address")};
    EXPECT_THROW(answer(wrong), Failure);
    wrong.to = {};
    EXPECT_THROW(answer(wrong), Failure);
}

TEST_F(Actions, AStaleVersionIsRefused) {
    TicketChange change;
    change.status = TicketStatus::solved;
    change.version = 999;
    EXPECT_THROW(
        store_->write_now([&](Tx& tx) { change_ticket(tx, *first_.ticket, change, kNow); }),
        Failure);
    EXPECT_EQ(read([&](const Tx& tx) { return find_ticket(tx, *first_.ticket); })->status,
              TicketStatus::open);
}

TEST_F(Actions, MergingTicketsMovesTheWordsAndLeadsLaterAnswersOn) {
    const Interaction second = interaction(take(mail("m2", "ann@example.com")));
    ASSERT_NE(second.ticket, first_.ticket);
    store_->write_now(
        [&](Tx& tx) { merge_ticket_into(tx, *first_.ticket, *second.ticket, agent_, kNow); });
    EXPECT_EQ(interaction([&] {
                  Receipt r;
                  r.interaction = second.id;
                  return r;
              }())
                  .ticket,
              first_.ticket);
    StagedMessage answer_to_second = mail("m3", "ann@example.com");
    answer_to_second.message.ticket_token = second.ticket->text();
    EXPECT_EQ(interaction(take(answer_to_second)).ticket, first_.ticket);
    EXPECT_THROW(store_->write_now([&](Tx& tx) {
        merge_ticket_into(tx, *first_.ticket, *first_.ticket, agent_, kNow);
    }),
                 Failure);
}

// --- mail that came back
// ---------------------------------------------------------------------------------

class Bounces : public Actions {
 protected:
    // Ann asked, an agent answered her and Bob, both were accepted, the ticket is solved.
    Bounces() {
        StagedMessage asking = mail("q1", "ann@example.com");
        asking.message.content.to = {Party("", "support@example.org"),
                                     Party("", "bob@example.net")};
        asked_ = interaction(take(asking));
        routes_.front().own_handles = rules_.own_handles;
        ReplyRequest request;
        request.ticket = *asked_.ticket;
        request.text = "Descale it.";
        store_->write_now([&](Tx& tx) {
            answer_ = tributary::reply(tx, request, routes_, "desk.example.org", agent_, kNow);
            Delivery accepted = answer_.deliveries.at(0);
            accepted.state = DeliveryState::accepted;
            for (std::size_t i = 0; i < answer_.deliveries.size(); ++i) {
                accepted.recipient = answer_.deliveries[i].recipient;
                record_delivery(tx, answer_.id, i, accepted);
            }
            TicketChange solved;
            solved.status = TicketStatus::solved;
            change_ticket(tx, *asked_.ticket, solved, kNow);
        });
        customers_ = count_customers();
        tickets_ = tickets().size();
    }

    static BouncedRecipient recipient(const char* address, const char* status, const char* action,
                                      bool is_dead) {
        BouncedRecipient one;
        one.address = address;
        one.status = status;
        one.action = action;
        one.is_permanent = std::string_view(action) == "failed";
        one.is_dead = is_dead;
        one.diagnostic = std::string("550 ") + status + " says the far side";
        return one;
    }
    static StagedMessage report(const std::string& key, std::vector<BouncedRecipient> recipients) {
        StagedMessage staged = mail(key, "mailer-daemon@example.net", Proof::claimed);
        staged.message.content.auto_kind = AutoKind::bounce;
        staged.message.content.bounce.emplace();
        staged.message.content.bounce->recipients = std::move(recipients);
        return staged;
    }
    Ticket ticket() {
        return *read([&](const Tx& tx) { return find_ticket(tx, *asked_.ticket); });
    }
    Delivery delivery(std::size_t index) {
        return read([&](const Tx& tx) { return find_interaction(tx, answer_.id); })
            ->deliveries.at(index);
    }
    bool is_stale_now(const char* address) {
        const Handle handle("email", "", address);
        return read([&](const Tx& tx) { return is_stale(tx, handle); });
    }
    std::size_t count_customers() {
        return read([](const Tx& tx) {
            return list_customers(tx, Scope::everything(), {}, {}).items.size();
        });
    }
    void expect_filed(const StagedMessage& staged) {
        const Interaction filed = interaction(take(staged));
        EXPECT_EQ(filed.ticket, asked_.ticket);
        EXPECT_EQ(filed.customer, asked_.customer);
        EXPECT_EQ(ticket().status, TicketStatus::open);
        EXPECT_EQ(tickets().size(), tickets_);
        EXPECT_EQ(count_customers(), customers_);
        EXPECT_EQ(delivery(0).state, DeliveryState::failed);
        EXPECT_NE(delivery(0).diagnostic.find("says the far side"), std::string::npos);
        EXPECT_EQ(delivery(1).state, DeliveryState::accepted);
    }

    Interaction asked_, answer_;
    std::size_t customers_ = 0;
    std::size_t tickets_ = 0;
};

TEST_F(Bounces, FindTheirMessageByItsId) {
    StagedMessage staged = report("b1", {recipient("Ann@Example.com", "5.1.1", "failed", true)});
    staged.message.content.bounce->original_message_id = answer_.content.message_id;
    expect_filed(staged);
    EXPECT_TRUE(is_stale_now("ann@example.com"));
    EXPECT_FALSE(is_stale_now("bob@example.net"));
}

TEST_F(Bounces, FindTheirMessageByTheSignedAddressAndTheRecipient) {
    StagedMessage staged = report("b1", {recipient("ann@example.com", "5.7.1", "failed", false)});
    staged.message.ticket_token = asked_.ticket->text();
    expect_filed(staged);
    EXPECT_FALSE(is_stale_now("ann@example.com")) << "blocked, not dead";
}

TEST_F(Bounces, FindTheirMessageByReferences) {
    StagedMessage staged = report("b1", {recipient("ann@example.com", "5.2.2", "failed", false)});
    staged.message.content.references = {"q1@example.com", answer_.content.message_id};
    expect_filed(staged);
}

TEST_F(Bounces, ADelayIsShownAndWakesNobody) {
    StagedMessage staged = report("b1", {recipient("bob@example.net", "4.4.1", "delayed", false)});
    staged.message.content.bounce->original_message_id = answer_.content.message_id;
    take(staged);
    EXPECT_EQ(ticket().status, TicketStatus::solved);
    EXPECT_EQ(delivery(1).state, DeliveryState::accepted);
    EXPECT_TRUE(delivery(1).diagnostic.starts_with("Delayed:"));
}

TEST_F(Bounces, OfWhatWeNeverSentChangeNobody) {
    SCOPED_TRACE("E60: backscatter");
    StagedMessage staged = report("b1", {recipient("ann@example.com", "5.1.1", "failed", true)});
    staged.message.content.bounce->original_message_id = "never@sent.example";
    staged.message.content.references = {"q1@example.com"};
    const Receipt receipt = take(staged);
    EXPECT_FALSE(receipt.ticket_number);
    EXPECT_NE(interaction(receipt).customer, asked_.customer);
    EXPECT_EQ(ticket().status, TicketStatus::solved);
    EXPECT_EQ(tickets().size(), tickets_);
    EXPECT_EQ(delivery(0).state, DeliveryState::accepted);
    EXPECT_FALSE(is_stale_now("ann@example.com"));
    const auto ann = read([&](const Tx& tx) { return find_customer(tx, asked_.customer); });
    EXPECT_EQ(ann->identities.size(), 1u);
}

TEST_F(Bounces, AStrangersAddressIsNotMarkedByOurMessagesBounce) {
    take(mail("m9", "zoe@example.com"));
    StagedMessage staged = report("b1", {recipient("zoe@example.com", "5.1.1", "failed", true)});
    staged.message.content.bounce->original_message_id = answer_.content.message_id;
    take(staged);
    EXPECT_FALSE(is_stale_now("zoe@example.com"));
    EXPECT_EQ(delivery(0).state, DeliveryState::accepted);
}

TEST_F(Bounces, AStaleAddressIsWarnedOfUntilItWrites) {
    StagedMessage staged = report("b1", {recipient("ann@example.com", "5.1.1", "failed", true)});
    staged.message.content.bounce->original_message_id = answer_.content.message_id;
    take(staged);
    const auto plan = [&] {
        return read([&](const Tx& tx) { return plan_reply_for(tx, ticket(), routes_); });
    };
    ASSERT_EQ(plan().to.at(0).address, "ann@example.com") << "never the mail system's";
    ASSERT_EQ(plan().warnings.size(), 1u);
    EXPECT_NE(plan().warnings[0].find("ann@example.com"), std::string::npos);
    const auto ann = read([&](const Tx& tx) { return find_customer(tx, asked_.customer); });
    EXPECT_TRUE(ann->identities.at(0).is_stale);

    take(mail("m2", "ann@example.com"));
    EXPECT_FALSE(is_stale_now("ann@example.com"));
    EXPECT_TRUE(plan().warnings.empty());
}

}  // namespace
}  // namespace tributary
