// Changes, access and housekeeping.
#include "store_fixture.hpp"

namespace tributary::test {
namespace {

class SmallTables : public StoreTest {};
INSTANTIATE_STORE_TESTS(SmallTables);

TEST_P(SmallTables, ChangesAscendWithoutGapsEvenAroundAFailedStep) {
    const auto append = [&](const char* kind, std::vector<std::string> ids, bool fails = false) {
        return house_.write([&](Tx& tx) {
            const auto seq = append_change(tx, kind, ids, at(0));
            if (fails) throw Failure(Outcome::invalid, "no");
            return seq;
        });
    };
    const auto first = append("ticket.updated", {"t1", "c1"});
    EXPECT_EQ(failure_of([&] { append("lost", {}, true); }), Outcome::invalid);
    EXPECT_EQ(append("interaction.created", {}), first + 1);
    house_.read([&](const Tx& tx) {
        const auto changes = changes_after(tx, first - 1, 10);
        ASSERT_EQ(changes.size(), 2u);
        EXPECT_EQ(changes[0].seq, first);
        EXPECT_EQ(changes[0].kind, "ticket.updated");
        EXPECT_EQ(changes[0].ids, (std::vector<std::string>{"t1", "c1"}));
        EXPECT_TRUE(changes[1].ids.empty());
        EXPECT_EQ(changes_after(tx, first - 1, 1).size(), 1u);
        EXPECT_TRUE(changes_after(tx, first + 1, 10).empty());
        EXPECT_EQ(newest_change(tx), first + 1);
    });
}

TEST_P(SmallTables, AKeptSecretIsTheLastOneOfItsNameAndConnector) {
    const std::string binary("\0sealed\xFF", 8);
    house_.write([&](Tx& tx) {
        keep_secret(tx, "support", "token", "first", at(0));
        keep_secret(tx, "support", "token", binary, at(1));
        keep_secret(tx, "sales", "token", "theirs", at(2));
        return 0;
    });
    house_.read([&](const Tx& tx) {
        EXPECT_EQ(find_kept_secret(tx, "support", "token"), binary);
        EXPECT_EQ(find_kept_secret(tx, "sales", "token"), "theirs");
        EXPECT_FALSE(find_kept_secret(tx, "support", "other"));
    });
}

TEST_P(SmallTables, AgentsAreFoundChangedAndUnique) {
    Agent grace;
    grace.id = AgentId::make(1);
    grace.name = "Grace";
    grace.email = "grace@example.com";
    grace.role = Role::admin;
    grace.created_at = at(0);
    house_.write([&](Tx& tx) { insert_agent(tx, grace); });
    grace.is_disabled = true;
    grace.role = Role::reader;
    house_.write([&](Tx& tx) { update_agent(tx, grace); });
    house_.read([&](const Tx& tx) {
        const auto got = find_agent_by_email(tx, "grace@example.com");
        ASSERT_TRUE(got);
        EXPECT_EQ(got->id, grace.id);
        EXPECT_EQ(got->role, Role::reader);
        EXPECT_TRUE(got->is_disabled);
        EXPECT_EQ(got->created_at, at(0));
        EXPECT_EQ(find_agent(tx, grace.id)->name, "Grace");
        EXPECT_FALSE(find_agent(tx, AgentId::make(2)));
        EXPECT_EQ(list_agents(tx).size(), 1u);
    });
    grace.id = AgentId::make(2);
    EXPECT_EQ(failure_of([&] { house_.write([&](Tx& tx) { insert_agent(tx, grace); }); }),
              Outcome::conflict);
    EXPECT_EQ(failure_of([&] { house_.write([&](Tx& tx) { update_agent(tx, grace); }); }),
              Outcome::not_found);
}

TEST_P(SmallTables, ARevokedTokenIsNoLongerFound) {
    ApiToken token;
    token.id = TokenId::make(1);
    token.name = "ci";
    token.role = Role::agent;
    token.agent = AgentId::make(2);
    token.created_at = at(0);
    const std::string hash(32, '\x05');
    house_.write([&](Tx& tx) { insert_token(tx, token, hash); });
    const auto find = [&] {
        return house_.read([&](const Tx& tx) { return find_token(tx, hash); });
    };
    ASSERT_TRUE(find());
    EXPECT_EQ(find()->agent, token.agent);
    EXPECT_EQ(find()->role, Role::agent);
    const auto revoke = [&] {
        return house_.write([&](Tx& tx) { return revoke_token(tx, token.id, at(5)); });
    };
    EXPECT_TRUE(revoke());
    EXPECT_FALSE(revoke());
    EXPECT_FALSE(find());
    const auto all = house_.read([](const Tx& tx) { return list_tokens(tx); });
    ASSERT_EQ(all.size(), 1u);
    EXPECT_EQ(all[0].revoked_at, at(5));
}

TEST_P(SmallTables, ACursorIsKeptPerConnector) {
    house_.write([](Tx& tx) {
        EXPECT_FALSE(find_cursor(tx, "support"));
        set_cursor(tx, "support", "7:12", at(0));
        set_cursor(tx, "support", "7:13", at(1));
        EXPECT_EQ(find_cursor(tx, "support"), "7:13");
        EXPECT_FALSE(find_cursor(tx, "sales"));
    });
}

QuarantineItem sample_item(std::int64_t number) {
    QuarantineItem item;
    item.id = QuarantineId::make(number);
    item.connector = "support";
    item.channel = "email";
    item.reason = "mime_depth";
    item.detail = "depth " + std::to_string(number);
    item.raw_sha256 = std::string(32, 'r');
    item.raw_content_type = "message/rfc822";
    item.dedupe_key = "k" + std::to_string(number);
    item.source_ref = "uid=1";
    item.received_at = at(number);
    item.sender = "x@example.com";
    item.subject = "?";
    return item;
}

TEST_P(SmallTables, TheQuarantineListsWhatWaitsNewestFirst) {
    for (const int number : {1, 2, 3}) {
        house_.write([&](Tx& tx) { insert_quarantine(tx, sample_item(number)); });
    }
    const auto list = [&](const PageRequest& page) {
        return house_.read(
            [&](const Tx& tx) { return list_quarantine(tx, Scope::everything(), page); });
    };
    const auto first = list(PageRequest(2, ""));
    ASSERT_EQ(first.items.size(), 2u);
    EXPECT_EQ(first.items[0].dedupe_key, "k3");
    EXPECT_EQ(first.items[0].state, "waiting");
    EXPECT_EQ(first.items[0].raw_sha256, std::string(32, 'r'));
    EXPECT_EQ(list(PageRequest(2, first.next.value())).items.at(0).dedupe_key, "k1");

    const QuarantineId third = first.items[0].id;
    const auto close = [&](std::string_view state) {
        house_.write([&](Tx& tx) { close_quarantine(tx, third, state); });
    };
    close("discarded");
    EXPECT_EQ(failure_of([&] { close("replayed"); }), Outcome::conflict);
    house_.read([&](const Tx& tx) {
        EXPECT_EQ(count_quarantine(tx), 2);
        EXPECT_EQ(count_quarantined_since(tx, Timestamp()), 2);
        EXPECT_EQ(count_quarantined_since(tx, Timestamp::max()), 0);
        const std::map<std::string, std::int64_t> reasons = quarantine_by_reason(tx);
        ASSERT_EQ(reasons.size(), 1u);
        EXPECT_EQ(reasons.begin()->second, 2);
        EXPECT_EQ(find_quarantine(tx, third)->state, "discarded");
    });
}

TEST_P(SmallTables, AReplayRepointsTheLedger) {
    LedgerEntry quarantined;
    quarantined.is_quarantined = true;
    quarantined.subject = QuarantineId::make(1).bytes();
    const auto interaction = InteractionId::make(2);
    house_.write([&](Tx& tx) {
        claim_dedupe_key(tx, "support", "k", "", quarantined, at(0));
        repoint_ledger(tx, "support", "k", interaction);
        const auto standing = claim_dedupe_key(tx, "support", "k", "", quarantined, at(1));
        ASSERT_TRUE(standing);
        EXPECT_FALSE(standing->is_quarantined);
        EXPECT_EQ(standing->subject, interaction.bytes());
    });
}

TEST_P(SmallTables, AReplyIsRememberedOncePerScopeAndKey) {
    RememberedReply reply;
    reply.request_sha256 = std::string(32, 'q');
    reply.status = 201;
    reply.body = R"({"id":"1"})";
    const auto remember = [&](std::string_view scope) {
        house_.write([&](Tx& tx) { remember_idempotency(tx, scope, "key", reply, at(0)); });
    };
    remember("token-1");
    remember("token-2");
    EXPECT_EQ(failure_of([&] { remember("token-1"); }), Outcome::conflict);
    const auto got =
        house_.read([](const Tx& tx) { return find_idempotency(tx, "token-1", "key"); });
    ASSERT_TRUE(got);
    EXPECT_EQ(got->request_sha256, reply.request_sha256);
    EXPECT_EQ(got->status, 201);
    EXPECT_EQ(got->body, reply.body);
    EXPECT_FALSE(house_.read([](const Tx& tx) { return find_idempotency(tx, "token-1", "k"); }));
}

TEST_P(SmallTables, AnInstanceKeyIsMadeOnceAndStays) {
    const auto key = [&](std::string_view purpose) {
        return house_.write([&](Tx& tx) { return instance_key(tx, purpose); });
    };
    const std::string first = key("reply-token");
    EXPECT_EQ(first.size(), 32u);
    EXPECT_NE(first, key("chat-token"));
    house_.close();
    house_.open();
    EXPECT_EQ(first, key("reply-token"));
}

TEST_P(SmallTables, EventsAreCountedSinceATime) {
    house_.write([](Tx& tx) {
        for (const int second : {1, 5, 9})
            note_event(tx, "auto-reply", "ann", at(second));
        note_event(tx, "auto-reply", "bob", at(9));
        EXPECT_EQ(count_events(tx, "auto-reply", "ann", at(5)), 2);
        EXPECT_EQ(count_events(tx, "receipt", "ann", at(0)), 0);
    });
}

TEST_P(SmallTables, EventsAreListedAndForgotten) {
    house_.write([](Tx& tx) {
        for (const int second : {9, 1, 5})
            note_event(tx, "heard", "support", at(second));
        note_event(tx, "heard", "sales", at(2));
        forget_events(tx, "heard", "support", at(5));
    });
    house_.read([](const Tx& tx) {
        EXPECT_EQ(list_events(tx, "heard", "support", at(0)),
                  (std::vector<Timestamp>{at(5), at(9)}));
        EXPECT_EQ(list_events(tx, "heard", "support", at(6)), (std::vector<Timestamp>{at(9)}));
        EXPECT_EQ(list_event_subjects(tx, "heard"), (std::vector<std::string>{"sales", "support"}));
        EXPECT_TRUE(list_event_subjects(tx, "told").empty());
    });
}

TEST_P(SmallTables, AProbeLeavesOneRowHoweverOftenItIsMade) {
    for (const int second : {1, 2, 3})
        house_.write([&](Tx& tx) { write_probe(tx, at(second)); });
    house_.read([](const Tx& tx) {
        EXPECT_EQ(list_events(tx, "probe", "", at(0)), (std::vector<Timestamp>{at(3)}));
    });
}

}  // namespace
}  // namespace tributary::test
