#include "http/request_head.hpp"

#include <gtest/gtest.h>

namespace tributary::http {
namespace {

struct PathCase {
    std::string raw;
    std::optional<std::string> decoded;
};

TEST(RequestHead, DecodesPathsOrSeesNone) {
    const PathCase cases[] = {
        {"/", "/"},
        {"/a/b", "/a/b"},
        {"/a/", "/a/"},
        {"/a%20b", "/a b"},
        {"/a+b", "/a+b"},
        {"/%C3%A4", "/ä"},
        {"/...", "/..."},
        {"", std::nullopt},
        {"a", std::nullopt},
        {"/..", std::nullopt},
        {"/a/../b", std::nullopt},
        {"/a/./b", std::nullopt},
        {"/%2e%2e/b", std::nullopt},
        {"/.%2E", std::nullopt},
        {"/a%00", std::nullopt},
        {"/a%0a", std::nullopt},
        {"/a\\b", std::nullopt},
        {"/a%5cb", std::nullopt},
        {"/%c0%ae%c0%ae/", std::nullopt},
        {"/%ff", std::nullopt},
        {"/a;jsessionid=1", std::nullopt},
        {"//a", std::nullopt},
        {"/a//b", std::nullopt},
        {"/a%2fb", std::nullopt},
        {"/a%2", std::nullopt},
        {"/a%zz", std::nullopt},
        {"/a#b", std::nullopt},
    };
    for (const PathCase& c : cases)
        EXPECT_EQ(decode_path(c.raw), c.decoded) << c.raw;
}

TEST(RequestHead, TurnsAHeadIntoARequest) {
    const auto request = parse_head(
        "PATCH /a%20b?x=1&y=%C3%A4&x=2 HTTP/1.1\r\nHost: h\r\nX-One: a\r\nx-one:  b \r\n"
        "Content-Length: 99000000\r\n\r\n");
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->method, Method::patch);
    EXPECT_EQ(request->method_name, "PATCH");
    EXPECT_EQ(request->target, "/a%20b?x=1&y=%C3%A4&x=2");
    EXPECT_EQ(request->path, "/a b");
    const Fields query = {{"x", "1"}, {"y", "ä"}, {"x", "2"}};
    EXPECT_EQ(request->query, query);
    EXPECT_EQ(request->headers.count("X-ONE"), 2u);
    EXPECT_EQ(request->headers.get("x-one"), "a");
}

struct TargetCase {
    std::string target;
    int status;  // 0: understood
    std::string path;
};

TEST(RequestHead, TakesTheFormsOfATarget) {
    const TargetCase cases[] = {
        {"http://host/a?b", 0, "/a"}, {"HTTPS://host", 0, "/"}, {"*", 0, ""},
        {"host:443", 400, ""},        {"a/b", 400, ""},         {"http://host?x", 400, ""},
    };
    for (const TargetCase& c : cases) {
        const auto request = parse_head("GET " + c.target + " HTTP/1.1\r\nHost: h\r\n\r\n");
        EXPECT_EQ(request ? 0 : status_of(request.error()), c.status) << c.target;
        EXPECT_EQ(request ? request->path : "", c.path) << c.target;
    }
}

TEST(RequestHead, KnowsForeignMethodsAsOther) {
    for (const std::string method : {"TRACE", "CONNECT", "BREW"}) {
        const auto request = parse_head(method + " / HTTP/1.1\r\nHost: h\r\n\r\n");
        ASSERT_TRUE(request.has_value()) << method;
        EXPECT_EQ(request->method, Method::other);
        EXPECT_EQ(request->method_name, method);
    }
}

struct ClientCase {
    const char* name;
    std::string socket_peer;
    std::vector<std::string> forwarded;
    std::string client;
};

TEST(RequestHead, BelievesOnlyTrustedProxies) {
    const std::vector<std::string> trusted = {"10.0.0.1", "10.0.0.2", "::1"};
    const ClientCase cases[] = {
        {"direct", "1.2.3.4", {}, "1.2.3.4"},
        {"spoofed", "1.2.3.4", {"9.9.9.9"}, "1.2.3.4"},
        {"proxied", "10.0.0.1", {"1.2.3.4"}, "1.2.3.4"},
        {"mapped", "::ffff:10.0.0.1", {"1.2.3.4"}, "1.2.3.4"},
        {"spoofed behind proxy", "10.0.0.1", {"9.9.9.9, 1.2.3.4"}, "1.2.3.4"},
        {"two proxies", "10.0.0.1", {"9.9.9.9, 1.2.3.4, 10.0.0.2"}, "1.2.3.4"},
        {"two fields", "10.0.0.1", {"9.9.9.9", "1.2.3.4"}, "1.2.3.4"},
        {"garbage", "10.0.0.1", {"1.2.3.4, unknown"}, "10.0.0.1"},
        {"none", "10.0.0.1", {}, "10.0.0.1"},
        {"IPv6", "::1", {"2001:DB8::0:1"}, "2001:db8::1"},
    };
    for (const ClientCase& c : cases) {
        Headers headers;
        for (const auto& value : c.forwarded)
            headers.add("X-Forwarded-For", value);
        EXPECT_EQ(client_address(headers, c.socket_peer, trusted), c.client) << c.name;
    }
}

}  // namespace
}  // namespace tributary::http
