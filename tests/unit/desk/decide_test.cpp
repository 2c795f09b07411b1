#include "desk/decide.hpp"

#include <gtest/gtest.h>

namespace tributary {
namespace {

const CustomerId kAnn = CustomerId::make(1'000);
const CustomerId kBob = CustomerId::make(2'000);

Identity email(Proof proof, const char* address = "ann@example.com") {
    return Identity(Handle("email", "", address), proof);
}
Identity visitor(Proof proof = Proof::channel) {
    return Identity(Handle("user", "chat", "dl_1"), proof);
}

KnownOwner owner(CustomerId customer, Proof proof, bool has_proven = true) {
    KnownOwner known;
    known.customer = customer;
    known.proof = proof;
    known.has_proven_handle = has_proven || is_proven(proof);
    return known;
}

HandleEvidence evidence(Identity identity, std::vector<KnownOwner> owners = {}) {
    HandleEvidence piece;
    piece.identity = std::move(identity);
    piece.owners = std::move(owners);
    return piece;
}

WhoSituation in_conversation(CustomerId customer, bool is_claimed, bool has_address) {
    WhoSituation situation;
    ConversationOwner known;
    known.customer = customer;
    known.is_claimed = is_claimed;
    known.has_address = has_address;
    situation.conversation = known;
    return situation;
}

struct WhoCase {
    const char* name;
    WhoSituation situation;
    std::optional<CustomerId> customer;
    bool is_claimed;
    std::size_t learns;
};

WhoSituation with(std::vector<HandleEvidence> pieces, ClaimedPolicy policy = ClaimedPolicy::link) {
    WhoSituation situation;
    situation.evidence = std::move(pieces);
    situation.claimed = policy;
    return situation;
}

TEST(DecideWho, Table) {
    const std::vector<WhoCase> cases = {
        {"nobody known: a stranger who is proven",
         with({evidence(email(Proof::channel))}),
         {},
         false,
         1},
        {"nobody known: a stranger who only claims",
         with({evidence(email(Proof::claimed))}),
         {},
         true,
         1},
        {"no identity at all is nobody's", with({}), {}, true, 0},
        {"proven meets proven",
         with({evidence(email(Proof::channel), {owner(kAnn, Proof::channel)})}), kAnn, false, 0},
        {"a signature meets a channel's proof",
         with({evidence(email(Proof::signed_by_host), {owner(kAnn, Proof::channel)})}), kAnn, false,
         1},
        {"a claim of a proven address is linked and teaches nothing",
         with({evidence(email(Proof::claimed), {owner(kAnn, Proof::channel)})}), kAnn, true, 0},
        {"claims apart by setting",
         with({evidence(email(Proof::claimed), {owner(kAnn, Proof::channel)})},
              ClaimedPolicy::apart),
         {},
         true,
         1},
        {"claims of two customers' addresses link to neither",
         with({evidence(email(Proof::claimed), {owner(kAnn, Proof::channel)}),
               evidence(email(Proof::claimed, "bob@example.com"), {owner(kBob, Proof::channel)})}),
         {},
         true,
         2},
        {"the same claim again is the same claimed customer",
         with({evidence(email(Proof::claimed), {owner(kAnn, Proof::claimed, false)})}), kAnn, true,
         0},
        {"a claim that somebody proven merely carries as a claim is a customer of its own",
         with({evidence(email(Proof::claimed), {owner(kAnn, Proof::claimed, true)})}),
         {},
         true,
         1},
        {"proof promotes a customer made of claims",
         with({evidence(email(Proof::channel), {owner(kAnn, Proof::claimed, false)})}), kAnn, false,
         1},
        {"a proven address does not join somebody who only claimed it",
         with({evidence(email(Proof::channel), {owner(kAnn, Proof::claimed, true)})}),
         {},
         false,
         1},
        {"an anonymous visitor who claims is linked",
         with(
             {evidence(visitor()), evidence(email(Proof::claimed), {owner(kAnn, Proof::channel)})}),
         kAnn, true, 0},
        {"a visitor known from before stays, whatever is claimed",
         with({evidence(visitor(), {owner(kBob, Proof::channel)}),
               evidence(email(Proof::claimed), {owner(kAnn, Proof::channel)})}),
         kBob, false, 0},
        {"two proven owners: the strongest handle decides, the other's handle is not taken",
         with({evidence(email(Proof::signed_by_host), {owner(kAnn, Proof::channel)}),
               evidence(Identity(Handle("phone", "", "+49301234567"), Proof::signed_by_host),
                        {owner(kBob, Proof::channel)})}),
         kAnn, false, 1},
    };
    for (const WhoCase& one : cases) {
        SCOPED_TRACE(one.name);
        const WhoDecision decision = decide_who(one.situation);
        EXPECT_EQ(decision.customer, one.customer);
        EXPECT_EQ(decision.is_claimed, one.is_claimed);
        EXPECT_EQ(decision.learn.size(), one.learns);
        EXPECT_FALSE(decision.moves_conversation);
        EXPECT_FALSE(decision.why.empty());
    }
}

TEST(DecideWho, AConversationKeepsItsCustomer) {
    WhoSituation situation = in_conversation(kBob, false, false);
    situation.evidence = {evidence(visitor(), {owner(kBob, Proof::channel)})};
    const WhoDecision decision = decide_who(situation);
    EXPECT_EQ(decision.customer, kBob);
    EXPECT_FALSE(decision.is_claimed);
}

TEST(DecideWho, AnAnonymousConversationMovesToWhomItsWriterClaimsToBe) {
    WhoSituation situation = in_conversation(kBob, false, false);
    situation.evidence = {evidence(visitor(), {owner(kBob, Proof::channel)}),
                          evidence(email(Proof::claimed), {owner(kAnn, Proof::channel)})};
    const WhoDecision decision = decide_who(situation);
    EXPECT_EQ(decision.customer, kAnn);
    EXPECT_TRUE(decision.is_claimed);
    EXPECT_TRUE(decision.moves_conversation);
    EXPECT_TRUE(decision.learn.empty());
}

TEST(DecideWho, AConversationOfSomebodyWithAnAddressNeverMoves) {
    WhoSituation situation = in_conversation(kBob, false, true);
    situation.evidence = {evidence(visitor(), {owner(kBob, Proof::channel)}),
                          evidence(email(Proof::claimed), {owner(kAnn, Proof::channel)})};
    const WhoDecision decision = decide_who(situation);
    EXPECT_EQ(decision.customer, kBob);
    EXPECT_FALSE(decision.moves_conversation);
}

TEST(DecideWho, ProofInAClaimedConversationPromotesThatEventOnly) {
    WhoSituation situation = in_conversation(kAnn, true, true);
    situation.evidence = {evidence(email(Proof::signed_by_host), {owner(kAnn, Proof::channel)})};
    const WhoDecision decision = decide_who(situation);
    EXPECT_EQ(decision.customer, kAnn);
    EXPECT_FALSE(decision.is_claimed);
}

CandidateTicket candidate(TicketStatus status, TicketLink link, bool is_party) {
    CandidateTicket ticket;
    ticket.id = TicketId::make(5);
    ticket.number = 7;
    ticket.status = status;
    ticket.link = link;
    ticket.sender_is_party = is_party;
    return ticket;
}

CandidateTicket reporting(TicketStatus status) {
    CandidateTicket ticket = candidate(status, TicketLink::reference, false);
    ticket.reports_on_ours = true;
    return ticket;
}

TEST(DecideTicket, Table) {
    SCOPED_TRACE("E56: machines reopen nothing, E60: bounces of ours do");
    using Action = TicketDecision::Action;
    struct Case {
        const char* name;
        TicketSituation situation;
        Action action;
        bool claims_candidate;
    };
    const auto situation = [](auto&& change) {
        TicketSituation made;
        change(made);
        return made;
    };
    const std::vector<Case> cases = {
        {"words raise work", situation([](auto&) {}), Action::open, false},
        {"a form raises work", situation([](auto& s) { s.kind = Kind::form; }), Action::open,
         false},
        {"an order is recorded", situation([](auto& s) { s.kind = Kind::order; }), Action::record,
         false},
        {"an order raises work where the connector says so", situation([](auto& s) {
             s.kind = Kind::order;
             s.policy = TicketPolicy::always;
         }),
         Action::open, false},
        {"never means never", situation([](auto& s) { s.policy = TicketPolicy::never; }),
         Action::record, false},
        {"a call is recorded", situation([](auto& s) { s.kind = Kind::call; }), Action::record,
         false},
        {"a missed call raises work", situation([](auto& s) {
             s.kind = Kind::call;
             s.is_missed_call = true;
         }),
         Action::open, false},
        {"history is silent", situation([](auto& s) { s.is_history = true; }), Action::record,
         false},
        {"an auto-reply raises nothing",
         situation([](auto& s) { s.auto_kind = AutoKind::auto_reply; }), Action::record, false},
        {"a party's answer reopens", situation([](auto& s) {
             s.candidate = candidate(TicketStatus::solved, TicketLink::token, true);
         }),
         Action::join_reopen, false},
        {"a party's out-of-office joins without reopening", situation([](auto& s) {
             s.auto_kind = AutoKind::auto_reply;
             s.candidate = candidate(TicketStatus::solved, TicketLink::reference, true);
         }),
         Action::join, false},
        {"a bounce of ours joins though a mail system is no party, and wakes the agent",
         situation([](auto& s) {
             s.auto_kind = AutoKind::bounce;
             s.reports_failure = true;
             s.candidate = reporting(TicketStatus::pending);
         }),
         Action::join_reopen, false},
        {"a bounce reopens even what is closed, and raises nothing new", situation([](auto& s) {
             s.auto_kind = AutoKind::bounce;
             s.reports_failure = true;
             s.candidate = reporting(TicketStatus::closed);
         }),
         Action::join_reopen, false},
        {"a delay joins without waking anybody", situation([](auto& s) {
             s.auto_kind = AutoKind::bounce;
             s.candidate = reporting(TicketStatus::solved);
         }),
         Action::join, false},
        {"an old bounce in the history wakes nobody", situation([](auto& s) {
             s.auto_kind = AutoKind::bounce;
             s.reports_failure = true;
             s.is_history = true;
             s.candidate = reporting(TicketStatus::solved);
         }),
         Action::join, false},
        {"a bounce of what we never sent is nobody's",
         situation([](auto& s) { s.auto_kind = AutoKind::bounce; }), Action::record, false},
        {"a bounce that refers to somebody's words is no report of ours", situation([](auto& s) {
             s.auto_kind = AutoKind::bounce;
             s.candidate = candidate(TicketStatus::open, TicketLink::reference, false);
         }),
         Action::record, false},
        {"a stranger's complaint about a message of ours joins it", situation([](auto& s) {
             s.auto_kind = AutoKind::feedback;
             s.candidate = reporting(TicketStatus::pending);
         }),
         Action::join, false},
        {"a stranger's complaint about anything else joins nothing", situation([](auto& s) {
             s.auto_kind = AutoKind::feedback;
             s.candidate = candidate(TicketStatus::open, TicketLink::reference, false);
         }),
         Action::record, true},
        {"a stranger who knows a reference gets a ticket of his own", situation([](auto& s) {
             s.candidate = candidate(TicketStatus::open, TicketLink::reference, false);
         }),
         Action::open, true},
        {"a party without token or reference starts anew", situation([](auto&) {}), Action::open,
         false},
        {"a list's mail with the token from a party does not reopen", situation([](auto& s) {
             s.auto_kind = AutoKind::list;
             s.candidate = candidate(TicketStatus::solved, TicketLink::token, true);
         }),
         Action::join, false},
        {"a stranger with the token gets a ticket of his own", situation([](auto& s) {
             s.candidate = candidate(TicketStatus::open, TicketLink::token, false);
         }),
         Action::open, true},
        {"a stranger's auto-reply with the token is only recorded", situation([](auto& s) {
             s.auto_kind = AutoKind::auto_reply;
             s.candidate = candidate(TicketStatus::open, TicketLink::token, false);
         }),
         Action::record, true},
        {"words after closing open a new matter", situation([](auto& s) {
             s.candidate = candidate(TicketStatus::closed, TicketLink::reference, true);
         }),
         Action::open, false},
    };
    for (const Case& one : cases) {
        SCOPED_TRACE(one.name);
        const TicketDecision decision = decide_ticket(one.situation);
        EXPECT_EQ(decision.action, one.action);
        EXPECT_EQ(decision.claims_candidate, one.claims_candidate);
        EXPECT_FALSE(decision.why.empty());
    }
}

TEST(MayAcknowledge, OnlyANewRequestersFirstMessageWithinTheBudget) {
    SCOPED_TRACE("E56, E58, E62: what leaves by itself has a budget");
    AcknowledgeSituation good;
    good.wanted = true;
    good.is_new_ticket = true;
    good.has_address = true;
    EXPECT_TRUE(may_acknowledge(good));
    const auto refused = [&](auto&& change) {
        AcknowledgeSituation situation = good;
        change(situation);
        return !may_acknowledge(situation);
    };
    EXPECT_TRUE(refused([](auto& s) { s.wanted = false; }));
    EXPECT_TRUE(refused([](auto& s) { s.is_new_ticket = false; }));
    EXPECT_TRUE(refused([](auto& s) { s.has_address = false; }));
    EXPECT_TRUE(refused([](auto& s) { s.is_history = true; }));
    EXPECT_TRUE(refused([](auto& s) { s.is_own_mail = true; }));
    EXPECT_TRUE(refused([](auto& s) { s.auto_kind = AutoKind::list; }));
    EXPECT_TRUE(refused([](auto& s) { s.sent_to_writer_today = 1; }));
    EXPECT_TRUE(refused([](auto& s) { s.sent_this_hour = kAcknowledgementsPerHour; }));
}

}  // namespace
}  // namespace tributary
