#include "http/message.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "http/reply_head.hpp"

namespace tributary::http {
namespace {

TEST(Message, ComparesHeaderNamesWithoutCase) {
    Headers headers;
    headers.add("X-One", "a");
    headers.add("x-one", "b");
    EXPECT_EQ(headers.get("X-ONE"), "a");
    EXPECT_EQ(headers.count("x-One"), 2u);
    headers.set("X-ONE", "c");
    EXPECT_EQ(headers.count("X-One"), 1u);
    EXPECT_EQ(headers.get("x-one"), "c");
    EXPECT_EQ(headers.get("absent"), "");
}

TEST(Message, SaysAProblemInRfc9457) {
    Error error = Error(Outcome::invalid, "Two values are wrong.", "secret detail")
                      .with_field("/name", "is missing")
                      .with_reason("mapping")
                      .with_retry_after(std::chrono::seconds(0));
    const Reply reply = Reply::problem(error);
    EXPECT_EQ(reply.status, 422);
    EXPECT_EQ(reply.headers.get("Content-Type"), "application/problem+json");
    EXPECT_EQ(reply.headers.get("Retry-After"), "1");
    const auto expected = boost::json::parse(R"({"type":"mapping","title":"Unprocessable Content",
        "status":422,"detail":"Two values are wrong.","reason":"mapping",
        "errors":[{"pointer":"/name","detail":"is missing"}]})");
    EXPECT_EQ(boost::json::parse(reply.body), expected);
}

TEST(Message, TellsWhenToComeAgainWhereItIsNotTheRequestsFault) {
    const Reply plain = Reply::problem(Error(Outcome::unavailable, "The disk is full."));
    EXPECT_EQ(plain.headers.get("Retry-After"), "5");
    const Reply refused = Reply::problem(Error(Outcome::denied, "No."));
    EXPECT_FALSE(refused.headers.has("Retry-After"));
}

struct StatusCase {
    Outcome outcome;
    const char* reason;
    int status;
};

TEST(Message, MapsEveryOutcomeToItsStatus) {
    const StatusCase cases[] = {
        {Outcome::invalid, "", 422},
        {Outcome::not_found, "", 404},
        {Outcome::conflict, "", 409},
        {Outcome::denied, "", 403},
        {Outcome::unavailable, "", 503},
        {Outcome::rejected, "", 400},
        {Outcome::denied, "unauthenticated", 401},
        {Outcome::invalid, "too_large", 413},
        {Outcome::invalid, "mapping", 422},
    };
    for (const auto& c : cases)
        EXPECT_EQ(status_of(Error(c.outcome, "x").with_reason(c.reason)), c.status) << c.reason;
}

struct AcceptCase {
    std::string accept;
    bool prefers_html;
};

TEST(Message, PrefersHtmlAsTheClientDoes) {
    const AcceptCase cases[] = {
        {"", false},
        {"*/*", false},
        {"text/html", true},
        {"application/json", false},
        {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true},
        {"application/json, text/html;q=0.9", false},
        {"application/json;q=0.5, text/*", true},
        {"text/html;q=0, */*", false},
        {"TEXT/HTML; Q=0.7, application/json; q=0.6", true},
        {"text/html, application/json", false},
        {"text/html, */*", true},
        {"text/html;q=2", false},
        {"text/html;q=x", false},
    };
    for (const auto& c : cases) {
        Request request;
        if (!c.accept.empty()) request.headers.add("Accept", c.accept);
        EXPECT_EQ(prefers(request, "text/html", "application/json"), c.prefers_html) << c.accept;
    }
}

TEST(Message, FindsCookies) {
    Request request;
    request.headers.add("Cookie", "a=1; session=\"x=y\"; aa=2");
    request.headers.add("cookie", "late=3");
    EXPECT_EQ(cookie(request, "a"), "1");
    EXPECT_EQ(cookie(request, "aa"), "2");
    EXPECT_EQ(cookie(request, "session"), "x=y");
    EXPECT_EQ(cookie(request, "late"), "3");
    EXPECT_EQ(cookie(request, "A"), "");
}

TEST(Message, WritesAHeadThatNoHandlerCanBreak) {
    Reply reply = Reply::text(200, "abc");
    reply.headers.add("Content-Length", "99");
    reply.headers.add("Transfer-Encoding", "chunked");
    reply.headers.add("Location", "/x\r\nSet-Cookie: evil=1");
    reply.headers.add("X-Own", "mine");
    const HeaderList defaults = {{"X-Own", "default"}, {"X-Frame-Options", "DENY"}};
    ReplyFraming framing;
    framing.date = "now";
    framing.is_last = true;
    std::string out;
    append_reply_head(out, reply, defaults, framing);
    EXPECT_EQ(
        out,
        "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Type: text/plain; charset=utf-8\r\nX-Own: mine\r\n"
        "X-Frame-Options: DENY\r\nContent-Length: 3\r\nConnection: close\r\n\r\n");
}

}  // namespace
}  // namespace tributary::http
