#include "desk/reply_plan.hpp"

#include <gtest/gtest.h>

namespace tributary {
namespace {

ReplyRoute mailbox() {
    ReplyRoute route;
    route.connector = "support";
    route.channel = "email";
    route.capabilities.can_send = true;
    route.capabilities.has_recipients = true;
    route.capabilities.reaches = "email";
    route.own_handles = {Handle("email", "", "support@example.org"),
                         Handle("email", "", "help@example.org")};
    route.tag_delimiter = "+";
    return route;
}

ReplyRoute untagged_mailbox() {
    ReplyRoute route = mailbox();
    route.connector = "sales";
    route.own_handles = {Handle("email", "", "sales@example.org")};
    route.tag_delimiter = "";
    return route;
}

ReplyRoute form() {
    ReplyRoute route;
    route.connector = "contact";
    route.channel = "webform";
    return route;
}

ReplyRoute chat() {
    ReplyRoute route;
    route.connector = "site-chat";
    route.channel = "chat";
    route.capabilities.can_send = true;
    return route;
}

Interaction words_from(const char* connector, Party from) {
    Interaction interaction;
    interaction.connector = connector;
    interaction.content.from = std::move(from);
    interaction.content.message_id = "m1@example.com";
    return interaction;
}

Customer ann() {
    Customer customer;
    customer.display_name = "Ann Lee";
    customer.identities = {Identity(Handle("email", "", "old@example.com"), Proof::claimed),
                           Identity(Handle("email", "", "ann@example.com"), Proof::channel)};
    return customer;
}

ReplySituation situation(Interaction newest) {
    ReplySituation made;
    made.newest = std::move(newest);
    made.customer = ann();
    made.ticket_subject = "Kettle";
    made.routes = {form(), mailbox(), untagged_mailbox(), chat()};
    return made;
}

std::vector<std::string> addresses(const std::vector<Party>& parties) {
    std::vector<std::string> list;
    for (const Party& party : parties)
        list.push_back(party.address);
    return list;
}

using Addresses = std::vector<std::string>;

TEST(PlanReply, GoesToTheSenderAndKeepsTheOthersInCopy) {
    ReplySituation mail = situation(words_from("support", Party("Ann", "Ann@Example.com")));
    mail.newest->content.to = {Party("", "SUPPORT@example.org"), Party("", "bob@example.com")};
    mail.newest->content.cc = {Party("", "carol@example.com"), Party("", "ann@example.com"),
                               Party("", "bob@example.com")};
    const ReplyPlan plan = plan_reply(mail);
    EXPECT_TRUE(plan.is_available);
    EXPECT_EQ(plan.connector, "support");
    EXPECT_EQ(addresses(plan.to), Addresses({"Ann@Example.com"}));
    EXPECT_EQ(addresses(plan.cc), Addresses({"bob@example.com", "carol@example.com"}));
    EXPECT_EQ(plan.subject, "Re: Kettle");
    EXPECT_EQ(plan.id_domain, "example.org");
}

TEST(PlanReply, ReplyToStandsForTheSender) {
    ReplySituation mail = situation(words_from("support", Party("Ann", "ann@example.com")));
    mail.newest->content.reply_to = {Party("", "family@example.com")};
    EXPECT_EQ(addresses(plan_reply(mail).to), Addresses({"family@example.com"}));
}

// Who wrote to whom, and who would get the answer.
struct Recipients {
    const char* name;
    Addresses reply_to;
    std::string from;
    Addresses to;
    Addresses cc;
    Addresses plan_to;
    Addresses plan_cc;
};

std::vector<Party> parties(const Addresses& list) {
    std::vector<Party> made;
    for (const std::string& address : list)
        made.emplace_back("", address);
    return made;
}

TEST(PlanReply, ProposesTheRightRecipients) {
    const std::string ann = "ann@example.com";
    const std::string us = "support@example.org";
    const std::string bob = "bob@example.com";
    const std::string carol = "carol@example.com";
    const Recipients rows[] = {
        {"only us", {}, ann, {us}, {}, {ann}, {}},
        {"others stay", {}, ann, {us, bob}, {carol}, {ann}, {bob, carol}},
        {"we are in Cc", {}, ann, {bob}, {us}, {ann}, {bob}},
        {"we are in Bcc", {}, ann, {bob}, {}, {ann}, {bob}},
        {"our alias", {}, ann, {"help@example.org", bob}, {}, {ann}, {bob}},
        {"our other mailbox", {}, ann, {us}, {"sales@example.org"}, {ann}, {}},
        {"our signed address", {}, ann, {"support+abc234@example.org"}, {bob}, {ann}, {bob}},
        {"it in capitals", {}, ann, {"SUPPORT+ABC234@Example.ORG"}, {}, {ann}, {}},
        {"another's tag is another",
         {},
         ann,
         {"bob+x@example.org"},
         {},
         {ann},
         {"bob+x@example.org"}},
        {"no tags there", {}, ann, {"sales+x@example.org"}, {}, {ann}, {"sales+x@example.org"}},
        {"like ours, elsewhere",
         {},
         ann,
         {"support@example.net"},
         {},
         {ann},
         {"support@example.net"}},
        {"doubles by case",
         {},
         ann,
         {us, "Bob@Example.com"},
         {bob, "ANN@example.com"},
         {ann},
         {"Bob@Example.com"}},
        {"Reply-To instead of From", {carol}, ann, {us}, {bob}, {carol}, {bob}},
        {"several Reply-To", {carol, bob}, ann, {us}, {bob}, {carol, bob}, {}},
        {"Reply-To and From the same", {"ANN@example.com"}, ann, {us}, {}, {"ANN@example.com"}, {}},
        {"From is no recipient beside Reply-To", {carol}, ann, {us}, {}, {carol}, {}},
        {"a list that answers to itself",
         {"list@lists.example"},
         ann,
         {"list@lists.example"},
         {us},
         {"list@lists.example"},
         {}},
        {"Reply-To is ours: a form mailer", {us}, ann, {us}, {}, {ann}, {}},
        {"Reply-To is no address", {"undisclosed-recipients:;"}, ann, {us}, {}, {ann}, {}},
        {"no addresses", {}, ann, {"undisclosed-recipients:;", "", "bob"}, {"@x"}, {ann}, {}},
        {"international domains are one",
         {},
         ann,
         {"a@b\xC3\xBC"
          "cher.example"},
         {"a@xn--bcher-kva.example"},
         {ann},
         {"a@b\xC3\xBC"
          "cher.example"}},
        {"the writer in copy", {}, ann, {us}, {ann, bob}, {ann}, {bob}},
    };
    for (const Recipients& row : rows) {
        SCOPED_TRACE(row.name);
        ReplySituation mail = situation(words_from("support", Party("", row.from)));
        mail.newest->content.reply_to = parties(row.reply_to);
        mail.newest->content.to = parties(row.to);
        mail.newest->content.cc = parties(row.cc);
        const ReplyPlan plan = plan_reply(mail);
        EXPECT_EQ(addresses(plan.to), row.plan_to);
        EXPECT_EQ(addresses(plan.cc), row.plan_cc);
    }
}

TEST(PlanReply, NobodyToAnswerIsSaid) {
    ReplySituation mail = situation(words_from("support", Party("", "support@example.org")));
    mail.newest->content.cc = parties({"bob@example.com"});
    const ReplyPlan plan = plan_reply(mail);
    EXPECT_FALSE(plan.is_available);
    EXPECT_FALSE(plan.reason.empty());
}

TEST(ChooseRecipients, TakesTheAgentsChoiceEachOnce) {
    ReplyPlan plan = plan_reply(situation(words_from("support", Party("", "ann@example.com"))));
    choose_recipients(plan, parties({"bob@example.com", "Bob@example.com"}),
                      parties({"carol@example.com", "BOB@example.com"}));
    EXPECT_EQ(addresses(plan.to), Addresses({"bob@example.com"}));
    EXPECT_EQ(addresses(plan.cc), Addresses({"carol@example.com"}));
}

TEST(PlanReply, ThreadsByReferencesAndShortensThemInTheMiddle) {
    ReplySituation mail = situation(words_from("support", Party("Ann", "ann@example.com")));
    for (int i = 0; i < 40; ++i)
        mail.newest->content.references.push_back("r" + std::to_string(i) + "@x");
    const ReplyPlan plan = plan_reply(mail);
    EXPECT_EQ(plan.in_reply_to, Addresses({"m1@example.com"}));
    ASSERT_EQ(plan.references.size(), 20u);
    EXPECT_EQ(plan.references.front(), "r0@x");
    EXPECT_EQ(plan.references.back(), "m1@example.com");
    EXPECT_EQ(plan.references[18], "r39@x");
}

TEST(PlanReply, AFormIsAnsweredByTheFirstConnectorThatReachesAnAddress) {
    ReplySituation filled = situation(words_from("contact", Party("Ann", "typed@example.com")));
    ReplyPlan plan = plan_reply(filled);
    EXPECT_EQ(plan.connector, "support");
    EXPECT_EQ(addresses(plan.to), Addresses({"ann@example.com"})) << "the strongest proof";
    filled.newest->is_claimed = true;
    plan = plan_reply(filled);
    EXPECT_EQ(addresses(plan.to), Addresses({"typed@example.com"}))
        << "a claimed writer is answered where he is";
}

TEST(PlanReply, AChatIsAnsweredInItsConversation) {
    ReplySituation talk = situation(words_from("site-chat", Party("Ann", "dl_1")));
    talk.newest->conversation = "c1";
    const ReplyPlan plan = plan_reply(talk);
    EXPECT_EQ(plan.connector, "site-chat");
    EXPECT_EQ(plan.conversation, "c1");
    EXPECT_EQ(addresses(plan.to), Addresses({"dl_1"}));
    EXPECT_TRUE(plan.cc.empty());
}

TEST(PlanReply, SaysWhyThereIsNoWay) {
    ReplySituation alone = situation(words_from("contact", Party("Ann", "")));
    alone.routes = {form(), chat()};
    const ReplyPlan plan = plan_reply(alone);
    EXPECT_FALSE(plan.is_available);
    EXPECT_FALSE(plan.reason.empty());
}

TEST(PlanReply, ASubjectThatIsAnAnswerAlreadyStaysOne) {
    ReplySituation mail = situation(words_from("support", Party("Ann", "ann@example.com")));
    mail.ticket_subject = "RE: Kettle";
    EXPECT_EQ(plan_reply(mail).subject, "RE: Kettle");
}

}  // namespace
}  // namespace tributary
