#include "base/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <boost/json/parse.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace tributary {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Schema example_schema() {
    Schema fields;
    fields.push_back(Setting("name", SettingType::text, "The field's name.").required());
    fields.push_back(
        Setting("required", SettingType::boolean, "Must be filled in.").defaults_to("false"));
    Schema schema;
    schema.push_back(
        Setting("address", SettingType::text, "Our address.").required().between(1, 20));
    schema.push_back(Setting("imap.url", SettingType::text, "The server."));
    schema.push_back(Setting("imap.password", SettingType::secret, "Its password."));
    schema.push_back(
        Setting("port", SettingType::integer, "The port.").defaults_to("993").between(0, 65535));
    schema.push_back(Setting("patience", SettingType::duration, "How long.")
                         .defaults_to("30s")
                         .between(1000, 3'600'000));
    schema.push_back(Setting("color", SettingType::choice, "A color.")
                         .defaults_to("red")
                         .one_of({"red", "green"}));
    schema.push_back(Setting("open", SettingType::boolean, "Open?"));
    schema.push_back(
        Setting("origins", SettingType::texts, "Origins.").defaults_to(R"(["a", "b"])"));
    schema.push_back(Setting("mapping", SettingType::table, "A mapping."));
    schema.push_back(
        Setting("fields", SettingType::records, "Fields.").with_fields(std::move(fields)));
    return schema;
}

Result<Settings> read_text(std::string_view text, InlineSecrets secrets = InlineSecrets::allowed) {
    auto node = parse_toml(text, "t.toml");
    if (!node) return node.error();
    return Settings::read(example_schema(), *node, secrets);
}

// Every fault as "place: sentence", one a line.
std::string faults(std::string_view text, InlineSecrets secrets = InlineSecrets::allowed) {
    const auto settings = read_text(text, secrets);
    if (settings) return "none";
    std::string out;
    for (const FieldError& fault : settings.error().fields)
        out += fault.pointer + ": " + fault.detail + "\n";
    return out;
}

class ScratchFile {
 public:
    ScratchFile(const std::string& name, std::string_view bytes, mode_t mode)
        : path_(std::filesystem::temp_directory_path() /
                (name + "." + std::to_string(::getpid()))) {
        std::ofstream(path_, std::ios::binary) << bytes;
        ::chmod(path_.c_str(), mode);
    }
    ~ScratchFile() { std::filesystem::remove(path_); }
    std::string path() const { return path_.string(); }

 private:
    std::filesystem::path path_;
};

TEST(settings, reads_every_type) {
    const auto settings = read_text(R"(
address = "a@example.com"
imap.url = "imaps://imap.example.com"
imap.password = "sesame"
port = 143
patience = "5m"
color = "green"
open = true
origins = ["https://x"]
mapping = { id = "$.id", parts = [1, 2.5, true] }
[[fields]]
name = "message"
[[fields]]
name = "email"
required = true
)");
    ASSERT_TRUE(settings) << describe(settings.error());
    EXPECT_EQ(settings->text("address"), "a@example.com");
    EXPECT_EQ(settings->text("imap.url"), "imaps://imap.example.com");
    EXPECT_EQ(settings->secret("imap.password").reveal(), "sesame");
    EXPECT_EQ(settings->integer("port"), 143);
    EXPECT_EQ(settings->duration("patience"), std::chrono::minutes(5));
    EXPECT_EQ(settings->text("color"), "green");
    EXPECT_TRUE(settings->boolean("open"));
    EXPECT_EQ(settings->texts("origins"), std::vector<std::string>{"https://x"});
    EXPECT_EQ(settings->table("mapping"),
              boost::json::parse(R"({"id":"$.id","parts":[1,2.5,true]})"));
    ASSERT_EQ(settings->records("fields").size(), 2u);
    EXPECT_FALSE(settings->records("fields")[0].boolean("required"));
    EXPECT_TRUE(settings->records("fields")[1].boolean("required"));
}

TEST(settings, absent_values_are_defaulted_or_empty) {
    const auto settings = read_text(R"(address = "a")");
    ASSERT_TRUE(settings) << describe(settings.error());
    EXPECT_EQ(settings->integer("port"), 993);
    EXPECT_EQ(settings->duration("patience"), Seconds(30));
    EXPECT_EQ(settings->text("color"), "red");
    EXPECT_EQ(settings->texts("origins"), (std::vector<std::string>{"a", "b"}));
    EXPECT_TRUE(settings->has("port"));
    EXPECT_FALSE(settings->has("imap.url"));
    EXPECT_EQ(settings->text("imap.url"), "");
    EXPECT_TRUE(settings->secret("imap.password").empty());
    EXPECT_TRUE(settings->table("mapping").is_null());
    EXPECT_TRUE(settings->records("fields").empty());
}

TEST(settings, asking_for_what_was_never_declared_is_our_bug) {
    const auto settings = read_text(R"(address = "a")");
    EXPECT_THROW(settings->text("adress"), std::logic_error);
    EXPECT_THROW(settings->has("adress"), std::logic_error);
    EXPECT_THROW(settings->integer("address"), std::logic_error);
}

TEST(settings, both_ways_to_nest_are_one) {
    const auto settings = read_text("address = \"a\"\n[imap]\nurl = \"x\"\n");
    ASSERT_TRUE(settings) << describe(settings.error());
    EXPECT_EQ(settings->text("imap.url"), "x");
}

TEST(settings, faults_name_place_setting_and_limit) {
    struct Case {
        const char* text;
        const char* expected;
    };
    const Case cases[] = {
        // Unknown names suggest the nearest.
        {"adress = \"a\"", "t.toml:1:1: unknown setting 'adress'; did you mean 'address'?"},
        {"address = \"a\"\nimap.pasword = \"x\"",
         "t.toml:2:6: unknown setting 'imap.pasword'; did you mean 'password'?"},
        {"address = \"a\"\nimap_url = \"x\"",
         "t.toml:2:1: unknown setting 'imap_url'; did you mean 'imap.url'?"},
        {"address = \"a\"\nqqqqqqqqq = 1", "t.toml:2:1: unknown setting 'qqqqqqqqq'\n"},
        {"address = \"a\"\n[[fields]]\nnam = \"x\"",
         "unknown setting 'fields[0].nam'; did you mean 'name'?"},
        // Required and empty.
        {"port = 1", "t.toml:1:1: 'address' is required"},
        {"address = \"\"", "t.toml:1:1: 'address' must not be empty"},
        {"address = \"a\"\n[[fields]]\nrequired = true",
         "t.toml:2:1: 'fields[0].name' is required"},
        // Types, units and ranges.
        {"address = 3", "'address' must be a text in quotes"},
        {"address = 2026-01-01", "t.toml:1:1: dates and times are written in quotes here"},
        {"address = \"123456789012345678901\"", "'address' must be between 1 bytes and 20 bytes"},
        {"address = \"a\\u0000b\"", "'address' must not contain NUL"},
        {"address = \"a\"\nport = 70000", "t.toml:2:1: 'port' must be between 0 and 65535"},
        {"address = \"a\"\nport = -1", "'port' must be between 0 and 65535"},
        {"address = \"a\"\nport = \"993\"", "'port' must be a whole number, between 0 and 65535"},
        {"address = \"a\"\nport = 1.5", "'port' must be a whole number"},
        {"address = \"a\"\npatience = 10",
         "'patience' must be a duration in quotes, like \"250ms\""},
        {"address = \"a\"\npatience = \"10 s\"", "between 1s and 1h"},
        {"address = \"a\"\npatience = \"-1s\"", "must be a duration"},
        {"address = \"a\"\npatience = \"1e9d\"", "must be a duration"},
        {"address = \"a\"\npatience = \"∞\"", "must be a duration"},
        {"address = \"a\"\npatience = \"2h\"", "'patience' must be between 1s and 1h"},
        {"address = \"a\"\ncolor = \"gren\"",
         "'color' must be one of \"red\", \"green\"; did you mean 'green'?"},
        {"address = \"a\"\nopen = \"yes\"", "'open' must be true or false"},
        {"address = \"a\"\norigins = \"x\"", "'origins' must be an array of texts"},
        {"address = \"a\"\norigins = [\"x\",\n 1]",
         "t.toml:3:2: 'origins' must be an array of texts"},
        {"address = \"a\"\nimap = 1", "'imap' must be a table"},
        {"address = \"a\"\nfields = [1]", "'fields[0].' must be a table"},
        {"address = \"a\"\nmapping = 1", "'mapping' must be a table or an array"},
    };
    for (const Case& c : cases)
        EXPECT_THAT(faults(c.text), HasSubstr(c.expected)) << c.text;
}

TEST(settings, all_faults_are_reported_at_once) {
    const auto settings = read_text("adress = 1\nport = 70000\ncolor = 1\n");
    ASSERT_FALSE(settings);
    EXPECT_EQ(settings.error().fields.size(), 4u) << describe(settings.error());
    EXPECT_EQ(settings.error().outcome, Outcome::invalid);
}

TEST(settings, syntax_errors_name_line_and_column) {
    struct Case {
        std::string text;
        const char* expected;
    };
    const Case cases[] = {
        {"address = ", "t.toml:1:1"},
        {"a = 1\nb = = 2", "t.toml:2:5: "},
        {"a = 1\n[$b]\n", "t.toml:2:2: "},  // toml++ 3.3 asserts on it
        {"a = 1\n\nb = 2\na = 3", "t.toml:4:"},
        {"a = 1\n\nb = 2\na = 3", "first defined on line 1"},
        {"[t]\nx = 1\n[u]\nx = 1\n[t]\n", "t.toml:5:"},
        {"[t]\nx = 1\n[u]\nx = 1\n[t]\n", "first defined on line 1"},
        {"[[c]]\na.b = 1\n[[c]]\na.b = 1\na.b = 2", "first defined on line 4"},
        {"a = \"\xff\"", "t.toml:1:6: not valid UTF-8"},
        {"é = 1\nb = \"é\xc3\"", "t.toml:2:7: not valid UTF-8"},
        {std::string("a = 1\nb\0 = 2", 12), "t.toml:2:2: a NUL byte"},
        {std::string(10'000'000, '#'), "t.toml: larger than"},
        {"a = " + std::string(100, '[') + std::string(100, ']'), "nested deeper"},
        {"a = " + std::string(100'000, '['), "t.toml:1:"},
    };
    for (const Case& c : cases) {
        const auto node = parse_toml(c.text, "t.toml");
        ASSERT_FALSE(node) << c.expected;
        EXPECT_THAT(node.error().message, HasSubstr(c.expected)) << c.text.substr(0, 100);
    }
}

TEST(settings, byte_order_mark_and_crlf_are_accepted) {
    const auto settings = read_text(
        "\xef\xbb\xbf"
        "address = \"a\"\r\nport = 7\r\n");
    ASSERT_TRUE(settings) << describe(settings.error());
    EXPECT_EQ(settings->integer("port"), 7);
}

TEST(settings, secrets_come_from_files_and_environment) {
    const ScratchFile file("tributary-secret", "hunter2\n", 0600);
    ::setenv("TRIBUTARY_TEST_SECRET", "from env", 1);
    const auto from_file =
        read_text("address = \"a\"\nimap.password = { file = \"" + file.path() + "\" }",
                  InlineSecrets::refused);
    ASSERT_TRUE(from_file) << describe(from_file.error());
    EXPECT_EQ(from_file->secret("imap.password").reveal(), "hunter2");
    const auto from_env = read_text(
        "address = \"a\"\nimap.password.env = \"TRIBUTARY_TEST_SECRET\"", InlineSecrets::refused);
    ASSERT_TRUE(from_env) << describe(from_env.error());
    EXPECT_EQ(from_env->secret("imap.password").reveal(), "from env");
}

TEST(settings, faulty_secrets_are_named_and_never_printed) {
    const ScratchFile empty("tributary-empty-secret", "\n", 0600);
    const std::string start = "address = \"a\"\nimap.password = ";
    struct Case {
        std::string value;
        InlineSecrets secrets;
        std::string expected;
    };
    ::setenv("TRIBUTARY_TEST_EMPTY", "", 1);
    ::unsetenv("TRIBUTARY_TEST_ABSENT");
    const Case cases[] = {
        {"\"sesame\"", InlineSecrets::refused, "is a secret in a file that others can read"},
        {"\"\"", InlineSecrets::allowed, "'imap.password' must not be empty"},
        {"{ env = \"TRIBUTARY_TEST_ABSENT\" }", InlineSecrets::allowed,
         "TRIBUTARY_TEST_ABSENT, which is not set"},
        {"{ env = \"TRIBUTARY_TEST_EMPTY\" }", InlineSecrets::allowed,
         "TRIBUTARY_TEST_EMPTY, which is empty"},
        {"{ file = \"/nowhere/at/all\" }", InlineSecrets::allowed,
         "/nowhere/at/all, which does not exist"},
        {"{ file = \"/tmp\" }", InlineSecrets::allowed, "/tmp, which is not a regular file"},
        {"{ file = \"" + empty.path() + "\" }", InlineSecrets::allowed, "which is empty"},
        {"{ fiel = \"sesame\" }", InlineSecrets::allowed, "must be { file = "},
        {"{ file = \"x\", env = \"sesame\" }", InlineSecrets::allowed, "must be { file = "},
        {"[\"sesame\"]", InlineSecrets::allowed, "must be { file = "},
    };
    for (const Case& c : cases) {
        const std::string said = faults(start + c.value, c.secrets);
        EXPECT_THAT(said, StartsWith("t.toml:2:6: ")) << c.value;
        EXPECT_THAT(said, HasSubstr(c.expected)) << c.value;
        EXPECT_THAT(said, testing::Not(HasSubstr("sesame"))) << c.value;
    }
}

TEST(settings, json_faults_name_the_setting) {
    const auto node = to_config_node(
        boost::json::parse(R"({"address": "a", "imap": {"url": 5}, "port": 99999})"), "ui");
    const auto settings = Settings::read(example_schema(), node, InlineSecrets::allowed);
    ASSERT_FALSE(settings);
    ASSERT_EQ(settings.error().fields.size(), 2u);
    EXPECT_EQ(settings.error().fields[0].pointer, "imap.url");
    EXPECT_EQ(settings.error().fields[1].pointer, "port");
}

TEST(settings, json_and_nodes_are_inverse) {
    const auto json = boost::json::parse(R"({"a":[1,-2,3.5,null,true,"x",{"b":{}}],"c":[]})");
    EXPECT_EQ(to_json(to_config_node(json, "x")), json);
}

TEST(settings, durations) {
    struct Case {
        const char* text;
        std::optional<std::int64_t> ms;
    };
    const Case cases[] = {
        {"250ms", 250},
        {"30s", 30'000},
        {"5m", 300'000},
        {"2h", 7'200'000},
        {"7d", 604'800'000},
        {"0s", 0},
        {"9999999999d", 9'999'999'999 * 86'400'000},
        {"", {}},
        {"s", {}},
        {"10", {}},
        {"10 s", {}},
        {"-1s", {}},
        {"+1s", {}},
        {"1.5s", {}},
        {"1e9d", {}},
        {"∞", {}},
        {"1S", {}},
        {"10s ", {}},
        {"99999999999s", {}},
        {"1w", {}},
    };
    for (const Case& c : cases) {
        const auto duration = parse_duration(c.text);
        ASSERT_EQ(duration.has_value(), c.ms.has_value()) << c.text;
        EXPECT_EQ(duration ? duration->count() : 0, c.ms.value_or(0)) << c.text;
    }
}

TEST(settings, the_described_toml_is_valid_for_its_own_schema) {
    const std::string described = describe_as_toml(example_schema());
    EXPECT_THAT(described, HasSubstr("# port = 993\n"));
    EXPECT_THAT(described, HasSubstr("# Allowed: from 0 up to 65535.\n"));
    EXPECT_THAT(described, HasSubstr("\naddress = \"\"\n"));
    EXPECT_TRUE(parse_toml(described, "described")) << described;
}

TEST(settings, describes_as_markdown) {
    const std::string described = describe_as_markdown(example_schema());
    EXPECT_THAT(
        described,
        HasSubstr("| `address` | text, from 1 bytes up to 20 bytes | required | Our address. |\n"));
    EXPECT_THAT(
        described,
        HasSubstr(
            "| `patience` | duration, from 1000 ms up to 3600000 ms | `\"30s\"` | How long. |\n"));
    EXPECT_THAT(described, HasSubstr("| `fields[].required` | boolean | `false` |"));
}

TEST(settings, json_schema_nests_dotted_names) {
    const auto schema = json_schema(example_schema());
    EXPECT_EQ(schema.at_pointer("/additionalProperties"), false);
    EXPECT_EQ(schema.at_pointer("/required"), boost::json::parse(R"(["address"])"));
    EXPECT_EQ(schema.at_pointer("/properties/imap/properties/url/type"), "string");
    EXPECT_EQ(schema.at_pointer("/properties/imap/properties/password/writeOnly"), true);
    EXPECT_EQ(schema.at_pointer("/properties/port/default"), 993);
    EXPECT_EQ(schema.at_pointer("/properties/color/enum"),
              boost::json::parse(R"(["red","green"])"));
    EXPECT_EQ(schema.at_pointer("/properties/origins/default"), boost::json::parse(R"(["a","b"])"));
    EXPECT_EQ(schema.at_pointer("/properties/fields/items/required"),
              boost::json::parse(R"(["name"])"));
}

}  // namespace
}  // namespace tributary
