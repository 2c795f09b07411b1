#include "store_fixture.hpp"

namespace tributary::test {
namespace {

class Customers : public StoreTest {
 protected:
    Customer get(CustomerId id) {
        return house_.read([&](const Tx& tx) { return find_customer(tx, id); }).value();
    }
    std::vector<HandleOwner> owners(const std::string& address) {
        return house_.read(
            [&](const Tx& tx) { return find_handle_owners(tx, Handle("email", "", address)); });
    }
    MergeId merge(const Customer& survivor, const Customer& other) {
        return house_.write(
            [&](Tx& tx) { return merge_customers(tx, survivor.id, other.id, AgentId(), at(9)); });
    }
    std::optional<CustomerId> unmerge(MergeId merge) {
        return house_.write([&](Tx& tx) { return unmerge_customers(tx, merge, at(10)); });
    }
    std::vector<std::string> timeline(const Customer& customer) {
        std::vector<std::string> subjects;
        const auto page = house_.read([&](const Tx& tx) {
            return customer_timeline(tx, Scope::everything(), customer.id, {}, PageRequest());
        });
        for (const auto& item : page.items)
            subjects.push_back(item.content.subject);
        std::sort(subjects.begin(), subjects.end());
        return subjects;
    }
    std::vector<std::string> names(const std::string& query) {
        std::vector<std::string> found;
        CustomerFilter filter;
        filter.query = query;
        const auto page = house_.read([&](const Tx& tx) {
            return list_customers(tx, Scope::everything(), filter, PageRequest());
        });
        for (const auto& customer : page.items)
            found.push_back(customer.display_name);
        return found;
    }
};
INSTANTIATE_STORE_TESTS(Customers);

using Texts = std::vector<std::string>;

TEST_P(Customers, AnAddressIsStaleForEverybodyWhoHasItUntilCleared) {
    std::vector<CustomerId> both;
    const Handle handle("email", "", "ann@example.com");
    for (const char* name : {"Ann", "Claims to be Ann"}) {
        Customer customer;
        customer.id = CustomerId::make(unix_ms(at(0)));
        customer.display_name = name;
        customer.identities = {email_identity("ann@example.com"),
                               email_identity("other@x.example")};
        customer.created_at = at(0);
        house_.write([&](Tx& tx) { insert_customer(tx, customer); });
        both.push_back(customer.id);
    }
    const auto stale = [&](CustomerId id, std::size_t i) {
        return get(id).identities.at(i).is_stale;
    };
    house_.write([&](Tx& tx) {
        EXPECT_FALSE(is_stale(tx, handle));
        EXPECT_TRUE(mark_stale(tx, handle, at(1)));
        EXPECT_FALSE(mark_stale(tx, handle, at(2)));
        EXPECT_TRUE(is_stale(tx, handle));
        EXPECT_FALSE(mark_stale(tx, Handle("email", "", "nobody@x.example"), at(2)));
    });
    for (const CustomerId id : both) {
        EXPECT_TRUE(stale(id, 0));
        EXPECT_FALSE(stale(id, 1));
    }
    house_.write([&](Tx& tx) {
        EXPECT_TRUE(clear_stale(tx, handle));
        EXPECT_FALSE(clear_stale(tx, handle));
    });
    EXPECT_FALSE(stale(both[0], 0));
}

TEST_P(Customers, ComesBackAsItWasStored) {
    Customer ann;
    ann.id = CustomerId::make(unix_ms(at(0)));
    ann.display_name = "Ann Öztürk";
    ann.owner = AgentId::make(unix_ms(at(0)));
    ann.fields = R"({"plan":"gold"})";
    ann.identities = {email_identity("ann@example.com"),
                      Identity(Handle("user", "chat", "u1"), Proof::signed_by_host, "Ann")};
    ann.created_at = at(0);
    house_.write([&](Tx& tx) { insert_customer(tx, ann); });

    const Customer got = get(ann.id);
    EXPECT_GT(got.number, 0);
    EXPECT_EQ(got.number, ann.number);
    EXPECT_EQ(got.display_name, ann.display_name);
    EXPECT_EQ(got.owner, ann.owner);
    EXPECT_EQ(got.fields, ann.fields);
    EXPECT_EQ(got.created_at, ann.created_at);
    EXPECT_EQ(got.version, 1);
    ASSERT_EQ(got.identities.size(), 2u);
    EXPECT_EQ(got.identities[0].handle, ann.identities[0].handle);
    EXPECT_EQ(got.identities[1].proof, Proof::signed_by_host);
    EXPECT_EQ(got.identities[1].display, "Ann");
    const auto by_number =
        house_.read([&](const Tx& tx) { return find_customer_by_number(tx, ann.number); });
    EXPECT_EQ(by_number->id, ann.id);
}

TEST_P(Customers, NobodyIsFoundByAnUnknownIdNumberOrHandle) {
    house_.read([](const Tx& tx) {
        EXPECT_FALSE(find_customer(tx, CustomerId::make(1)));
        EXPECT_FALSE(find_customer_by_number(tx, 99));
        EXPECT_TRUE(find_handle_owners(tx, Handle("email", "", "nobody@example.com")).empty());
    });
}

TEST_P(Customers, OwnersOfAHandleComeStrongestProofFirst) {
    const auto claims =
        house_.add_customer("Claims", {email_identity("a@x.example", Proof::claimed)});
    const auto proves = house_.add_customer("Proves", {email_identity("a@x.example")});
    const auto found = owners("a@x.example");
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].customer, proves.id);
    EXPECT_EQ(found[0].proof, Proof::channel);
    EXPECT_EQ(found[1].customer, claims.id);
}

TEST_P(Customers, ProofIsRaisedButNeverLowered) {
    const auto ann = house_.add_customer("Ann", {email_identity("a@x.example", Proof::claimed)});
    for (const Proof proof : {Proof::channel, Proof::none, Proof::claimed}) {
        house_.write(
            [&](Tx& tx) { add_identity(tx, ann.id, email_identity("a@x.example", proof), at(1)); });
        ASSERT_EQ(get(ann.id).identities.size(), 1u);
        EXPECT_EQ(get(ann.id).identities[0].proof, Proof::channel);
    }
}

TEST_P(Customers, AStaleVersionIsAConflict) {
    Customer ann = house_.add_customer("Ann");
    ann.display_name = "Ann B.";
    house_.write([&](Tx& tx) { update_customer(tx, ann); });
    EXPECT_EQ(get(ann.id).display_name, "Ann B.");
    EXPECT_EQ(get(ann.id).version, 2);
    EXPECT_EQ(failure_of([&] { house_.write([&](Tx& tx) { update_customer(tx, ann); }); }),
              Outcome::conflict);
}

TEST_P(Customers, AreListedNewestFirstAndFoundByNameHandleAndNumber) {
    const auto ann = house_.add_customer("Ann Nguyễn", {email_identity("ann@example.com")});
    house_.add_customer("Bob", {email_identity("bob@example.org")});
    EXPECT_EQ(names(""), (Texts{"Bob", "Ann Nguyễn"}));
    EXPECT_EQ(names("nguyen"), Texts{"Ann Nguyễn"});
    EXPECT_EQ(names("ann@example.com"), Texts{"Ann Nguyễn"});
    EXPECT_EQ(names("example.org"), Texts{"Bob"});
    EXPECT_EQ(names(std::to_string(ann.number)), Texts{"Ann Nguyễn"});
    EXPECT_EQ(names("\"*("), Texts{});
}

TEST_P(Customers, AreListedByOwner) {
    Customer ann = house_.add_customer("Ann");
    house_.add_customer("Bob");
    ann.owner = AgentId::make(1);
    house_.write([&](Tx& tx) { update_customer(tx, ann); });
    CustomerFilter filter;
    filter.owner = ann.owner;
    const auto page = house_.read([&](const Tx& tx) {
        return list_customers(tx, Scope::everything(), filter, PageRequest());
    });
    ASSERT_EQ(page.items.size(), 1u);
    EXPECT_EQ(page.items[0].id, ann.id);
}

TEST_P(Customers, ANewNameReplacesTheOldInTheIndex) {
    Customer ann = house_.add_customer("Ann Miller");
    ann.display_name = "Ann Smith";
    house_.write([&](Tx& tx) { update_customer(tx, ann); });
    EXPECT_EQ(names("miller"), Texts{});
    EXPECT_EQ(names("smith"), Texts{"Ann Smith"});
}

// --- merging -------------------------------------------------------------------------------------

TEST_P(Customers, AMergedCustomerLeadsToTheSurvivor) {
    const auto ann = house_.add_customer("Ann", {email_identity("ann@x.example")});
    const auto anna = house_.add_customer("Anna", {email_identity("anna@x.example")});
    house_.add_message(ann, "from ann", "…");
    house_.add_message(anna, "from anna", "…");
    merge(ann, anna);
    EXPECT_EQ(get(anna.id).id, ann.id);
    EXPECT_EQ(
        house_.read([&](const Tx& tx) { return find_customer_by_number(tx, anna.number); })->id,
        ann.id);
    EXPECT_EQ(get(ann.id).identities.size(), 2u);
    ASSERT_EQ(owners("anna@x.example").size(), 1u);
    EXPECT_EQ(owners("anna@x.example")[0].customer, ann.id);
    EXPECT_EQ(timeline(ann), (Texts{"from ann", "from anna"}));
    EXPECT_EQ(names("anna"), Texts{"Ann"});
}

TEST_P(Customers, AnUnmergePutsBackExactlyWhatWasFolded) {
    const auto ann = house_.add_customer(
        "Ann", {email_identity("both@x.example"), email_identity("ann@x.example")});
    const auto anna =
        house_.add_customer("Anna", {email_identity("both@x.example", Proof::signed_by_host)});
    const auto ticket = house_.add_ticket(anna, "anna's ticket");
    house_.add_message(ann, "ann before", "…");
    house_.add_message(anna, "anna before", "…", ticket.id);
    const MergeId merged = merge(ann, anna);
    EXPECT_EQ(get(ann.id).identities.size(), 2u);
    house_.add_message(ann, "after the merge", "…");

    EXPECT_EQ(unmerge(merged), anna.id);
    EXPECT_EQ(timeline(ann), (Texts{"after the merge", "ann before"}));
    EXPECT_EQ(timeline(anna), Texts{"anna before"});
    EXPECT_EQ(house_.read([&](const Tx& tx) { return find_ticket(tx, ticket.id); })->customer,
              anna.id);
    ASSERT_EQ(get(anna.id).identities.size(), 1u);
    EXPECT_EQ(get(anna.id).identities[0].proof, Proof::signed_by_host);
    ASSERT_EQ(get(ann.id).identities.size(), 2u);
    for (const auto& identity : get(ann.id).identities)
        EXPECT_EQ(identity.proof, Proof::channel);
    EXPECT_EQ(owners("both@x.example").size(), 2u);
    EXPECT_EQ(names("anna"), Texts{"Anna"});
    EXPECT_FALSE(unmerge(merged));
}

TEST_P(Customers, WhatWasMovedByHandSinceTheMergeStaysThere) {
    const auto ann = house_.add_customer("Ann");
    const auto anna = house_.add_customer("Anna");
    const auto carl = house_.add_customer("Carl");
    const auto moved = house_.add_message(anna, "moved", "…");
    const MergeId merged = merge(ann, anna);
    house_.write([&](Tx& tx) { move_interaction(tx, moved.id, carl.id, std::nullopt); });
    unmerge(merged);
    EXPECT_EQ(timeline(anna), Texts{});
    EXPECT_EQ(timeline(carl), Texts{"moved"});
}

TEST_P(Customers, NestedMergesComeApartInAnyOrder) {
    for (const bool inner_first : {true, false}) {
        const auto a = house_.add_customer("A");
        const auto b = house_.add_customer("B");
        const auto c = house_.add_customer("C");
        house_.add_message(a, "a", "…");
        house_.add_message(b, "b", "…");
        house_.add_message(c, "c", "…");
        const MergeId inner = merge(a, b);
        const MergeId outer = merge(c, a);
        EXPECT_EQ(timeline(c), (Texts{"a", "b", "c"}));
        EXPECT_EQ(get(b.id).id, c.id);
        unmerge(inner_first ? inner : outer);
        EXPECT_EQ(timeline(c), inner_first ? (Texts{"a", "c"}) : Texts{"c"});
        unmerge(inner_first ? outer : inner);
        EXPECT_EQ(timeline(a), Texts{"a"});
        EXPECT_EQ(timeline(b), Texts{"b"});
        EXPECT_EQ(timeline(c), Texts{"c"});
        EXPECT_EQ(get(b.id).id, b.id);
    }
}

TEST_P(Customers, ImpossibleMergesAreConflicts) {
    const auto a = house_.add_customer("A");
    const auto b = house_.add_customer("B");
    const auto c = house_.add_customer("C");
    merge(a, b);
    EXPECT_EQ(failure_of([&] { merge(a, a); }), Outcome::conflict);
    EXPECT_EQ(failure_of([&] { merge(c, b); }), Outcome::conflict);
    EXPECT_EQ(failure_of([&] { merge(b, c); }), Outcome::conflict);
}

}  // namespace
}  // namespace tributary::test
