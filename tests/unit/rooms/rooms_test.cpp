// Holds the sources to the rules of ARCHITECTURE.md: which room may know which, and what may stand
// where. Each test gives the whole list of what breaks its rule.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "tests/unit/rooms/source_file.hpp"

namespace tributary::test {
namespace {

constexpr std::size_t kMaxLines = 600;
constexpr std::size_t kMaxFilesWithBeast = 2;

const std::vector<SourceFile>& house() {
    static const std::vector<SourceFile> files = [] {
        auto all = read_sources("src");
        const auto connectors = read_sources("connectors");
        all.insert(all.end(), connectors.begin(), connectors.end());
        return all;
    }();
    return files;
}

// "net" of "net/curl.hpp" and of "src/net/curl.cpp"; "connectors/chat" of "connectors/chat/x.hpp".
std::string room_of(std::string path) {
    if (path.starts_with("src/")) path.erase(0, 4);
    std::size_t end = path.find('/');
    if (path.starts_with("connectors/")) end = path.find('/', end + 1);
    return path.substr(0, end);
}

std::optional<int> level_of(const std::string& room) {
    static const std::map<std::string, int> levels = {
        {"base", 0},      {"model", 1}, {"net", 1},    {"http", 1}, {"html", 1}, {"store", 2},
        {"connector", 2}, {"desk", 3},  {"access", 4}, {"api", 5},  {"app", 6},
    };
    if (room.starts_with("connectors/")) return 3;
    const auto at = levels.find(room);
    return at == levels.end() ? std::nullopt : std::optional(at->second);
}

bool may_include(const std::string& from, const std::string& to) {
    static const std::set<std::string> for_connectors = {"base", "model", "net",
                                                         "http", "html",  "connector"};
    if (from == to) return true;
    if (from.starts_with("connectors/")) return for_connectors.contains(to);
    if (to.starts_with("connectors/")) return false;
    const auto above = level_of(from);
    const auto below = level_of(to);
    return above && below && *below < *above;
}

TEST(rooms, know_only_the_rooms_below_them) {
    std::string broken;
    for (const SourceFile& file : house())
        for (const Include& include : includes_of(file))
            if (include.is_quoted && !may_include(room_of(file.path), room_of(include.target)))
                broken += file.path + " includes " + include.target + "\n";
    EXPECT_EQ(broken, "");
}

TEST(rooms, the_rule_itself) {
    struct Case {
        const char* from;
        const char* to;
        bool is_allowed;
    };
    const Case cases[] = {
        {"src/desk/ingest.cpp", "store/store.hpp", true},
        {"src/desk/ingest.cpp", "desk/desk.hpp", true},
        {"src/base/id.cpp", "model/ids.hpp", false},
        {"src/net/curl.cpp", "http/message.hpp", false},
        {"src/connector/connector.hpp", "store/store.hpp", false},
        {"src/desk/ingest.cpp", "connectors/chat/chat.hpp", false},
        {"src/app/daemon.cpp", "connectors/chat/chat.hpp", false},
        {"connectors/chat/chat.cpp", "connectors/chat/chat.hpp", true},
        {"connectors/chat/chat.cpp", "connectors/email/email.hpp", false},
        {"connectors/chat/chat.cpp", "connector/connector.hpp", true},
        {"connectors/chat/chat.cpp", "store/store.hpp", false},
        {"connectors/chat/chat.cpp", "desk/desk.hpp", false},
    };
    for (const Case& c : cases)
        EXPECT_EQ(may_include(room_of(c.from), room_of(c.to)), c.is_allowed)
            << c.from << " " << c.to;
}

// A library and the only files that may include it, by how their paths begin.
struct Library {
    const char* header;
    std::vector<std::string> homes;
};

const std::vector<Library>& libraries() {
    static const std::vector<Library> all = {
        {"sqlite3", {"src/store/sqlite"}},
        {"libpq", {"src/store/postgres"}},
        {"curl/", {"src/net/"}},
        {"boost/beast", {"src/http/"}},
        {"vmime/", {"connectors/email/mime"}},
        {"libxml/", {"src/html/"}},
        {"spdlog/", {"src/base/log."}},
        {"toml++/", {"src/base/settings_toml.cpp"}},
        {"sodium", {"src/base/crypto.", "src/base/seal.", "src/base/password."}},
        {"zxcvbn", {"src/base/password."}},
        {"liboath/", {"src/base/totp."}},
        {"cjose/", {"src/base/jwt."}},
        {"openssl/", {"src/base/crypto.", "src/http/", "src/net/"}},
        {"boost/asio/ssl", {"src/base/asio_build.cpp", "src/http/"}},
        {"idn2", {"src/model/email_address.cpp", "src/net/"}},
        {"boost/program_options", {"src/app/"}},
        {"systemd/", {"src/app/"}},
    };
    return all;
}

TEST(rooms, one_library_one_room) {
    std::string broken;
    for (const SourceFile& file : house()) {
        for (const Include& include : includes_of(file)) {
            for (const Library& library : libraries()) {
                const bool is_home =
                    std::any_of(library.homes.begin(), library.homes.end(),
                                [&](const auto& home) { return file.path.starts_with(home); });
                if (include.target.starts_with(library.header) && !is_home)
                    broken += file.path + " includes " + include.target + "\n";
            }
        }
    }
    EXPECT_EQ(broken, "");
}

// Beast is what compiles longest; everybody else sees plain requests and replies.
TEST(rooms, beast_is_compiled_in_two_places) {
    std::set<std::string> files;
    for (const SourceFile& file : house())
        for (const Include& include : includes_of(file))
            if (include.target.starts_with("boost/beast")) files.insert(file.path);
    std::string headers;
    for (const std::string& file : files)
        if (file.ends_with(".hpp")) headers += file + "\n";
    EXPECT_EQ(headers, "") << "headers pass it on";
    EXPECT_LE(files.size(), kMaxFilesWithBeast);
}

TEST(rooms, no_umbrella_headers) {
    std::string broken;
    for (const SourceFile& file : house())
        for (const Include& include : includes_of(file))
            if (include.target == "boost/asio.hpp" || include.target == "boost/beast.hpp")
                broken += file.path + " includes " + include.target + "\n";
    EXPECT_EQ(broken, "");
}

TEST(rooms, headers_say_what_they_are_and_are_read_once) {
    std::string broken;
    for (const SourceFile& file : house()) {
        if (!file.is_header()) continue;
        if (!file.text.starts_with("// "))
            broken += file.path + " does not begin by saying what it is\n";
        if (file.text.find("\n#pragma once\n") == std::string::npos)
            broken += file.path + " lacks #pragma once\n";
    }
    EXPECT_EQ(broken, "");
}

TEST(rooms, no_file_is_too_long) {
    std::string broken;
    auto files = house();
    const auto tests = read_sources("tests");
    files.insert(files.end(), tests.begin(), tests.end());
    for (const SourceFile& file : files) {
        const auto lines =
            static_cast<std::size_t>(std::count(file.text.begin(), file.text.end(), '\n'));
        if (lines > kMaxLines) broken += file.path + " has " + std::to_string(lines) + " lines\n";
    }
    EXPECT_EQ(broken, "");
}

// What does not appear, save in the folders named, and why.
struct Forbidden {
    const char* text;
    std::vector<std::string> homes;
    const char* reason;
};

TEST(rooms, what_does_not_appear) {
    const std::vector<Forbidden> rules = {
        {"std::regex", {}, "overflows the stack on long input"},
        {"asio::detached", {}, "loses exceptions: use spawn()"},
        {"co_spawn(", {"src/base/task."}, "loses exceptions: use spawn()"},
        {"std::mutex", {"src/base/", "src/store/"}, "one I/O thread needs no lock"},
        {"std::atomic", {"src/base/", "src/store/"}, "one I/O thread needs no lock"},
        {"std::condition_variable", {"src/base/", "src/store/"}, "blocks the I/O thread"},
        {"std::this_thread::sleep", {"src/base/log.cpp"}, "blocks the I/O thread: use sleep_for()"},
        {"using namespace std;", {}, "hides where names come from"},
        {"R\"sql(", {"src/store/"}, "SQL stands in the store only"},
        {"make_strand", {}, "one I/O thread needs no strand"},
    };
    std::string broken;
    for (const SourceFile& file : house()) {
        const std::string code = without_comments(file.text);
        for (const Forbidden& rule : rules) {
            const bool is_home =
                std::any_of(rule.homes.begin(), rule.homes.end(),
                            [&](const auto& home) { return file.path.starts_with(home); });
            if (!is_home && code.find(rule.text) != std::string::npos)
                broken += file.path + ": " + rule.text + " " + rule.reason + "\n";
        }
    }
    EXPECT_EQ(broken, "");
}

// Where a channel's word means something else than the channel.
struct Exception {
    const char* path;  // how the file's path begins
    const char* word;
    const char* reason;
};

constexpr std::array kWordsThatAreNoChannel = {
    Exception{"src/store/access", "email", "an agent signs in with an address"},
    Exception{"src/api/", "email",
              "agents have an address; so have identities, whose kind is this word"},
    Exception{"src/desk/", "email", "a kind of handle"},
    Exception{"src/store/", "email", "a kind of handle"},
    Exception{"src/desk/alert", "webhook", "how alerts leave; Standard Webhooks names the fields"},
};

TEST(rooms, no_channel_has_a_name_outside_its_folder) {
    const std::set<std::string> channels = {"email", "imap", "smtp", "webform", "webhook", "chat"};
    std::string broken;
    for (const SourceFile& file : house()) {
        if (!file.is_in("src/desk") && !file.is_in("src/store") && !file.is_in("src/api")) continue;
        std::set<std::string> found;
        for (const std::string& word : words_of(without_comments(file.text)))
            if (channels.contains(word)) found.insert(word);
        for (const std::string& word : found) {
            const bool is_explained =
                std::any_of(kWordsThatAreNoChannel.begin(), kWordsThatAreNoChannel.end(),
                            [&](const Exception& known) {
                                return file.path.starts_with(known.path) && word == known.word;
                            });
            if (!is_explained) broken += file.path + " speaks of " + word + "\n";
        }
    }
    EXPECT_EQ(broken, "");
}

// What the exceptions above cannot excuse: deciding by a channel's name. Capabilities decide.
TEST(rooms, nothing_is_decided_by_a_channels_name) {
    std::string broken;
    for (const SourceFile& file : house()) {
        if (file.is_in("connectors")) continue;
        const std::string code = without_comments(file.text);
        for (const char* comparison :
             {"channel == \"", "channel != \"", "\" == channel", "channel() == \""})
            if (code.find(comparison) != std::string::npos)
                broken += file.path + ": " + comparison + "\n";
    }
    EXPECT_EQ(broken, "");
}

TEST(rooms, every_connector_explains_itself) {
    namespace fs = std::filesystem;
    std::string broken;
    for (const auto& entry :
         fs::directory_iterator(fs::path(TRIBUTARY_SOURCE_DIR) / "connectors")) {
        if (!entry.is_directory()) continue;
        if (!fs::exists(entry.path() / "README.md"))
            broken += entry.path().filename().string() + " has no README.md\n";
    }
    EXPECT_EQ(broken, "");
}

TEST(source_file, comments_go_and_strings_stay) {
    EXPECT_EQ(without_comments("a // b\nc"), "a \nc");
    EXPECT_EQ(without_comments("\"// no\" // yes"), "\"// no\" ");
    EXPECT_EQ(without_comments("\"\\\"// no\""), "\"\\\"// no\"");
    EXPECT_EQ(without_comments("R\"x(\" // no)x\" // yes"), "R\"x(\" // no)x\" ");
    EXPECT_EQ(without_comments("'\"' // yes"), "'\"' ");
    EXPECT_EQ(without_comments("1'000 // yes"), "1'000 ");
    EXPECT_EQ(words_of("find_email(x2, \"SMTP-reply\")"),
              (std::vector<std::string>{"find", "email", "x2", "smtp", "reply"}));
}

}  // namespace
}  // namespace tributary::test
