#include "store_fixture.hpp"

namespace tributary::test {
namespace {

class Interactions : public StoreTest {
 protected:
    Customer ann_ = house_.add_customer("Ann");
};
INSTANTIATE_STORE_TESTS(Interactions);

Interaction full_interaction(const Customer& customer) {
    Interaction one = sample_interaction(customer);
    one.ticket = TicketId::make(5);
    one.conversation = "c-1";
    one.direction = Direction::out;
    one.is_claimed = true;
    one.agent = AgentId::make(6);
    one.author = "Grace";
    one.raw_sha256 = std::string(32, '\x07');
    one.why.customer = "proven by the channel";
    one.why.ticket = "answers your message";
    Content& content = one.content;
    content.kind = Kind::form;
    content.external_id = "ext-1";
    content.sent_at = at(-3);
    content.sent_offset_minutes = -330;
    content.from = Party("Ann \"A\"", "ann@example.com");
    content.from_proof = Proof::channel;
    content.reply_to = {Party("", "r@example.com")};
    content.to = {Party("To", "to@example.com"), Party("To 2", "to2@example.com")};
    content.cc = {Party("Cc", "")};
    content.subject = "Betreff: Größe";
    content.text = "whole\ntext";
    content.reply_text = "newest";
    content.html = "<p>x</p>";
    content.message_id = "m1@example.com";
    content.in_reply_to = {"m0@example.com"};
    content.references = {"r0@example.com", "m0@example.com"};
    content.auto_kind = AutoKind::bounce;
    content.data = R"({"fields":{"a":1}})";
    content.warnings = {"charset guessed"};
    Bounce bounce;
    BouncedRecipient& recipient = bounce.recipients.emplace_back();
    recipient.address = "gone@example.com";
    recipient.status = "5.1.1";
    recipient.action = "failed";
    recipient.is_permanent = true;
    recipient.diagnostic = "550 no such user";
    bounce.original_message_id = "orig@example.com";
    content.bounce = bounce;
    Attachment& attachment = content.attachments.emplace_back();
    attachment.id = AttachmentId::make(7);
    attachment.filename = "Prüfbericht.pdf";
    attachment.content_type = "application/pdf";
    attachment.size = 12345;
    attachment.sha256 = std::string(32, '\x09');
    attachment.is_inline = true;
    attachment.content_id = "cid@x";
    Delivery& delivery = one.deliveries.emplace_back();
    delivery.recipient = Party("To", "to@example.com");
    delivery.next_attempt_at = at(50);
    return one;
}

void expect_same(const std::vector<Party>& got, const std::vector<Party>& want) {
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t index = 0; index < got.size(); ++index) {
        EXPECT_EQ(got[index].name, want[index].name);
        EXPECT_EQ(got[index].address, want[index].address);
    }
}

TEST_P(Interactions, ComeBackAsTheyWereStored) {
    const Interaction want = house_.add_interaction(full_interaction(ann_));
    EXPECT_GT(want.seq, 0);
    const auto found = house_.read([&](const Tx& tx) { return find_interaction(tx, want.id); });
    ASSERT_TRUE(found);
    const Interaction& got = *found;
    EXPECT_EQ(got.id, want.id);
    EXPECT_EQ(got.seq, want.seq);
    EXPECT_EQ(got.customer, want.customer);
    EXPECT_EQ(got.ticket, want.ticket);
    EXPECT_EQ(got.connector, want.connector);
    EXPECT_EQ(got.channel, want.channel);
    EXPECT_EQ(got.conversation, want.conversation);
    EXPECT_EQ(got.direction, want.direction);
    EXPECT_EQ(got.occurred_at, want.occurred_at);
    EXPECT_EQ(got.received_at, want.received_at);
    EXPECT_EQ(got.is_claimed, want.is_claimed);
    EXPECT_EQ(got.agent, want.agent);
    EXPECT_EQ(got.author, want.author);
    EXPECT_EQ(got.raw_sha256, want.raw_sha256);
    EXPECT_EQ(got.why.customer, want.why.customer);
    EXPECT_EQ(got.why.ticket, want.why.ticket);
    const Content& content = got.content;
    EXPECT_EQ(content.kind, want.content.kind);
    EXPECT_EQ(content.external_id, want.content.external_id);
    EXPECT_EQ(content.sent_at, want.content.sent_at);
    EXPECT_EQ(content.sent_offset_minutes, want.content.sent_offset_minutes);
    expect_same({content.from}, {want.content.from});
    EXPECT_EQ(content.from_proof, want.content.from_proof);
    expect_same(content.reply_to, want.content.reply_to);
    expect_same(content.to, want.content.to);
    expect_same(content.cc, want.content.cc);
    EXPECT_EQ(content.subject, want.content.subject);
    EXPECT_EQ(content.text, want.content.text);
    EXPECT_EQ(content.reply_text, want.content.reply_text);
    EXPECT_EQ(content.html, want.content.html);
    EXPECT_EQ(content.message_id, want.content.message_id);
    EXPECT_EQ(content.in_reply_to, want.content.in_reply_to);
    EXPECT_EQ(content.references, want.content.references);
    EXPECT_EQ(content.auto_kind, want.content.auto_kind);
    EXPECT_EQ(content.data, want.content.data);
    EXPECT_EQ(content.warnings, want.content.warnings);
}

TEST_P(Interactions, KeepTheirBounceAttachmentsAndDeliveries) {
    const Interaction want = house_.add_interaction(full_interaction(ann_));
    const Interaction got =
        house_.read([&](const Tx& tx) { return find_interaction(tx, want.id); }).value();
    ASSERT_TRUE(got.content.bounce);
    ASSERT_EQ(got.content.bounce->recipients.size(), 1u);
    EXPECT_EQ(got.content.bounce->recipients[0].status, "5.1.1");
    EXPECT_TRUE(got.content.bounce->recipients[0].is_permanent);
    EXPECT_EQ(got.content.bounce->recipients[0].diagnostic, "550 no such user");
    EXPECT_EQ(got.content.bounce->original_message_id, "orig@example.com");
    ASSERT_EQ(got.content.attachments.size(), 1u);
    EXPECT_EQ(got.content.attachments[0].id, want.content.attachments[0].id);
    EXPECT_EQ(got.content.attachments[0].filename, "Prüfbericht.pdf");
    EXPECT_EQ(got.content.attachments[0].size, 12345u);
    EXPECT_EQ(got.content.attachments[0].sha256, want.content.attachments[0].sha256);
    EXPECT_TRUE(got.content.attachments[0].is_inline);
    ASSERT_EQ(got.deliveries.size(), 1u);
    EXPECT_EQ(got.deliveries[0].recipient.address, "to@example.com");
    EXPECT_EQ(got.deliveries[0].next_attempt_at, at(50));
    const auto place = house_.read(
        [&](const Tx& tx) { return find_attachment(tx, want.content.attachments[0].id); });
    ASSERT_TRUE(place);
    EXPECT_EQ(place->interaction, want.id);
    EXPECT_EQ(place->conversation, "c-1");
    EXPECT_EQ(place->direction, Direction::out);
    EXPECT_EQ(place->attachment.content_type, "application/pdf");
}

TEST_P(Interactions, TextThatIsNotUnicodeIsStillReadable) {
    Interaction odd = sample_interaction(ann_);
    odd.content.from.name = "caf\xE9 \xFF";
    odd.content.text = std::string("a\0b\xFF", 4);
    odd = house_.add_interaction(odd);
    const auto got = house_.read([&](const Tx& tx) { return find_interaction(tx, odd.id); });
    EXPECT_EQ(got->content.from.name, odd.content.from.name);
    EXPECT_EQ(got->content.text, odd.content.text);
}

TEST_P(Interactions, ADedupeKeyHasOneFateForEver) {
    const auto claim = [&](std::string_view connector, std::string_view key, std::uint8_t first) {
        LedgerEntry entry;
        entry.subject[0] = first;
        return house_.write(
            [&](Tx& tx) { return claim_dedupe_key(tx, connector, key, "ref", entry, at(0)); });
    };
    EXPECT_FALSE(claim("support", "k", 1));
    EXPECT_FALSE(claim("support", "K", 2));
    EXPECT_FALSE(claim("sales", "k", 3));
    const auto standing = claim("support", "k", 4);
    ASSERT_TRUE(standing);
    EXPECT_EQ(standing->subject[0], 1);
    EXPECT_FALSE(standing->is_quarantined);
}

TEST_P(Interactions, TheTimelineComesNewestFirstInPages) {
    // Two share one instant: their seq decides.
    for (const int second : {10, 30, 20, 20, 5}) {
        Interaction one = sample_interaction(ann_);
        one.occurred_at = at(second);
        one.content.subject = std::to_string(second);
        house_.add_interaction(one);
    }
    std::vector<std::string> subjects;
    std::vector<std::int64_t> seqs;
    PageRequest request(2, "");
    int pages = 0;
    while (true) {
        const auto page = house_.read([&](const Tx& tx) {
            return customer_timeline(tx, Scope::everything(), ann_.id, {}, request);
        });
        ++pages;
        for (const auto& item : page.items) {
            subjects.push_back(item.content.subject);
            seqs.push_back(item.seq);
        }
        if (!page.next) break;
        request.cursor = *page.next;
    }
    EXPECT_EQ(pages, 3);
    EXPECT_EQ(subjects, (std::vector<std::string>{"30", "20", "20", "10", "5"}));
    EXPECT_GT(seqs[1], seqs[2]);
}

TEST_P(Interactions, TheTimelineIsFilteredByKindAndChannel) {
    Interaction call = sample_interaction(ann_);
    call.content.kind = Kind::call;
    call.channel = "phone";
    call = house_.add_interaction(call);
    house_.add_message(ann_, "mail", "…");
    const auto list = [&](const TimelineFilter& filter) {
        return house_
            .read([&](const Tx& tx) {
                return customer_timeline(tx, Scope::everything(), ann_.id, filter, PageRequest());
            })
            .items;
    };
    TimelineFilter filter;
    EXPECT_EQ(list(filter).size(), 2u);
    filter.kind = Kind::call;
    ASSERT_EQ(list(filter).size(), 1u);
    EXPECT_EQ(list(filter)[0].id, call.id);
    filter.channel = "email";
    EXPECT_TRUE(list(filter).empty());
}

TEST_P(Interactions, AMangledCursorIsInvalid) {
    for (int count = 0; count < 3; ++count)
        house_.add_message(ann_, "x", "y");
    const auto page = [&](const std::string& cursor) {
        return house_.read([&](const Tx& tx) {
            return customer_timeline(tx, Scope::everything(), ann_.id, {}, PageRequest(1, cursor));
        });
    };
    const std::string cursor = page("").next.value();
    std::string mangled = cursor;
    mangled[3] = mangled[3] == 'A' ? 'B' : 'A';
    const auto other_list = house_.read(
        [](const Tx& tx) { return search(tx, Scope::everything(), "y", PageRequest(1, "")).next; });
    ASSERT_TRUE(other_list);
    for (const std::string& bad : {mangled, cursor + "A", cursor.substr(1), *other_list,
                                   std::string("0"), std::string("' OR 1=1 --")}) {
        EXPECT_EQ(failure_of([&] { page(bad); }), Outcome::invalid) << bad;
    }
    EXPECT_FALSE(failure_of([&] { page(cursor); }));
}

TEST_P(Interactions, ATicketsInteractionsComeOldestFirstTheNewestAtMost) {
    const TicketId ticket = TicketId::make(1);
    for (const char* subject : {"1", "2", "3"})
        house_.add_message(ann_, subject, "…", ticket);
    const auto list = house_.read([&](const Tx& tx) { return ticket_interactions(tx, ticket, 2); });
    ASSERT_EQ(list.size(), 2u);
    EXPECT_EQ(list[0].content.subject, "2");
    EXPECT_EQ(list[1].content.subject, "3");
}

TEST_P(Interactions, AConversationGoesOnAfterASeq) {
    std::vector<Interaction> said;
    for (int count = 0; count < 4; ++count) {
        Interaction one = sample_interaction(ann_);
        one.conversation = "c";
        said.push_back(house_.add_interaction(one));
    }
    house_.read([&](const Tx& tx) {
        const auto rest = conversation_interactions(tx, "support", "c", said[1].seq, 1);
        ASSERT_EQ(rest.size(), 1u);
        EXPECT_EQ(rest[0].id, said[2].id);
        EXPECT_TRUE(conversation_interactions(tx, "other", "c", 0, 9).empty());
        EXPECT_EQ(find_by_conversation(tx, "support", "c")->interaction, said[3].id);
        EXPECT_FALSE(find_by_conversation(tx, "support", "d"));
    });
}

TEST_P(Interactions, MessageIdsLeadToTheirNewestInteractions) {
    Interaction one = sample_interaction(ann_);
    one.content.message_id = "a@x";
    house_.add_interaction(one);
    one.id = InteractionId::make(2);
    one.ticket = TicketId::make(1);
    const auto again = house_.add_interaction(one);
    one.id = InteractionId::make(3);
    one.content.message_id = "b@x";
    const auto other = house_.add_interaction(one);
    const auto found = house_.read([](const Tx& tx) {
        return find_by_message_ids(tx, {"a@x", "none@x", "", "b@x", "a@x"});
    });
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].interaction, other.id);
    EXPECT_EQ(found[1].interaction, again.id);
    EXPECT_EQ(found[1].ticket, again.ticket);
    EXPECT_EQ(found[1].connector, "support");
}

TEST_P(Interactions, TheNewestInboundIsTheCustomersLastWords) {
    const TicketId ticket = TicketId::make(1);
    const auto asked = house_.add_message(ann_, "asked", "…", ticket);
    Interaction answer = sample_interaction(ann_);
    answer.ticket = ticket;
    answer.direction = Direction::out;
    house_.add_interaction(answer);
    house_.read([&](const Tx& tx) {
        EXPECT_EQ(newest_inbound(tx, ticket)->id, asked.id);
        EXPECT_FALSE(newest_inbound(tx, TicketId::make(2)));
    });
    Interaction report = sample_interaction(ann_);
    report.id = InteractionId::make(5);
    report.ticket = ticket;
    report.content.auto_kind = AutoKind::bounce;
    house_.add_interaction(report);
    house_.read([&](const Tx& tx) {
        EXPECT_EQ(newest_inbound(tx, ticket)->id, asked.id) << "a mail system's report is no words";
    });
}

TEST_P(Interactions, FindsWhatWasSentLastAndToWhom) {
    const TicketId ticket = TicketId::make(1);
    std::vector<InteractionId> sent;
    for (const char* address : {"ann@x.example", "bob@x.example"}) {
        Interaction answer = sample_interaction(ann_);
        answer.id = InteractionId::make(sent.size() + 3);
        answer.deliveries.clear();
        answer.ticket = ticket;
        answer.direction = Direction::out;
        answer.deliveries.emplace_back().recipient = Party("", address);
        house_.add_interaction(answer);
        sent.push_back(answer.id);
    }
    house_.read([&](const Tx& tx) {
        EXPECT_EQ(newest_outbound(tx, ticket, "")->id, sent[1]);
        EXPECT_EQ(newest_outbound(tx, ticket, "ANN@x.example")->id, sent[0]);
        EXPECT_FALSE(newest_outbound(tx, ticket, "eve@x.example"));
        EXPECT_FALSE(newest_outbound(tx, TicketId::make(2), ""));
    });
}

TEST_P(Interactions, AndTicketsMoveTogetherWithTheirParties) {
    const TicketId ticket = TicketId::make(1);
    const Handle handle("email", "", "ann@x.example");
    house_.write([&](Tx& tx) {
        note_party(tx, ticket, handle);
        note_party(tx, ticket, handle);
        EXPECT_TRUE(is_party(tx, ticket, handle));
        EXPECT_FALSE(is_party(tx, TicketId::make(2), handle));
        EXPECT_FALSE(is_party(tx, ticket, Handle("email", "scope", "ann@x.example")));
    });
    EXPECT_EQ(failure_of([&] {
                  house_.write([&](Tx& tx) {
                      move_interaction(tx, InteractionId::make(1), ann_.id, ticket);
                  });
              }),
              Outcome::not_found);
}

}  // namespace
}  // namespace tributary::test
