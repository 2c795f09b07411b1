// What a declared field takes and what it refuses.
#include "connectors/webform/fields.hpp"

#include <gtest/gtest.h>

#include "connectors/webform/upload.hpp"
#include "tests/unit/support/fake_host.hpp"

namespace tributary::webform {

const ConnectorType& connector_type();

namespace {

std::vector<Field> fields_of(const std::string& toml) {
    return read_fields(test::read_settings(connector_type(), toml).records("fields")).value();
}

TEST(Fields, JudgesEachType) {
    struct Case {
        const char* type;
        const char* sent;
        const char* kept;  // null: refused
    };
    const std::string long_address =
        std::string(64, 'a') + "@" + std::string(260, 'b') + ".example";
    const Case cases[] = {
        {"email", "ann@example.com", "ann@example.com"},
        {"email", " ann@example.com ", "ann@example.com"},
        {"email", "ann@example.com\r\nBcc: all@example.com", nullptr},
        {"email", "ann@example.com\n", nullptr},
        {"email", "ann%0abcc@example.com", nullptr},
        {"email", "ann@example.com,bob@example.com", nullptr},
        {"email", "ann@example.com bob@example.com", nullptr},
        {"email", "Ann <ann@example.com>", nullptr},
        {"email", "ann", nullptr},
        {"email", long_address.c_str(), nullptr},
        {"phone", "+49 30 901820", "+49 30 901820"},
        {"phone", "call me", nullptr},
        {"phone", "12", nullptr},
        {"number", "-12.5", "-12.5"},
        {"number", "1e9", nullptr},
        {"number", ".", nullptr},
        {"date", "2026-02-28", "2026-02-28"},
        {"date", "2026-02-30", nullptr},
        {"date", "28.2.2026", nullptr},
        {"select", "blue", "blue"},
        {"select", "pink", nullptr},
        {"line", "two\nlines", "two lines"},
        {"text", "two\nlines", "two\nlines"},
        {"text", "{{7*7}} =cmd() <b>*x*</b>", "{{7*7}} =cmd() <b>*x*</b>"},
        {"line",
         "\xF0\x9F\x98\x80 \xE2\x80\xAE"
         "abc",
         "\xF0\x9F\x98\x80 abc"},
        {"hidden", "spring", "spring"},
    };
    for (const Case& test : cases) {
        const auto fields = fields_of("fields = [ { name = 'f', required = true, type = '" +
                                      std::string(test.type) + "', options = ['red', 'blue'] } ]");
        http::Form form;
        form.fields.emplace_back("f", test.sent);
        const auto submission = fit(fields, form, FileLimits(5, 100));
        EXPECT_EQ(submission.errors.empty(), test.kept != nullptr)
            << test.type << ": " << test.sent;
        if (test.kept != nullptr) {
            EXPECT_EQ(submission.text("f"), test.kept) << test.type;
        }
    }
}

TEST(Fields, NamesTheFieldAndItsLimit) {
    const auto fields =
        fields_of("fields = [ { name = 'plan', label = 'Your plan', max_length = 3 } ]");
    http::Form form;
    form.fields.emplace_back("plan", "\xC3\xA4\xC3\xB6\xC3\xBC");
    EXPECT_TRUE(fit(fields, form, FileLimits(5, 100)).errors.empty());
    form.fields[0].second += "x";
    const auto errors = fit(fields, form, FileLimits(5, 100)).errors;
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_EQ(errors[0].pointer, "/plan");
    EXPECT_EQ(errors[0].detail, "Your plan may have at most 3 characters.");
}

TEST(Fields, RequiresIgnoresAndRefusesRepetition) {
    const auto fields = fields_of(
        "fields = [ { name = 'a', required = true }, { name = 'ok', type = 'checkbox', required = "
        "true } ]");
    http::Form form;
    form.fields = {{"a", "  "}, {"ok", "false"}, {"__proto__", "x"}, {"priority", "high"}};
    const auto submission = fit(fields, form, FileLimits(5, 100));
    ASSERT_EQ(submission.errors.size(), 2u);
    EXPECT_EQ(submission.errors[0].pointer, "/a");
    EXPECT_EQ(submission.errors[1].pointer, "/ok");
    EXPECT_EQ(submission.warnings.size(), 2u);
    EXPECT_FALSE(submission.values.contains("__proto__"));
    EXPECT_FALSE(submission.values.contains("priority"));
    form.fields = {{"a", "x"}, {"a", "y"}, {"ok", "on"}};
    EXPECT_EQ(fit(fields, form, FileLimits(5, 100)).errors.size(), 1u);
    form.fields = {{"a", "x"}, {"ok", "on"}};
    EXPECT_TRUE(fit(fields, form, FileLimits(5, 100)).errors.empty());
}

TEST(Fields, RefusesFormsThatCannotWork) {
    const char* cases[] = {
        "fields = [ { name = 'a' }, { name = 'a' } ]",
        "fields = [ { name = 'a b' } ]",
        "fields = [ { name = 'form_token' } ]",
        "fields = [ { name = 'homepage_url' } ]",
        "fields = [ { name = 'a', type = 'select' } ]",
        "allowed_origins = ['https://www.example.com/path']",
        "allowed_origins = ['*']",
    };
    test::FakeHost host;
    for (const char* toml : cases)
        EXPECT_FALSE(connector_type().create(test::read_settings(connector_type(), toml), host))
            << toml;
}

http::UploadedFile file(const char* field, const char* name, const char* type, std::string bytes) {
    http::UploadedFile made;
    made.field = field;
    made.filename = name;
    made.content_type = type;
    made.bytes = std::move(bytes);
    return made;
}

TEST(Upload, JudgesFiles) {
    const auto fields = fields_of("fields = [ { name = 'files', type = 'file' } ]");
    struct Case {
        http::UploadedFile file;
        bool is_good;
    };
    const Case cases[] = {
        {file("files", "a.txt", "text/plain", "hello"), true},
        {file("files", "a.txt", "text/plain", ""), false},
        {file("files", "a.txt", "text/plain", std::string(101, 'x')), false},
        {file("other", "a.txt", "text/plain", "hello"), false},
        {file("files", "a.png", "image/png", "\x89PNG\r\n\x1a\n"), true},
        {file("files", "a.png", "image/png", "MZ program"), false},
        {file("files", "a.pdf", "application/pdf; x=y", "%PDF-1.7"), true},
    };
    for (const Case& test : cases) {
        http::Form form;
        form.files.push_back(test.file);
        EXPECT_EQ(fit(fields, form, FileLimits(2, 100)).errors.empty(), test.is_good)
            << test.file.content_type << " in " << test.file.field;
    }
    http::Form form;
    for (int i = 0; i < 3; ++i)
        form.files.push_back(file("files", "a", "text/plain", "x"));
    EXPECT_EQ(fit(fields, form, FileLimits(2, 100)).errors.size(), 1u);
}

TEST(Upload, ShowsNamesNotPaths) {
    struct Case {
        const char* sent;
        const char* shown;
    };
    const Case cases[] = {{"report.pdf", "report.pdf"},
                          {"../../etc/passwd", "passwd"},
                          {"C:\\temp\\a.doc", "a.doc"},
                          {"..", "file"},
                          {"", "file"},
                          {"a\nb.txt", "a b.txt"},
                          {"x\xE2\x80\xAEgpj.exe", "xgpj.exe"}};
    for (const Case& test : cases)
        EXPECT_EQ(display_filename(test.sent), test.shown) << test.sent;
    EXPECT_LE(display_filename(std::string(5000, 'x')).size(), 200u);
}

}  // namespace
}  // namespace tributary::webform
