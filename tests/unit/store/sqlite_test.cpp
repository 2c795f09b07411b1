// What only the embedded store promises: its file, its lock, its disk.
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

#include "store/migrations.hpp"
#include "store/sql.hpp"
#include "store/sqlite.hpp"
#include "store_fixture.hpp"

namespace tributary::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class Sqlite : public ::testing::Test {
 protected:
    StoreHouse house_{store_factories().front()};
};

std::string refusal(asio::io_context& io, const StoreOptions& options) {
    try {
        Store::open(io, options);
    } catch (const Failure& failure) {
        return failure.error().message;
    }
    return "opened";
}

TEST_F(Sqlite, ASecondDaemonIsRefusedAndToldWhoHoldsTheStore) {
    EXPECT_THAT(refusal(house_.io(), house_.options()),
                HasSubstr("in use by process " + std::to_string(::getpid())));
    house_.close();
    EXPECT_EQ(refusal(house_.io(), house_.options()), "opened");
}

TEST_F(Sqlite, ACommandWorksBesideTheDaemon) {
    StoreOptions options = house_.options();
    options.use = StoreOptions::Use::command;
    const auto command = Store::open(house_.io(), options);
    command->write_now([](Tx& tx) { set_cursor(tx, "support", "by command", at(0)); });
    house_.write([](Tx& tx) { EXPECT_EQ(find_cursor(tx, "support"), "by command"); });
}

TEST_F(Sqlite, ACommandMakesANewStoreButMigratesNoneThatADaemonHolds) {
    house_.close();
    fs::remove(house_.folder() / "tributary.db");
    StoreOptions options = house_.options();
    options.use = StoreOptions::Use::command;
    EXPECT_EQ(refusal(house_.io(), options), "opened");
    house_.open();
    house_.write([](Tx& tx) { tx.exec("UPDATE schema_version SET version = 0"); });
    EXPECT_THAT(refusal(house_.io(), options), HasSubstr("in use by process"));
}

TEST_F(Sqlite, ANewerSchemaIsRefusedInOneLine) {
    house_.write([](Tx& tx) { tx.exec("UPDATE schema_version SET version = 99"); });
    house_.close();
    const std::string message = refusal(house_.io(), house_.options());
    EXPECT_THAT(message, HasSubstr("schema version 99"));
    EXPECT_EQ(message.find('\n'), std::string::npos);
}

TEST_F(Sqlite, AFileThatIsNoDatabaseIsRefused) {
    house_.close();
    for (const char* suffix : {"", "-wal", "-shm"}) {
        fs::remove(house_.folder() / ("tributary.db" + std::string(suffix)));
    }
    std::ofstream(house_.folder() / "tributary.db") << std::string(8192, 'x');
    EXPECT_THAT(refusal(house_.io(), house_.options()), HasSubstr("damaged"));
}

TEST_F(Sqlite, OtherSchemesAreRefused) {
    StoreOptions options = house_.options();
    options.url = "mongodb://x";
    EXPECT_THAT(refusal(house_.io(), options), HasSubstr("sqlite:"));
}

TEST_F(Sqlite, ItsFilesAreTheOwnersAlone) {
    house_.write([](Tx& tx) { set_cursor(tx, "support", "1", at(0)); });
    for (const char* name : {"tributary.db", "tributary.db-wal", "tributary.db.lock"}) {
        const auto permissions = fs::status(house_.folder() / name).permissions();
        EXPECT_EQ(permissions & (fs::perms::group_all | fs::perms::others_all), fs::perms::none)
            << name;
    }
}

// --- statements ----------------------------------------------------------------------------------

std::vector<std::string> statements_of_the_room() {
    static const std::regex literal(R"re(R"sql\(([^]*?)\)sql")re");
    std::vector<std::string> statements;
    for (const auto& entry : fs::directory_iterator(TRIBUTARY_SOURCE_DIR "/src/store")) {
        if (entry.path().extension() != ".cpp") continue;
        std::stringstream text;
        text << std::ifstream(entry.path()).rdbuf();
        const std::string source = text.str();
        for (std::sregex_iterator at(source.begin(), source.end(), literal), end; at != end; ++at) {
            statements.push_back((*at)[1]);
        }
    }
    return statements;
}

TEST_F(Sqlite, PreparesEveryStatement) {
    const auto connection = open_sqlite(house_.folder() / "tributary.db", Duty::command);
    // What only backups and verifications have.
    connection->run_script("CREATE TEMP TABLE backup (snapshot_at BIGINT NOT NULL)");
    connection->see_indexed_words(Corpus::customer, [](std::int64_t, std::string_view) {});
    const auto statements = statements_of_the_room();
    EXPECT_GT(statements.size(), 70u);
    for (const std::string& statement : statements) {
        EXPECT_NO_THROW(connection->prepare(statement)) << statement;
    }
}

// --- the disk ------------------------------------------------------------------------------------

TEST_F(Sqlite, AFullDiskIsToldAndGotOver) {
    const auto limit_pages = [&](std::int64_t spare) {
        house_.write([&](Tx& tx) {
            const auto pages = tx.query_one<std::int64_t>("PRAGMA page_count").value();
            tx.exec("PRAGMA max_page_count = " + std::to_string(pages + spare));
        });
    };
    const auto fill = [&] {
        house_.write([](Tx& tx) { set_cursor(tx, "big", std::string(100'000, 'x'), at(0)); });
    };
    limit_pages(2);
    EXPECT_EQ(failure_of(fill), Outcome::unavailable);
    EXPECT_FALSE(house_.read([](const Tx& tx) { return find_cursor(tx, "big"); }));
    limit_pages(1000);
    EXPECT_FALSE(failure_of(fill));
}

// A death test's child runs the test anew; the folder they share is named by the environment.
fs::path shared_folder(const TemporaryFolder& own) {
    constexpr const char* variable = "TRIBUTARY_STORE_TEST_FOLDER";
    if (const char* inherited = std::getenv(variable)) return inherited;
    ::setenv(variable, own.path().c_str(), 1);
    return own.path();
}

class SqliteDeath : public ::testing::Test {
 protected:
    SqliteDeath() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
    ~SqliteDeath() override { ::unsetenv("TRIBUTARY_STORE_TEST_FOLDER"); }

    StoreOptions options() const {
        StoreOptions options;
        options.url = "sqlite:" + (folder_ / "tributary.db").string();
        options.state = folder_;
        return options;
    }
    // Notes each number it is told is durable, as a client far away would.
    void acknowledge(int number) const {
        std::ofstream(folder_ / "acknowledged", std::ios::app) << number << "\n";
    }
    std::vector<int> acknowledged() const {
        std::ifstream file(folder_ / "acknowledged");
        return {std::istream_iterator<int>(file), std::istream_iterator<int>()};
    }
    awaitable<void> write_for_ever(Store& store, int first, int stride) const {
        for (int number = first;; number += stride) {
            auto step = [number](Tx& tx) { note_event(tx, "kept", std::to_string(number), at(0)); };
            co_await store.write(step);
            acknowledge(number);
        }
    }
    void write_until_killed() const {
        asio::io_context io;
        const auto store = Store::open(io, options());
        for (int writer = 0; writer < 8; ++writer) {
            spawn(io.get_executor(), "writer", write_for_ever(*store, writer, 8));
        }
        while (acknowledged().size() < 200)
            io.run_one();
        ::raise(SIGKILL);
    }
    void write_until_the_disk_fails() const {
        asio::io_context io;
        const auto store = Store::open(io, options());
        ::dup2(STDERR_FILENO, STDOUT_FILENO);  // the log, for the parent to see
        ::signal(SIGXFSZ, SIG_IGN);
        rlimit limit{2'000'000, 2'000'000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        spawn(io.get_executor(), "writer", write_for_ever(*store, 0, 1));
        io.run();
    }
    void expect_all_acknowledged_are_stored() const {
        asio::io_context io;
        const auto store = Store::open(io, options());
        const auto numbers = acknowledged();
        EXPECT_FALSE(numbers.empty());
        store->read_now([&](const Tx& tx) {
            for (const int number : numbers) {
                EXPECT_EQ(count_events(tx, "kept", std::to_string(number), at(0)), 1) << number;
            }
        });
    }

    TemporaryFolder own_;
    fs::path folder_ = shared_folder(own_);
};

TEST_F(SqliteDeath, WhatWasAcknowledgedSurvivesAKill) {
    EXPECT_EXIT(write_until_killed(), ::testing::KilledBySignal(SIGKILL), "");
    EXPECT_GE(acknowledged().size(), 200u);
    expect_all_acknowledged_are_stored();
}

TEST_F(SqliteDeath, AWriteThatTheDiskRefusesEndsTheProcessUnacknowledged) {
    EXPECT_EXIT(write_until_the_disk_fails(), ::testing::KilledBySignal(SIGABRT),
                "store.disk_failed");
    expect_all_acknowledged_are_stored();
}

}  // namespace
}  // namespace tributary::test
