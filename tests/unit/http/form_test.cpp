// Forms in their three shapes and at their limits (promises F1-F4, F11, F14).
#include <gtest/gtest.h>

#include "http/message.hpp"
#include "http/multipart.hpp"

namespace tributary::http {
namespace {

Result<Form> parse(std::string content_type, std::string body, const FormLimits& limits = {}) {
    Request request;
    request.headers.add("content-type", std::move(content_type));
    request.body = std::move(body);
    return parse_form(request, limits);
}

constexpr const char* kUrlencoded = "application/x-www-form-urlencoded";
constexpr const char* kMultipart = "multipart/form-data; boundary=B";

std::string part(const std::string& disposition, const std::string& bytes) {
    return "--B\r\nContent-Disposition: " + disposition + "\r\n\r\n" + bytes + "\r\n";
}

struct UrlencodedCase {
    std::string text;
    Fields fields;
};

TEST(Form, ReadsUrlencodedFields) {
    const UrlencodedCase cases[] = {
        {"", {}},
        {"a=1&b=2&a=3", {{"a", "1"}, {"b", "2"}, {"a", "3"}}},
        {"a+b=c+d%2B", {{"a b", "c d+"}}},
        {"&&a&=x&", {{"a", ""}, {"", "x"}}},
        {"a=%C3%A4%F0%9F%98%80", {{"a", "ä😀"}}},
        {"a=100%&b=%zz&c=%4", {{"a", "100%"}, {"b", "%zz"}, {"c", "%4"}}},
        {"a=%ff", {{"a", "\xEF\xBF\xBD"}}},
        {"a=b=c", {{"a", "b=c"}}},
        {"__proto__=x", {{"__proto__", "x"}}},
    };
    for (const auto& c : cases)
        EXPECT_EQ(parse_urlencoded(c.text).value(), c.fields) << c.text;
}

TEST(Form, ReadsAFlatJsonObject) {
    const auto form =
        parse("application/json; charset=utf-8", R"({"a":"x","n":1.5,"b":true,"z":null})");
    const Fields expected = {{"a", "x"}, {"n", "1.5"}, {"b", "true"}};
    EXPECT_EQ(form.value().fields, expected);
}

TEST(Form, ReadsMultipartFieldsAndFiles) {
    const std::string body =
        "preamble\r\n" + part("form-data; name=\"text\"", "two\r\nlines --B") +
        part("form-data; name=\"q%22\"", "") +
        "--B \t\r\ncontent-disposition: form-data; name=up; filename=\"a\\\"b;c.txt\"\r\n"
        "Content-Type: text/plain; x=\"filename=1\"\r\n\r\n" +
        std::string("\0\xff\r\n", 4) + "\r\n" +
        part("form-data; name=\"none\"; filename=\"\"", "") + "--B--\r\nepilogue";
    const auto form = parse(kMultipart, body);
    ASSERT_TRUE(form.has_value()) << describe(form.error());
    const Fields fields = {{"text", "two\r\nlines --B"}, {"q\"", ""}};
    EXPECT_EQ(form->fields, fields);
    ASSERT_EQ(form->files.size(), 1u);
    EXPECT_EQ(form->files[0].field, "up");
    EXPECT_EQ(form->files[0].filename, "a\"b;c.txt");
    EXPECT_EQ(form->files[0].content_type, "text/plain; x=\"filename=1\"");
    EXPECT_EQ(form->files[0].bytes, std::string("\0\xff\r\n", 4));
}

TEST(Form, KeepsABackslashThatEscapesNothing) {
    EXPECT_EQ(header_parameter("form-data; filename=\"C:\\x\\y.txt\"", "FILENAME"), "C:\\x\\y.txt");
    EXPECT_EQ(header_parameter("form-data; name=\"a; filename=b\"", "filename"), std::nullopt);
    EXPECT_EQ(header_parameter("form-data; name=\"unclosed", "name"), "unclosed");
    EXPECT_EQ(header_parameter("form-data", "name"), std::nullopt);
}

struct RefusalCase {
    const char* name;
    std::string content_type;
    std::string body;
    int status;
};

TEST(Form, RefusesWithTheStatusThatSaysWhy) {
    const RefusalCase cases[] = {
        {"no type", "", "a=1", 415},
        {"text/plain", "text/plain", "a=1", 415},
        {"xml", "application/xml", "<a/>", 415},
        {"not JSON", "application/json", "a=1", 400},
        {"JSON array", "application/json", "[1]", 422},
        {"JSON null", "application/json", "null", 422},
        {"JSON array where text", "application/json", R"({"a":["x"]})", 422},
        {"JSON duplicate", "application/json", R"({"a":1,"a":2})", 400},
        {"no boundary", "multipart/form-data", part("form-data; name=a", "x") + "--B--", 400},
        {"boundary too long", "multipart/form-data; boundary=" + std::string(71, 'B'), "--B--",
         400},
        {"boundary nowhere", kMultipart, "nothing", 400},
        {"empty body", kMultipart, "", 400},
        {"truncated in part", kMultipart, "--B\r\nContent-Disposition: form-data; name=a\r\n\r\nx",
         400},
        {"truncated after part", kMultipart, part("form-data; name=a", "x"), 400},
        {"no name", kMultipart, part("form-data", "x") + "--B--", 400},
        {"attachment", kMultipart, part("attachment; name=a", "x") + "--B--", 400},
        {"no disposition", kMultipart, "--B\r\n\r\nx\r\n--B--", 400},
        {"header without colon", kMultipart, "--B\r\nfoo\r\n\r\nx\r\n--B--", 400},
        {"boundary longer", kMultipart, "--Bx\r\n\r\nx\r\n--B--", 400},
        {"huge part header", kMultipart,
         "--B\r\nX: " + std::string(9'000, 'x') + "\r\n\r\nx\r\n--B--", 400},
    };
    for (const RefusalCase& c : cases) {
        const auto form = parse(c.content_type, c.body);
        ASSERT_FALSE(form.has_value()) << c.name;
        EXPECT_EQ(status_of(form.error()), c.status) << c.name << " " << describe(form.error());
    }
}

TEST(Form, HoldsItsLimitsExactly) {
    FormLimits limits;
    limits.max_fields = 2;
    limits.max_field_bytes = 3;
    limits.max_files = 1;
    limits.max_file_bytes = 4;
    const auto file = [](const std::string& bytes) {
        return part("form-data; name=f; filename=n", bytes);
    };
    const auto field = [](const std::string& text) { return part("form-data; name=a", text); };
    const RefusalCase cases[] = {
        {"two fields", kUrlencoded, "a=1&b=2", 200},
        {"three fields", kUrlencoded, "a=1&b=2&c=3", 422},
        {"field of three", kUrlencoded, "a=123", 200},
        {"field of four", kUrlencoded, "a=1234", 422},
        {"JSON field of four", "application/json", R"({"a":"1234"})", 422},
        {"JSON three fields", "application/json", R"({"a":1,"b":1,"c":1})", 422},
        {"part of three", kMultipart, field("123") + "--B--", 200},
        {"part of four", kMultipart, field("1234") + "--B--", 422},
        {"three parts", kMultipart, field("1") + field("1") + field("1") + "--B--", 422},
        {"file of four", kMultipart, file("1234") + "--B--", 200},
        {"file of five", kMultipart, file("12345") + "--B--", 413},
        {"two files", kMultipart, file("1") + file("1") + "--B--", 422},
    };
    for (const RefusalCase& c : cases) {
        const auto form = parse(c.content_type, c.body, limits);
        EXPECT_EQ(form ? 200 : status_of(form.error()), c.status) << c.name;
    }
}

TEST(Form, ReadsNearlyBoundariesInLinearTime) {
    std::string body = "--B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"n\"\r\n\r\n";
    for (int i = 0; i < 500'000; ++i)
        body += "\r\n--";
    const auto form = parse(kMultipart, body + "\r\n--B--");
    ASSERT_TRUE(form.has_value()) << describe(form.error());
    EXPECT_EQ(form->files[0].bytes.size(), 2'000'000u);
}

}  // namespace
}  // namespace tributary::http
