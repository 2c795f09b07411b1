#include "api/browser.hpp"

#include <gtest/gtest.h>

#include "base/crypto.hpp"

namespace tributary::test {
namespace {

constexpr const char* kPublic = "https://desk.example.com";

http::Request request_with(std::vector<std::pair<std::string, std::string>> headers,
                           http::Method method = http::Method::post) {
    http::Request request;
    request.method = method;
    for (auto& [name, value] : headers)
        request.headers.add(std::move(name), std::move(value));
    return request;
}

TEST(browser, the_session_cookie_is_bound_to_its_host) {
    EXPECT_EQ(session_cookie("abc", Transport::https, std::chrono::hours(1)),
              "__Host-tributary-session=abc; Max-Age=3600; Path=/; HttpOnly; SameSite=Strict; "
              "Secure");
    EXPECT_EQ(session_cookie("abc", Transport::plain_http, std::chrono::hours(1)),
              "tributary-session=abc; Max-Age=3600; Path=/; HttpOnly; SameSite=Strict");
    EXPECT_EQ(transport_of("https://x"), Transport::https);
    EXPECT_EQ(transport_of("http://127.0.0.1:8080"), Transport::plain_http);
}

TEST(browser, a_journeys_cookie_comes_back_from_another_site) {
    EXPECT_EQ(journey_cookie("abc", Transport::https, std::chrono::minutes(10)),
              "__Host-tributary-journey=abc; Max-Age=600; Path=/; HttpOnly; SameSite=Lax; Secure");
    EXPECT_NE(ended_journey_cookie(Transport::https).find("=; Max-Age=0;"), std::string::npos);
}

TEST(browser, the_other_transports_cookie_is_none) {
    const auto request = request_with({{"Cookie", "tributary-session=plain"}});
    EXPECT_EQ(session_secret(request, Transport::plain_http), "plain");
    EXPECT_EQ(session_secret(request, Transport::https), "");
}

TEST(browser, requests_come_from_a_page_of_ours) {
    struct Case {
        std::vector<std::pair<std::string, std::string>> headers;
        bool is_ours;
    };
    const Case cases[] = {
        {{}, true},
        {{{"Origin", "https://desk.example.com"}}, true},
        {{{"Origin", "https://DESK.example.com"}}, true},
        {{{"Origin", "http://localhost:8080"}, {"Host", "localhost:8080"}}, true},
        {{{"Origin", "http://localhost:8081"}, {"Host", "localhost:8080"}}, false},
        {{{"Origin", "https://evil.example"}, {"Host", "desk.example.com"}}, false},
        {{{"Origin", "https://desk.example.com.evil.example"}}, false},
        {{{"Origin", "null"}}, false},
        {{{"Origin", ""}}, false},
        {{{"Origin", "https://desk.example.com"}, {"Origin", "https://evil.example"}}, false},
        {{{"Sec-Fetch-Site", "same-origin"}}, true},
        {{{"Sec-Fetch-Site", "none"}}, true},
        {{{"Sec-Fetch-Site", "same-site"}}, false},
        {{{"Sec-Fetch-Site", "cross-site"}}, false},
        {{{"Sec-Fetch-Site", "cross-site"}, {"Origin", "https://desk.example.com"}}, false},
    };
    for (const Case& c : cases)
        EXPECT_EQ(judge_origin(request_with(c.headers), kPublic).has_value(), c.is_ours)
            << (c.headers.empty() ? "" : c.headers.front().second);
}

TEST(browser, what_changes_something_brings_the_sessions_token) {
    const std::string token = csrf_token("key", sha256("session"));
    EXPECT_NE(token, csrf_token("key", sha256("another")));
    EXPECT_NE(token, csrf_token("another", sha256("session")));
    const auto judge = [&](const http::Request& request) {
        return judge_session_request(request, kPublic, token).has_value();
    };
    EXPECT_TRUE(judge(request_with({{"X-CSRF-Token", token}})));
    EXPECT_FALSE(judge(request_with({})));
    EXPECT_FALSE(judge(request_with({{"X-CSRF-Token", ""}})));
    EXPECT_FALSE(judge(request_with({{"X-CSRF-Token", "1"}})));
    EXPECT_FALSE(
        judge(request_with({{"X-CSRF-Token", token}, {"Origin", "https://evil.example"}})));
    for (const auto method : {http::Method::get, http::Method::head})
        EXPECT_TRUE(judge(request_with({}, method)));
    for (const auto method :
         {http::Method::put, http::Method::patch, http::Method::delete_, http::Method::other})
        EXPECT_FALSE(judge(request_with({}, method)));
}

}  // namespace
}  // namespace tributary::test
