// Access by OAuth 2 against a provider on loopback whose answers are given.
#include "connectors/email/oauth.hpp"

#include <gtest/gtest.h>

#include <boost/asio/read.hpp>

#include "base/text.hpp"
#include "connectors/email/oauth_tokens.hpp"
#include "tests/unit/email/fake_host.hpp"

namespace tributary::email {
namespace {

TEST(OAuth, AnAnswerIsATokenOrSaysWhatToDo) {
    struct Row {
        int status;
        const char* body;
        Outcome outcome;
        const char* reason;
    };
    const Row rows[] = {
        {400, R"({"error":"invalid_grant"})", Outcome::denied, "consent_needed"},
        {401, R"({"error":"invalid_client"})", Outcome::denied, "client_refused"},
        {400, R"({"error":"temporarily_unavailable"})", Outcome::unavailable, "token_endpoint"},
        {429, "slow down", Outcome::unavailable, "token_endpoint"},
        {503, "", Outcome::unavailable, "token_endpoint"},
        {200, "<html>captive portal</html>", Outcome::unavailable, "token_endpoint"},
        {200, R"({"access_token":""})", Outcome::unavailable, "token_endpoint"},
        {200, R"({"access_token":7})", Outcome::unavailable, "token_endpoint"},
    };
    for (const Row& row : rows) {
        const auto reply = read_token_reply(row.status, row.body);
        ASSERT_TRUE(reply.has_error()) << row.body;
        EXPECT_EQ(reply.error().outcome, row.outcome) << row.body;
        EXPECT_EQ(reply.error().reason, row.reason) << row.body;
    }
    const auto good =
        read_token_reply(200, R"({"access_token":"A","expires_in":"1800","refresh_token":"R",)"
                              R"("refresh_token_expires_in":604800})");
    ASSERT_TRUE(good.has_value());
    EXPECT_EQ(good->access_token.reveal(), "A");
    EXPECT_EQ(good->lifetime.count(), 1800);
    EXPECT_EQ(good->refresh_token.reveal(), "R");
    EXPECT_EQ(good->refresh_lifetime->count(), 604800);
}

TEST(OAuth, ConsentIsBoundToThisRequestByStateAndChallenge) {
    OAuthSettings settings = *find_provider("google");
    settings.client_id = "app 1";
    const std::string url =
        consent_url(settings, "st", "ver", "https://d.example/in/s/oauth", "a@x");
    EXPECT_TRUE(url.starts_with("https://accounts.google.com/")) << url;
    for (const char* part :
         {"state=st", "code_challenge_method=S256", "response_type=code", "client_id=app%201",
          "redirect_uri=https%3A%2F%2Fd.example%2Fin%2Fs%2Foauth", "login_hint=a%40x"})
        EXPECT_NE(url.find(part), std::string::npos) << part << " in " << url;
    EXPECT_NE(url.find("code_challenge=" + to_base64url(sha256("ver"))), std::string::npos);
    EXPECT_EQ(url.find("code_challenge=ver"), std::string::npos);
}

// Answers each POST with the next of `replies` ("" closes the connection); keeps the forms.
class TokenServer {
 public:
    explicit TokenServer(asio::io_context& io)
        : server_(io, [this](test::LoopbackServer::Socket& socket) { return serve(socket); }) {}
    std::string url() const { return "http://127.0.0.1:" + server_.port() + "/token"; }

    std::vector<std::pair<int, std::string>> replies;
    std::vector<std::string> forms;
    std::function<void()> on_request;

 private:
    awaitable<void> serve(test::LoopbackServer::Socket& socket) {
        std::string head;
        const std::size_t end = co_await asio::async_read_until(socket, asio::dynamic_buffer(head),
                                                                "\r\n\r\n", use_awaitable);
        std::string body = head.substr(end);
        const auto at = ascii_lower(head).find("content-length: ");
        const auto length = static_cast<std::size_t>(std::stoul(head.substr(at + 16)));
        std::string rest(length - body.size(), '\0');
        co_await asio::async_read(socket, asio::buffer(rest), use_awaitable);
        forms.push_back(body + rest);
        if (on_request) on_request();
        if (replies.empty()) co_return;
        const auto [status, text] = replies.front();
        replies.erase(replies.begin());
        const std::string reply = "HTTP/1.1 " + std::to_string(status) +
                                  " X\r\nContent-Length: " + std::to_string(text.size()) +
                                  "\r\nConnection: close\r\n\r\n" + text;
        co_await asio::async_write(socket, asio::buffer(reply), use_awaitable);
    }

    test::LoopbackServer server_;
};

class OAuthTokensTest : public testing::Test {
 protected:
    OAuthTokens make(const std::string& configured = "first") {
        OAuthSettings settings;
        settings.client_id = "app";
        settings.client_secret = Secret("app-secret");
        settings.auth_url = "https://provider.example/auth";
        settings.token_url = server.url();
        settings.reach = net::Reach::private_too;
        settings.refresh_token = Secret(configured);
        return OAuthTokens(host, settings, "ann@example.com");
    }
    std::string fetch(OAuthTokens& tokens) {
        try {
            return test::run(io, tokens.access_token()).reveal();
        } catch (const Failure& failure) {
            return std::string(to_string(failure.error().outcome)) + " " + failure.error().reason;
        }
    }

    asio::io_context io;
    FakeHost host{io};
    TokenServer server{io};
};

TEST_F(OAuthTokensTest, ATokenIsUsedUntilItIsRefusedOrOld) {
    server.replies = {{200, R"({"access_token":"A1","expires_in":3600})"},
                      {200, R"({"access_token":"A2","expires_in":30})"},
                      {200, R"({"access_token":"A3"})"}};
    OAuthTokens tokens = make();
    EXPECT_EQ(fetch(tokens), "A1");
    EXPECT_EQ(fetch(tokens), "A1");
    tokens.forget_access_token();
    EXPECT_EQ(fetch(tokens), "A2");
    EXPECT_EQ(fetch(tokens), "A3");  // half a minute is too short
    ASSERT_EQ(server.forms.size(), 3u);
    EXPECT_NE(server.forms[2].find("refresh_token=first"), std::string::npos);
    EXPECT_TRUE(host.secrets.empty());
}

TEST_F(OAuthTokensTest, ARotatedTokenIsKeptBeforeItIsUsedAndOutlivesARestart) {
    server.replies = {{200, R"({"access_token":"A1","expires_in":1,"refresh_token":"second"})"},
                      {200, R"({"access_token":"A2"})"},
                      {200, R"({"access_token":"A3"})"}};
    OAuthTokens tokens = make();
    EXPECT_EQ(fetch(tokens), "A1");
    EXPECT_NE(host.secrets["oauth.refresh_token"].find("second"), std::string::npos);
    OAuthTokens after_restart = make();
    EXPECT_EQ(fetch(after_restart), "A2");
    EXPECT_NE(server.forms[1].find("refresh_token=second"), std::string::npos);
    // Another one in the configuration rules again.
    OAuthTokens reconfigured = make("new");
    EXPECT_EQ(fetch(reconfigured), "A3");
    EXPECT_NE(server.forms[2].find("refresh_token=new"), std::string::npos);
}

TEST_F(OAuthTokensTest, WhatCouldNotBeKeptIsNotUsed) {
    server.replies = {{200, R"({"access_token":"A1","refresh_token":"second"})"}};
    host.is_away = true;
    OAuthTokens tokens = make();
    EXPECT_EQ(fetch(tokens), "unavailable ");
}

TEST_F(OAuthTokensTest, AnEndpointThatIsAwayIsNoWrongPassword) {
    OAuthTokens tokens = make();  // the server closes without an answer
    EXPECT_EQ(fetch(tokens), "unavailable token_endpoint");
    server.replies = {{500, "oops"}, {200, R"({"access_token":"A1"})"}};
    EXPECT_EQ(fetch(tokens), "unavailable token_endpoint");
    EXPECT_EQ(fetch(tokens), "A1");
}

TEST_F(OAuthTokensTest, ConsentBringsItBack) {
    server.replies = {{400, R"({"error":"invalid_grant"})"},
                      {200, R"({"access_token":"A1","refresh_token":"fresh","expires_in":1})"},
                      {200, R"({"access_token":"A2"})"}};
    OAuthTokens tokens = make();
    EXPECT_EQ(fetch(tokens), "denied consent_needed");
    const std::string url = tokens.begin_consent();
    const auto start = url.find("state=") + 6;
    const std::string state = url.substr(start, url.find('&', start) - start);
    EXPECT_TRUE(test::run(io, tokens.finish_consent("forged", "code")).has_error());
    EXPECT_TRUE(test::run(io, tokens.finish_consent(state, "code-1")).has_value());
    test::run(io, tokens.wait_for_consent());
    EXPECT_NE(server.forms[1].find("code=code-1"), std::string::npos);
    EXPECT_NE(server.forms[1].find("code_verifier="), std::string::npos);
    EXPECT_TRUE(test::run(io, tokens.finish_consent(state, "code-1")).has_error()) << "used twice";
    EXPECT_EQ(fetch(tokens), "A2");
    EXPECT_NE(server.forms[2].find("refresh_token=fresh"), std::string::npos);
}

TEST_F(OAuthTokensTest, WithoutAnyTokenItAsksForConsent) {
    OAuthTokens tokens = make("");
    EXPECT_EQ(fetch(tokens), "denied consent_needed");
    EXPECT_NE(tokens.advice().find("/api/v1/connectors/support/consent"), std::string::npos);
    EXPECT_TRUE(server.forms.empty());
}

TEST_F(OAuthTokensTest, AnEndInSightIsSaid) {
    server.replies = {
        {200, R"({"access_token":"A","refresh_token":"R","refresh_token_expires_in":5000000})"},
        {200, R"({"access_token":"A","refresh_token":"R","refresh_token_expires_in":86400})"}};
    OAuthTokens tokens = make();
    EXPECT_EQ(fetch(tokens), "A");
    EXPECT_EQ(tokens.warning(), "");
    tokens.forget_access_token();
    EXPECT_EQ(fetch(tokens), "A");
    EXPECT_NE(tokens.warning().find("consent ends on"), std::string::npos);
}

}  // namespace
}  // namespace tributary::email
