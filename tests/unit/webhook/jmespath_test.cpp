// Ours: the extra functions, the context, the limits.
#include "connectors/webhook/jmespath.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "connectors/webhook/json_text.hpp"

namespace tributary::webhook {
namespace {

namespace json = boost::json;

std::string search(const std::string& expression, const std::string& given) {
    const auto compiled = Expression::compile(expression);
    if (!compiled) return "error " + compiled.error().reason;
    const auto found = compiled->search(json::parse(given));
    return found ? json_text(*found) : "error " + found.error().reason;
}

TEST(Jmespath, HasTheHousesFunctions) {
    struct Case {
        const char* expression;
        const char* given;
        const char* result;
    };
    const Case cases[] = {
        {"lower(@)", R"("ÄbC")", R"("Äbc")"},
        {"split(@, ',')", R"("a,b,,c")", R"(["a","b","","c"])"},
        {"split(@, '')", R"("ab")", R"(["ab"])"},
        {"coalesce(a, b, c)", R"({"a": null, "b": "", "c": 0})", "0"},
        {"coalesce(a)", "{}", "null"},
        {"const('order')", "{}", R"("order")"},
        {"phone(@, 'DE')", R"("030 901820")", R"("+4930901820")"},
        {"phone(@, 'DE')", R"("12")", "null"},
        {"html_to_text(@)", R"("<p>a &amp; b<br>c</p><script>x()</script>")", R"("a & b\nc")"},
        {"time(@, 's')", "1772357400", R"("2026-03-01T09:30:00.000Z")"},
        {"time(@, 's')", R"("1772357400.25")", R"("2026-03-01T09:30:00.250Z")"},
        {"time(@, 'ms')", "1772357400123", R"("2026-03-01T09:30:00.123Z")"},
        {"time(@, 'rfc3339')", R"("2026-03-01T10:30:00+01:00")", R"("2026-03-01T09:30:00.000Z")"},
        {"time(@, '%d.%m.%Y %H:%M')", R"("1.3.2026 09:30")", R"("2026-03-01T09:30:00.000Z")"},
        {"time(@, '%d/%b/%Y:%H:%M:%S %z')", R"("01/Mar/2026:04:30:00 -0500")",
         R"("2026-03-01T09:30:00.000Z")"},
        {"time(@, '%Y-%m-%d')", R"("2026-02-30")", "null"},
        {"time(@, 's')", R"("1e30")", "null"},
        {"time(@, 's')", "null", "null"},
        {"to_string(`1.5`)", "{}", R"("1.5")"},
        {"abs(@)", "-9223372036854775808", "9223372036854775808"},
        {"[::9223372036854775807]", "[1,2,3]", "[1]"},
        {"[9223372036854775807]", "[1,2,3]", "null"},
        {"regex(@, 'a')", "{}", "error unknown-function"},
    };
    for (const Case& test : cases)
        EXPECT_EQ(search(test.expression, test.given), test.result) << test.expression;
}

TEST(Jmespath, ReadsTheContextFromInsideAProjection) {
    json::object context;
    context["$headers"] = json::parse(R"({"x-topic": "orders"})");
    const auto expression = Expression::compile(R"(items[].{id: id, topic: "$headers"."x-topic"})");
    ASSERT_TRUE(expression);
    const auto found = expression->search(json::parse(R"({"items": [{"id": 1}]})"), context);
    ASSERT_TRUE(found);
    EXPECT_EQ(json_text(*found), R"([{"id":1,"topic":"orders"}])");
    EXPECT_EQ(expression->members_of("$headers"), std::vector<std::string>{"x-topic"});
}

TEST(Jmespath, EndsWhatWouldRunAway) {
    std::string doubling = "@";
    for (int i = 0; i < 60; ++i)
        doubling += " | [@, @]";
    EXPECT_EQ(search(doubling, R"("x")"), "error limit");

    json::array many;
    for (int i = 0; i < 2000; ++i)
        many.push_back(i);
    EXPECT_EQ(search("map(&length(map(&@, @)), map(&const(@), [@][*]))", json_text(many)),
              "[2000]");
    const std::string squared = R"([*].{all: "$all"}[].all[] | length(@))";
    json::object context;
    context["$all"] = many;
    const auto compiled = Expression::compile(squared);
    ASSERT_TRUE(compiled);
    const auto found = compiled->search(many, context);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().reason, "limit");

    EXPECT_EQ(search(std::string(1000, '(') + "a" + std::string(1000, ')'), "{}"), "error syntax");
    std::string chain = "a";
    for (int i = 0; i < 1000; ++i)
        chain += ".a";
    EXPECT_EQ(search(chain, "{}"), "error syntax");
    EXPECT_EQ(search(std::string(70'000, 'a'), "{}"), "error syntax");
    EXPECT_EQ(search("a\xff", "{}"), "error syntax");
    EXPECT_EQ(search("'open", "{}"), "error syntax");
    EXPECT_EQ(search("'open\\", "{}"), "error syntax");
    EXPECT_EQ(search("a[99999999999999999999]", "{}"), "error syntax");
}

}  // namespace
}  // namespace tributary::webhook
