// Backups taken while others write, the way back, and what verification finds.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "base/crypto.hpp"
#include "store/backup.hpp"
#include "store/sql.hpp"
#include "store/sqlite.hpp"
#include "store_fixture.hpp"

namespace tributary::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> texts(const VerifyReport& report) {
    std::vector<std::string> lines;
    for (const Finding& finding : report.findings)
        lines.push_back(finding.check + ": " + finding.detail);
    return lines;
}

class Backup : public ::testing::Test {
 protected:
    fs::path file(const std::string& name) const { return other_.path() / name; }
    StoreOptions elsewhere() const {
        StoreOptions options;
        options.state = other_.path() / "restored";
        options.url = "sqlite:" + (options.state / "tributary.db").string();
        return options;
    }
    void fill() {
        const Customer ann = house_.add_customer("Ann", {email_identity("ann@example.com")});
        const Ticket ticket = house_.add_ticket(ann, "Broken kettle");
        Interaction mail = sample_interaction(ann);
        mail.ticket = ticket.id;
        mail.content.subject = "Broken kettle";
        mail.content.text = mail.content.reply_text = "It leaks since yesterday";
        large_ = house_.store().stage(std::string(300'000, 'L'));
        small_ = house_.store().stage("small bytes");
        mail.raw_sha256 = large_.sha256;
        Attachment& attachment = mail.content.attachments.emplace_back();
        attachment.id = AttachmentId::make(1);
        attachment.filename = "kettle.jpg";
        attachment.sha256 = small_.sha256;
        house_.write([&](Tx& tx) {
            keep_blob(tx, large_);
            keep_blob(tx, small_);
            insert_interaction(tx, mail);
            append_change(tx, "interaction.created", {mail.id.text()}, at(5));
        });
    }
    void break_rows(const std::string& sql) {
        house_.write([&](Tx& tx) { tx.exec(sql); });
    }
    std::vector<std::string> findings() { return texts(verify_store(house_.options(), nullptr)); }

    StoreHouse house_{store_factories().front()};
    TemporaryFolder other_;
    StagedBlob large_;
    StagedBlob small_;
};

TEST_F(Backup, HoldsEverythingAndIsForItsOwnerOnly) {
    fill();
    const BackupReport report = back_up(house_.options(), file("b"), at(9));
    EXPECT_EQ(report.verified.blobs, 2);
    EXPECT_EQ(report.verified.rows, 3);
    EXPECT_EQ(report.bytes, static_cast<std::int64_t>(fs::file_size(file("b"))));
    struct stat status {};
    ASSERT_EQ(::stat(file("b").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    EXPECT_THAT(texts(verify_backup(file("b"), nullptr)), IsEmpty());
    EXPECT_EQ(std::distance(fs::directory_iterator(other_.path()), {}), 1);  // nothing beside it
}

TEST_F(Backup, NeverGoesOverAFileAndLeavesNothingWhenItFails) {
    fill();
    std::ofstream(file("b")) << "precious";
    const auto over = [&] { back_up(house_.options(), file("b"), at(9)); };
    EXPECT_EQ(failure_of(over), Outcome::conflict);
    EXPECT_EQ(fs::file_size(file("b")), 8u);
    for (const auto& entry : fs::recursive_directory_iterator(house_.folder() / "blobs"))
        if (entry.is_regular_file()) fs::resize_file(entry.path(), 10);
    const auto damaged = [&] { back_up(house_.options(), file("c"), at(9)); };
    EXPECT_EQ(failure_of(damaged), Outcome::unavailable);
    EXPECT_EQ(std::distance(fs::directory_iterator(other_.path()), {}), 1);
}

TEST_F(Backup, ComesBackAsAStoreThatContinues) {
    fill();
    const auto newest = house_.read([](const Tx& tx) { return newest_change(tx); });
    back_up(house_.options(), file("b"), at(9));
    const RestoreReport report = restore(elsewhere(), file("b"), Target::must_be_empty, at(50));
    EXPECT_EQ(report.snapshot_at, at(9));
    EXPECT_EQ(report.verified.blob_files, 1);
    asio::io_context io;
    const auto store = Store::open(io, elsewhere());
    EXPECT_EQ(store->load_blob(large_.sha256), std::string(300'000, 'L'));
    EXPECT_EQ(store->load_blob(small_.sha256), "small bytes");
    store->write_now([&](Tx& tx) {
        EXPECT_EQ(newest_change(tx), newest);
        EXPECT_GT(append_change(tx, "later", {}, at(10)), newest + 1'000'000);
        PageRequest page;
        EXPECT_EQ(search(tx, Scope::everything(), "kettle", page).items.size(), 2u);
    });
}

TEST_F(Backup, WhatWaitedToBeSentCountsAsInterrupted) {
    const Customer ann = house_.add_customer("Ann");
    Interaction answer = sample_interaction(ann);
    answer.direction = Direction::out;
    answer.deliveries.emplace_back().recipient = Party("Ann", "ann@example.com");
    house_.add_interaction(answer);
    back_up(house_.options(), file("b"), at(9));
    EXPECT_EQ(restore(elsewhere(), file("b"), Target::must_be_empty, at(50)).unsent, 1);
    asio::io_context io;
    const auto store = Store::open(io, elsewhere());
    store->write_now([&](Tx& tx) {
        const auto due = take_due(tx, "support", at(100), 10);
        ASSERT_EQ(due.size(), 1u);
        EXPECT_TRUE(due.front().was_interrupted);
    });
}

TEST_F(Backup, IsNotRestoredOverAStoreThatRunsOrStands) {
    fill();
    back_up(house_.options(), file("b"), at(9));
    house_.add_customer("Ben");
    const auto over = [&](Target target) {
        return failure_of([&] { restore(house_.options(), file("b"), target, at(50)); });
    };
    EXPECT_EQ(over(Target::may_be_replaced), Outcome::conflict);  // it runs
    house_.close();
    EXPECT_EQ(over(Target::must_be_empty), Outcome::conflict);
    EXPECT_EQ(over(Target::may_be_replaced), std::nullopt);
    house_.open();
    EXPECT_EQ(house_.read([](const Tx& tx) {
        return list_customers(tx, Scope::everything(), CustomerFilter(), PageRequest())
            .items.size();
    }),
              1u);
    EXPECT_EQ(house_.store().load_blob(large_.sha256), std::string(300'000, 'L'));
    EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(Backup, ThatIsDamagedOrNoneChangesNothing) {
    fill();
    back_up(house_.options(), file("b"), at(9));
    house_.close();
    std::ofstream(file("none")) << "not a database, but long enough to be looked at as one";
    const auto size = fs::file_size(file("b"));
    for (std::uintmax_t place = 5'000; place < size; place += size / 7) {
        fs::copy_file(file("b"), file("hurt"), fs::copy_options::overwrite_existing);
        std::fstream hurt(file("hurt"), std::ios::in | std::ios::out | std::ios::binary);
        hurt.seekp(static_cast<std::streamoff>(place));
        hurt << std::string(4'000, '\xa5');
        hurt.close();
        EXPECT_EQ(
            failure_of([&] { restore(elsewhere(), file("hurt"), Target::must_be_empty, at(50)); }),
            Outcome::unavailable)
            << place;
    }
    EXPECT_EQ(
        failure_of([&] { restore(elsewhere(), file("none"), Target::must_be_empty, at(50)); }),
        Outcome::unavailable);
    EXPECT_EQ(
        failure_of([&] { restore(elsewhere(), file("missing"), Target::must_be_empty, at(50)); }),
        Outcome::not_found);
    const auto store = house_.folder() / "tributary.db";
    EXPECT_EQ(failure_of([&] { restore(elsewhere(), store, Target::must_be_empty, at(50)); }),
              Outcome::invalid);  // a store, but no backup
    EXPECT_FALSE(fs::exists(elsewhere().state / "tributary.db"));
}

// The exchange is two steps; a power cut between them leaves the whole new store under its second
// name and the old one's log.
TEST_F(Backup, ARestoreThatWasCutOffIsFinishedAtTheNextStart) {
    fill();
    back_up(house_.options(), file("b"), at(9));
    restore(elsewhere(), file("b"), Target::must_be_empty, at(50));
    house_.add_customer("Ben");
    house_.close();
    const fs::path database = house_.folder() / "tributary.db";
    std::ofstream(database.string() + "-wal") << "of the old store";
    fs::rename(elsewhere().state / "tributary.db", database.string() + ".restored");
    house_.open();
    EXPECT_EQ(house_.read([](const Tx& tx) {
        return list_customers(tx, Scope::everything(), CustomerFilter(), PageRequest())
            .items.size();
    }),
              1u);
    EXPECT_FALSE(fs::exists(database.string() + ".restored"));
    EXPECT_THAT(findings(), IsEmpty());
}

// The ledger: number n is noted before write n is begun and confirmed after its commit.
TEST_F(Backup, UnderLoadHoldsAllThatWasAcknowledgedBeforeAndNothingHalf) {
    const Customer ann = house_.add_customer("Ann", {email_identity("ann@example.com")});
    std::atomic<int> begun = 0;
    std::atomic<int> committed = 0;
    std::atomic<bool> is_over = false;
    std::thread writer([&] {
        while (!is_over) {
            const int number = ++begun;
            const StagedBlob original = house_.store().stage(
                std::string(number % 10 == 0 ? 300'000 : 2'000, 'x') + std::to_string(number));
            Interaction mail = sample_interaction(ann);
            mail.id = InteractionId::make(number);
            mail.raw_sha256 = original.sha256;
            mail.content.text = mail.content.reply_text = "number" + std::to_string(number);
            house_.write([&](Tx& tx) {
                keep_blob(tx, original);
                insert_interaction(tx, mail);
                append_change(tx, "interaction.created", {mail.id.text()}, at(number));
            });
            committed = number;
        }
    });
    for (int round = 0; round < 10; ++round) {
        const int before = committed;
        const fs::path name = file("b" + std::to_string(round));
        const BackupReport report = back_up(house_.options(), name, at(round));
        const int after = begun;
        const auto held = report.verified.rows - 1;
        EXPECT_GE(held, before);
        EXPECT_LE(held, after);
        EXPECT_EQ(report.verified.blobs, held);
        StoreOptions options = elsewhere();
        restore(options, name, round == 0 ? Target::must_be_empty : Target::may_be_replaced,
                at(50));
        const auto connection = open_sqlite(options.state / "tributary.db", Duty::archive);
        const Tx tx(*connection);
        // The first `held` numbers, each once: nothing lost in between.
        EXPECT_EQ(tx.query_one<std::int64_t>("SELECT count(DISTINCT text) FROM content WHERE "
                                             "CAST(substr(text, 7) AS INTEGER) BETWEEN 1 AND $1",
                                             held),
                  held);
    }
    is_over = true;
    writer.join();
    EXPECT_THAT(findings(), IsEmpty());
}

TEST_F(Backup, VerifyFindsWhatWasBroken) {
    fill();
    ASSERT_THAT(findings(), IsEmpty());
    const struct {
        const char* sql;
        const char* finding;
    } cases[] = {
        {"DELETE FROM content", "rows: 1 interactions without content"},
        {"UPDATE interaction SET attachments = 2", "rows: 1 interactions with another number"},
        {"UPDATE ticket SET customer = x'00'", "rows: 1 tickets of no customer"},
        {"UPDATE identity SET customer = x'00'", "rows: 1 identities of no customer"},
        {"DELETE FROM blob WHERE bytes IS NULL", "rows: 1 originals that are no blob"},
        {"UPDATE blob SET bytes = x'41' WHERE bytes IS NOT NULL", "is altered"},
        {"UPDATE content SET text = 'another text'", "search: interaction"},
        {"UPDATE customer SET words = words || ' more'", "search: customer"},
        {"INSERT INTO ticket_search (ticket_search, rowid, words) SELECT 'delete', seq, words FROM "
         "ticket",
         "search: ticket"},
    };
    back_up(house_.options(), file("good"), at(9));
    for (const auto& one : cases) {
        break_rows(one.sql);
        EXPECT_THAT(findings(), ::testing::Contains(HasSubstr(one.finding))) << one.sql;
        house_.close();
        restore(house_.options(), file("good"), Target::may_be_replaced, at(50));
        house_.open();
        ASSERT_THAT(findings(), IsEmpty()) << one.sql;
    }
}

TEST_F(Backup, VerifyOpensWhatIsSealed) {
    house_.write([](Tx& tx) { keep_secret(tx, "support", "token", "sealed bytes", at(0)); });
    std::string asked;
    const auto report = verify_store(house_.options(), [&](std::string_view, std::string_view of) {
        asked = of;
        return false;
    });
    EXPECT_EQ(asked, "support/token");
    EXPECT_THAT(texts(report),
                ::testing::ElementsAre("sealed: the secret support/token does not open"));
}

TEST_F(Backup, VerifyNamesDamagedPages) {
    fill();
    house_.close();
    const fs::path database = house_.folder() / "tributary.db";
    const auto size = fs::file_size(database);
    std::fstream hurt(database, std::ios::in | std::ios::out | std::ios::binary);
    hurt.seekp(static_cast<std::streamoff>(size / 2 / 4096 * 4096));
    hurt << std::string(200, '\xa5');
    hurt.close();
    EXPECT_THAT(findings(), ::testing::Contains(HasSubstr("pages: ")));
}

}  // namespace
}  // namespace tributary::test
