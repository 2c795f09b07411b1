// The audit: rows that are only added, and a chain that shows where it was cut.
#include <gmock/gmock.h>

#include "store/audit.hpp"
#include "store/sql.hpp"
#include "store/verify.hpp"
#include "store_fixture.hpp"

namespace tributary::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Audit : public StoreTest {
 protected:
    void note(const std::string& action, const std::string& subject = "") {
        house_.write(
            [&](Tx& tx) { append_audit(tx, AuditEvent("somebody", action, subject), at(1)); });
    }
    std::vector<std::string> actions(const AuditFilter& filter = {}) {
        return house_.read([&](const Tx& tx) {
            std::vector<std::string> found;
            for (const AuditRow& row : list_audit(tx, filter, PageRequest()).items)
                found.push_back(row.event.action);
            return found;
        });
    }
    void run(const std::string& sql) {
        house_.write([&](Tx& tx) { tx.exec(sql); });
    }
    std::vector<std::string> findings() {
        std::vector<std::string> found;
        for (const Finding& finding : verify_store(house_.options(), nullptr).findings)
            found.push_back(finding.detail);
        return found;
    }
    void remove_guards() {
        run("DROP TRIGGER audit_no_UPDATE");
        run("DROP TRIGGER audit_no_DELETE");
    }
};
INSTANTIATE_STORE_TESTS(Audit);

TEST_P(Audit, RowsAreOnlyEverAdded) {
    note("first");
    EXPECT_EQ(failure_of([&] { run("UPDATE audit SET actor = 'nobody'"); }), Outcome::conflict);
    EXPECT_EQ(failure_of([&] { run("DELETE FROM audit"); }), Outcome::conflict);
    EXPECT_THAT(actions(), ElementsAre("first"));
}

TEST_P(Audit, ListsNewestFirstByPageAndFilter) {
    for (int number = 0; number < 5; ++number)
        note("act" + std::to_string(number), number % 2 ? "odd" : "even");
    AuditFilter filter;
    filter.subject = "odd";
    EXPECT_THAT(actions(filter), ElementsAre("act3", "act1"));
    const auto first =
        house_.read([&](const Tx& tx) { return list_audit(tx, {}, PageRequest(2, "")); });
    ASSERT_TRUE(first.next);
    const auto second =
        house_.read([&](const Tx& tx) { return list_audit(tx, {}, PageRequest(2, *first.next)); });
    EXPECT_EQ(second.items.at(0).event.action, "act2");
}

TEST_P(Audit, AnUndoneStepLeavesNoRowAndNoGap) {
    note("first");
    EXPECT_EQ(failure_of([&] {
                  house_.write([&](Tx& tx) {
                      append_audit(tx, AuditEvent("somebody", "undone", ""), at(1));
                      throw Failure(Outcome::conflict, "undone");
                  });
              }),
              Outcome::conflict);
    note("second");
    EXPECT_THAT(actions(), ElementsAre("second", "first"));
    EXPECT_THAT(findings(), IsEmpty());
}

TEST_P(Audit, VerificationFindsWhereTheChainBreaks) {
    const struct {
        const char* sql;
        const char* finding;
    } cases[] = {
        {"UPDATE audit SET actor = 'nobody' WHERE seq = 3", "breaks at row 3: it was altered"},
        {"UPDATE audit SET at = at + 1 WHERE seq = 1", "breaks at row 1: it was altered"},
        {"UPDATE audit SET detail = '{}{}' WHERE seq = 5", "breaks at row 5: it was altered"},
        {"DELETE FROM audit WHERE seq = 2", "breaks at row 3: rows before it are gone"},
        {"DELETE FROM audit WHERE seq = 1", "breaks at row 2: rows before it are gone"},
        {"DELETE FROM audit WHERE seq >= 4", "the newest rows are gone: there were 5"},
        {"DELETE FROM audit", "the newest rows are gone: there were 5"},
    };
    for (const auto& one : cases) {
        StoreHouse other(GetParam());
        other.write([&](Tx& tx) {
            for (int number = 0; number < 5; ++number)
                append_audit(tx, AuditEvent("somebody", "act", std::to_string(number)), at(number));
        });
        ASSERT_TRUE(verify_store(other.options(), nullptr).is_good());
        other.write([&](Tx& tx) {
            tx.exec("DROP TRIGGER audit_no_UPDATE");
            tx.exec("DROP TRIGGER audit_no_DELETE");
            tx.exec(one.sql);
        });
        const auto report = verify_store(other.options(), nullptr);
        ASSERT_EQ(report.findings.size(), 1u) << one.sql;
        EXPECT_THAT(report.findings.front().detail, HasSubstr(one.finding)) << one.sql;
    }
}

// 1,000 single-byte changes of the chain's rows: each is found.
TEST_P(Audit, NoChangeOfAByteGoesUnseen) {
    house_.write([&](Tx& tx) {
        for (int number = 0; number < 1000; ++number)
            append_audit(tx, AuditEvent("somebody", "act", std::to_string(number)), at(number));
    });
    remove_guards();
    for (int number = 1; number <= 1000; number += 37) {
        const std::string place = " WHERE seq = " + std::to_string(number);
        run("UPDATE audit SET subject = subject || 'x'" + place);
        EXPECT_THAT(findings(),
                    ElementsAre(HasSubstr("breaks at row " + std::to_string(number) + ":")));
        run("UPDATE audit SET subject = substr(subject, 1, length(subject) - 1)" + place);
    }
    EXPECT_THAT(findings(), IsEmpty());
}

TEST_P(Audit, SettingsThatDifferAreToldWithBeforeAndAfter) {
    const auto see = [&](const SettingValues& values) {
        return house_.write([&](Tx& tx) { return audit_settings(tx, values, at(2)); });
    };
    EXPECT_EQ(see({{"server.listen", "a"}, {"log.level", "info"}}), 1);
    EXPECT_EQ(see({{"server.listen", "a"}, {"log.level", "info"}}), 0);
    EXPECT_EQ(see({{"server.listen", "b"}, {"connector x url", "u"}}), 3);
    const auto rows = house_.read([&](const Tx& tx) { return list_audit(tx, {}, PageRequest()); });
    ASSERT_EQ(rows.items.size(), 4u);
    EXPECT_EQ(rows.items[0].event.subject, "server.listen");
    EXPECT_EQ(rows.items[0].event.detail, R"({"before":"a","after":"b"})");
    EXPECT_EQ(rows.items[1].event.detail, R"({"before":"info","after":null})");
}

TEST_P(Audit, SignInsSayHowAndWhatCameOfIt) {
    const AgentId agent = AgentId::make(1);
    house_.write([&](Tx& tx) {
        audit_sign_in(tx, agent, "password", "ok", at(1));
        audit_sign_in(tx, std::nullopt, "password", "unknown", at(2));
    });
    EXPECT_THAT(actions(), ElementsAre("sign_in.refused", "sign_in"));
}

}  // namespace
}  // namespace tributary::test
