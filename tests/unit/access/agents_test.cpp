#include "access/agents.hpp"

#include "access/callers.hpp"
#include "desk/actions.hpp"
#include "store/customers.hpp"
#include "store/tickets.hpp"
#include "tests/unit/access/access_house.hpp"

namespace tributary::test {
namespace {

class Agents : public AccessHouse {
 protected:
    std::string sign_in(const Agent& agent) {
        return write([&](Tx& tx) { return begin_session(tx, agent.id, now()); });
    }
    bool is_in(const std::string& secret) {
        return read([&](const Tx& tx) {
            return actor_of_session(tx, sha256(secret), SessionLimits(), now()).has_value();
        });
    }
    std::int64_t changes() {
        return read([](const Tx& tx) { return access_changes(tx); });
    }
    Agent change(const Agent& agent, const AgentChange& change) {
        return write([&](Tx& tx) { return change_agent(tx, agent.id, change); });
    }
};

TEST_F(Agents, sessions_end_by_time) {
    const Agent kim = add_agent("kim@example.org");
    const std::string secret = sign_in(kim);
    EXPECT_TRUE(is_in(secret));
    turn(SessionLimits().idle - Milliseconds(1));
    EXPECT_TRUE(is_in(secret));
    turn(Milliseconds(1));
    EXPECT_FALSE(is_in(secret));

    const std::string busy = sign_in(kim);
    const auto id = read([&](const Tx& tx) { return find_session(tx, sha256(busy))->id; });
    for (Milliseconds gone{0}; gone < SessionLimits().longest; gone += std::chrono::hours(6)) {
        EXPECT_TRUE(is_in(busy));
        turn(std::chrono::hours(6));
        write([&](Tx& tx) { touch_session(tx, id, now()); });
    }
    EXPECT_FALSE(is_in(busy));
    write([&](Tx& tx) {
        end_old_sessions(tx, now() - SessionLimits().longest, now() - SessionLimits().idle);
    });
    EXPECT_FALSE(read([&](const Tx& tx) { return find_session(tx, sha256(busy)); }));
}

TEST_F(Agents, another_role_and_being_disabled_end_sessions_and_wake_the_connected) {
    const Agent kim = add_agent("kim@example.org");
    AgentChange demoted;
    demoted.role = Role::reader;
    AgentChange disabled;
    disabled.is_disabled = true;
    for (const AgentChange& one : {demoted, disabled}) {
        const std::string secret = sign_in(kim);
        const std::int64_t before = changes();
        change(kim, one);
        EXPECT_FALSE(is_in(secret));
        EXPECT_GT(changes(), before);
    }
    AgentChange back;
    back.is_disabled = false;
    change(kim, back);
    const std::string secret = sign_in(kim);
    AgentChange renamed;
    renamed.name = "Kim T.";
    EXPECT_EQ(change(kim, renamed).name, "Kim T.");
    EXPECT_TRUE(is_in(secret));
}

TEST_F(Agents, somebody_stays_who_may_administer) {
    const Agent kim = add_agent("kim@example.org", Role::admin);
    write([&](Tx& tx) { set_password_hash(tx, kim.id, "x", now()); });
    add_agent("robot@example.org", Role::admin);  // cannot sign in
    AgentChange demoted;
    demoted.role = Role::agent;
    EXPECT_THROW(change(kim, demoted), Failure);
    const Agent ana = add_agent("ana@example.org", Role::admin);
    write([&](Tx& tx) { set_password_hash(tx, ana.id, "x", now()); });
    EXPECT_EQ(change(kim, demoted).role, Role::agent);
}

TEST_F(Agents, teams_limit_and_their_loss_never_widens) {
    const Team team = write([&](Tx& tx) { return create_team(tx, "Shop", {"shop"}, now()); });
    const Agent kim = add_agent("kim@example.org");
    EXPECT_FALSE(kim.is_limited);
    AgentChange joined;
    joined.teams = std::optional(std::vector<TeamId>{team.id});
    const Agent limited = change(kim, joined);
    EXPECT_TRUE(limited.is_limited);
    EXPECT_EQ(limited.teams, std::vector<TeamId>{team.id});
    write([&](Tx& tx) { delete_team(tx, team.id); });
    const Agent after = *read([&](const Tx& tx) { return find_agent(tx, kim.id); });
    EXPECT_TRUE(after.is_limited);
    EXPECT_TRUE(after.teams.empty());
    AgentChange unknown;
    unknown.teams = std::optional(std::vector<TeamId>{team.id});
    EXPECT_THROW(change(kim, unknown), Failure);
}

TEST_F(Agents, a_teams_name_is_its_own) {
    write([&](Tx& tx) { create_team(tx, "Shop", {}, now()); });
    EXPECT_THROW(write([&](Tx& tx) { create_team(tx, "Shop", {}, now()); }), Failure);
}

TEST_F(Agents, offboarding_ends_everything_and_hands_the_work_over) {
    const Agent kim = add_agent("kim@example.org");
    const Agent ana = add_agent("ana@example.org");
    const Actor actor(kim.id, kim.name, kim.role, Scope::everything());
    const std::string secret = sign_in(kim);
    Ticket open, solved;
    write([&](Tx& tx) {
        set_password_hash(tx, kim.id, "x", now());
        link_provider(tx, "https://login.example", "42", kim.id, now());
        ApiToken token;
        token.id = TokenId::make(unix_ms(now()));
        token.name = "robot";
        token.agent = kim.id;
        insert_token(tx, token, sha256("robot"));
        NewCustomer wanted;
        wanted.name = "Mia";
        wanted.owner = kim.id;
        const Customer mia = create_customer(tx, wanted, now());
        NewTicket matter;
        matter.customer = mia.id;
        matter.subject = "A matter";
        open = create_ticket(tx, matter, actor, now());
        solved = create_ticket(tx, matter, actor, now());
        TicketChange mine;
        mine.assignee = kim.id;
        change_ticket(tx, open.id, mine, now());
        mine.status = TicketStatus::solved;
        change_ticket(tx, solved.id, mine, now());
    });
    const OffboardReport report =
        write([&](Tx& tx) { return offboard(tx, kim.id, ana.id, now()); });
    EXPECT_TRUE(report.agent.is_disabled);
    EXPECT_EQ(report.sessions, 1);
    EXPECT_EQ(report.tokens, 1);
    EXPECT_EQ(report.provider_links, 1);
    EXPECT_EQ(report.tickets, std::vector<std::int64_t>{open.number});
    EXPECT_EQ(report.customers.size(), 1u);
    EXPECT_FALSE(is_in(secret));
    read([&](const Tx& tx) {
        EXPECT_EQ(find_ticket(tx, open.id)->assignee, ana.id);
        EXPECT_EQ(find_ticket(tx, solved.id)->assignee, kim.id);
        EXPECT_FALSE(find_token(tx, sha256("robot")));
        EXPECT_FALSE(find_password_hash(tx, kim.id));
        EXPECT_FALSE(find_linked_agent(tx, "https://login.example", "42"));
        return 0;
    });
    const OffboardReport again =
        write([&](Tx& tx) { return offboard(tx, kim.id, std::nullopt, now()); });
    EXPECT_EQ(again.sessions + again.tokens + again.provider_links, 0);
    EXPECT_TRUE(again.tickets.empty());
    EXPECT_THROW(write([&](Tx& tx) { offboard(tx, ana.id, ana.id, now()); }), Failure);
    EXPECT_THROW(write([&](Tx& tx) { offboard(tx, ana.id, kim.id, now()); }), Failure);
}

}  // namespace
}  // namespace tributary::test
