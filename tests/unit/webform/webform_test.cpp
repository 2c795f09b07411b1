// The connector as browsers and sites meet it: receive() called with requests, and what reached the
// house.
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <regex>

#include "tests/unit/support/fake_host.hpp"

namespace tributary::webform {

const ConnectorType& connector_type();

namespace {

namespace json = boost::json;
using test::FakeHost;

constexpr const char* kContact = R"(
title = "Contact <us>"
region = "DE"
allowed_origins = ["https://www.example.com"]
fields = [
  { name = "name", required = true },
  { name = "email", type = "email", required = true },
  { name = "phone", type = "phone" },
  { name = "message", type = "text", required = true },
  { name = "files", type = "file" },
]
)";
constexpr const char* kBody = "name=Ann&email=Ann%40Example.com&message=Hello%0Athere";

http::Request post(std::string body, const http::Fields& headers = {}) {
    http::Request request;
    request.method = http::Method::post;
    request.method_name = "POST";
    request.target = "/in/contact";
    request.peer = "192.0.2.1";
    request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    for (const auto& [name, value] : headers)
        request.headers.set(name, value);
    request.body = std::move(body);
    return request;
}

struct Site {
    explicit Site(const std::string& toml = kContact)
        : host("contact"), connector(test::make_connector(connector_type(), toml, host)) {}
    http::Reply send(http::Request request) {
        return host.run(connector->receive(std::move(request)));
    }
    json::value answer(http::Request request) { return json::parse(send(std::move(request)).body); }
    // The token of a form fetched just now.
    std::string token() {
        const std::string page = send(http::Request()).body;
        std::smatch found;
        if (!std::regex_search(page, found, std::regex("name=\"form_token\" value=\"([^\"]+)\"")))
            throw std::runtime_error("the page has no token");
        return found[1];
    }
    std::string filled(const std::string& token) {
        return std::string(kBody) + "&form_token=" + token;
    }
    FakeHost host;
    std::unique_ptr<Connector> connector;
};

TEST(Webform, MakesOneInteractionOfAPost) {
    Site site;
    const auto reply = site.send(post(std::string(kBody) + "&phone=030+901820&priority=high"));
    EXPECT_EQ(reply.status, 202);
    const auto answer = json::parse(reply.body);
    EXPECT_EQ(answer.at("duplicate"), false);
    EXPECT_EQ(answer.at("ticket"), 1001);
    ASSERT_EQ(site.host.accepted.size(), 1u);
    const InboundMessage& message = site.host.accepted.front();
    EXPECT_EQ(message.content.kind, Kind::form);
    EXPECT_EQ(message.content.from.name, "Ann");
    EXPECT_EQ(message.content.text, "Hello\nthere");
    EXPECT_EQ(message.content.subject, "Contact <us>");
    EXPECT_EQ(message.content.data,
              R"({"form":"Contact <us>","fields":{"name":"Ann","email":"Ann@Example.com",)"
              R"("phone":"030 901820","message":"Hello\nthere"}})");
    EXPECT_EQ(message.content.warnings.size(), 1u);
    ASSERT_EQ(message.identities.size(), 2u);
    EXPECT_EQ(message.identities[0].handle, Handle("email", "", "ann@example.com"));
    EXPECT_EQ(message.identities[1].handle, Handle("phone", "", "+4930901820"));
    for (const Identity& identity : message.identities)
        EXPECT_EQ(identity.proof, Proof::claimed);
}

TEST(Webform, ReadsJsonAndMultipartAlike) {
    Site site;
    const std::string boundary = "--b\r\nContent-Disposition: form-data; name=";
    const std::string multipart =
        boundary + "\"name\"\r\n\r\nAnn\r\n" + boundary + "\"email\"\r\n\r\nann@example.com\r\n" +
        boundary + "\"message\"\r\n\r\nHi\r\n" + boundary +
        "\"files\"; filename=\"../a.txt\"\r\nContent-Type: text/plain\r\n\r\n"
        "words\r\n--b--\r\n";
    EXPECT_EQ(
        site.send(post(multipart, {{"Content-Type", "multipart/form-data; boundary=b"}})).status,
        202);
    EXPECT_EQ(site.send(post(R"({"name": "Ann", "email": "ann@example.com", "message": "Hi"})",
                             {{"Content-Type", "application/json"}}))
                  .status,
              202);
    ASSERT_EQ(site.host.accepted.size(), 2u);
    const InboundMessage& first = site.host.accepted[0];
    ASSERT_EQ(first.files.size(), 1u);
    EXPECT_EQ(first.files[0].bytes, "words");
    EXPECT_EQ(first.content.attachments[0].filename, "a.txt");
    EXPECT_EQ(first.content.attachments[0].sha256, sha256("words"));
    EXPECT_EQ(first.content.data, site.host.accepted[1].content.data);

    const auto replayed = test::normalize(
        connector_type(), test::read_settings(connector_type(), kContact), first.raw);
    ASSERT_TRUE(replayed);
    EXPECT_EQ(replayed->content.data, first.content.data);
    EXPECT_EQ(replayed->files.at(0).bytes, "words");
}

TEST(Webform, RefusesWhatDoesNotFitAndSaysWhere) {
    struct Case {
        const char* body;
        const char* type;
        int status;
        const char* named;
    };
    std::string many = kBody;
    for (int i = 0; i < 10'000; ++i)
        many += "&x" + std::to_string(i) + "=1";
    const std::string huge = std::string(kBody) + std::string(25'000, 'x');
    const char* form = "application/x-www-form-urlencoded";
    const Case cases[] = {
        {"name=Ann&message=Hi", form, 422, "/email"},
        {"name=Ann&message=Hi&email=a%40b.example%0d%0abcc:x", form, 422, "/email"},
        {"name=Ann&name=Bob&message=Hi&email=ann%40example.com", form, 422, "/name"},
        {huge.c_str(), form, 422, "/message"},
        {many.c_str(), form, 422, ""},
        {R"({"name": ["Ann"], "email": "ann@example.com", "message": "Hi"})", "application/json",
         422, "name"},
        {R"({"": ["x"]})", "application/json", 422, ""},
        {R"({"name": "Ann", "name": "Bob"})", "application/json", 400, ""},
        {"[1]", "application/json", 422, ""},
        {"x", "text/plain", 415, ""},
        {"x", "multipart/form-data", 400, ""},
        {"--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nAn",
         "multipart/form-data; boundary=b", 400, ""},
    };
    for (const Case& test : cases) {
        Site site;
        const auto reply = site.send(post(test.body, {{"Content-Type", test.type}}));
        EXPECT_EQ(reply.status, test.status) << std::string_view(test.body).substr(0, 60);
        const auto page =
            site.send(post(test.body, {{"Content-Type", test.type}, {"Accept", "text/html"}}));
        EXPECT_EQ(page.status, test.status) << std::string_view(test.body).substr(0, 60);
        EXPECT_NE(page.body.find("role=\"alert\""), std::string::npos);
        EXPECT_NE(reply.body.find(test.named), std::string::npos) << reply.body;
        EXPECT_TRUE(site.host.accepted.empty());
    }
}

TEST(Webform, TakesLargeFilesApartElsewhere) {
    Site site;
    std::string body;
    for (const char* field :
         {"name\"\r\n\r\nAnn", "email\"\r\n\r\na@example.com", "message\"\r\n\r\nHi"})
        body += std::string("--b\r\nContent-Disposition: form-data; name=\"") + field + "\r\n";
    const std::string bytes(300'000, 'x');
    body += "--b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a\"\r\n\r\n" +
            bytes + "\r\n--b--\r\n";
    EXPECT_EQ(site.send(post(body, {{"Content-Type", "multipart/form-data; boundary=b"}})).status,
              202);
    ASSERT_EQ(site.host.accepted.size(), 1u);
    EXPECT_EQ(site.host.accepted.front().files.at(0).bytes, bytes);
}

TEST(Webform, TheHostedFormNeedsNoScript) {
    Site site;
    const auto reply = site.send(http::Request());
    EXPECT_EQ(reply.status, 200);
    for (const char* part :
         {"<html lang=", "<h1>Contact &lt;us&gt;</h1>", "<label for=\"field-email\">",
          "type=\"email\"", "(required)", "<textarea", "enctype=\"multipart/form-data\"",
          "aria-hidden=\"true\"", "href=\"contact/form.css\"", "width=device-width"})
        EXPECT_NE(reply.body.find(part), std::string::npos) << part;
    for (const char* part : {"<script", "style=\"", "onclick", "<us>"})
        EXPECT_EQ(reply.body.find(part), std::string::npos) << part;
    const auto policy = reply.headers.get("Content-Security-Policy");
    EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
    EXPECT_NE(policy.find("frame-ancestors 'self' https://www.example.com"), std::string::npos);
    http::Request style;
    style.path = "/form.css";
    EXPECT_EQ(site.send(style).headers.get("Content-Type"), "text/css; charset=utf-8");
}

TEST(Webform, ShowsPeopleTheirReceiptAndTheirMistakes) {
    Site site;
    const http::Fields browser = {{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}};
    const std::string token = site.token();
    site.host.turn_clock(Seconds(10));
    const std::string wrong = "name=%3Cb%3EAnn&email=nobody&message=Kept+words&form_token=" + token;
    const auto mistake = site.send(post(wrong, browser));
    EXPECT_EQ(mistake.status, 422);
    for (const char* part : {"role=\"alert\"", "href=\"#field-email\"", "value=\"&lt;b&gt;Ann\"",
                             "Kept words", "aria-invalid=\"true\""})
        EXPECT_NE(mistake.body.find(part), std::string::npos) << part;
    EXPECT_NE(mistake.body.find(token), std::string::npos) << "the visit's token goes on";

    const auto receipt = site.send(post(site.filled(token), browser));
    EXPECT_EQ(receipt.status, 202);
    EXPECT_NE(receipt.body.find("#1001"), std::string::npos);
    EXPECT_NE(receipt.body.find("Thank you"), std::string::npos);
}

TEST(Webform, ADoubleClickIsOneInteraction) {
    Site site;
    const std::string token = site.token();
    site.host.turn_clock(Seconds(5));
    const auto first = site.answer(post(site.filled(token)));
    const auto again = site.answer(post(site.filled(token)));
    EXPECT_EQ(again.at("id"), first.at("id"));
    EXPECT_EQ(again.at("ticket"), first.at("ticket"));
    EXPECT_EQ(again.at("duplicate"), true);
    EXPECT_EQ(site.host.accepted.size(), 1u);
    // Something else under a token that was used: not taken in silence, and not lost to its writer.
    const auto other =
        site.send(post("name=Ann&email=ann%40example.com&message=More&form_token=" + token,
                       {{"Accept", "text/html"}}));
    EXPECT_EQ(other.status, 403);
    EXPECT_NE(other.body.find("More"), std::string::npos);
    EXPECT_EQ(other.body.find(token), std::string::npos);
    EXPECT_EQ(site.host.accepted.size(), 1u);
}

TEST(Webform, AnIdempotencyKeyMakesRetriesOne) {
    Site site;
    const http::Fields key = {{"Idempotency-Key", "k-1"}};
    const auto first = site.answer(post(kBody, key));
    const auto again = site.answer(post(kBody, key));
    EXPECT_EQ(again.at("id"), first.at("id"));
    EXPECT_EQ(site.host.accepted.size(), 1u);
    EXPECT_EQ(site.host.accepted.front().dedupe_key, "key:k-1");
    EXPECT_EQ(site.send(post("name=B&email=b%40example.com&message=x", key)).status, 409);
    EXPECT_EQ(site.send(post(kBody, {{"Idempotency-Key", std::string(201, 'k')}})).status, 422);
    site.send(post(kBody));
    site.send(post(kBody));
    EXPECT_EQ(site.host.accepted.size(), 3u) << "without a key two posts are two";
}

// F8
TEST(Webform, KnowsMachinesAndStaleForms) {
    struct Case {
        const char* what;
        Milliseconds waited;
        std::function<std::string(Site&, std::string)> body;
        int status;
        std::size_t accepted;
        std::size_t quarantined;
    };
    const auto plain = [](Site& site, std::string token) { return site.filled(token); };
    const auto trapped = [](Site& site, std::string token) {
        return site.filled(token) + "&homepage_url=http%3A%2F%2Fx";
    };
    const auto forged = [](Site& site, std::string token) {
        token.back() = token.back() == 'A' ? 'B' : 'A';
        token[0] = '9';
        return site.filled(token);
    };
    const auto foreign = [](Site& site, std::string) {
        FakeHost other("other");
        auto connector = test::make_connector(connector_type(), kContact, other);
        const std::string page = other.run(connector->receive(http::Request())).body;
        std::smatch found;
        std::regex_search(page, found, std::regex("name=\"form_token\" value=\"([^\"]+)\""));
        return site.filled(found[1]);
    };
    const Case cases[] = {
        {"in time", Seconds(3), plain, 202, 1, 0},
        {"too fast", Milliseconds(2999), plain, 202, 0, 1},
        {"trap filled", Seconds(30), trapped, 202, 0, 1},
        {"just not expired", std::chrono::hours(24), plain, 202, 1, 0},
        {"expired", std::chrono::hours(24) + Milliseconds(1), plain, 403, 0, 0},
        {"forged", Seconds(30), forged, 403, 0, 0},
        {"of another form", Seconds(30), foreign, 403, 0, 0},
    };
    for (const Case& test : cases) {
        SCOPED_TRACE(test.what);
        Site site;
        const std::string token = site.token();
        site.host.turn_clock(test.waited);
        const auto reply = site.send(post(test.body(site, token)));
        EXPECT_EQ(reply.status, test.status);
        EXPECT_EQ(site.host.accepted.size(), test.accepted);
        ASSERT_EQ(site.host.quarantined.size(), test.quarantined);
        if (test.quarantined == 0) continue;
        EXPECT_EQ(site.host.quarantined.front().trouble->reason, "spam");
        EXPECT_TRUE(json::parse(reply.body).at("ticket").is_null());
    }
}

TEST(Webform, AsksForATokenOnlyWhenTold) {
    Site open;
    EXPECT_EQ(open.send(post(kBody)).status, 202);
    Site closed(std::string("require_token = true\n") + kContact);
    EXPECT_EQ(closed.send(post(kBody)).status, 403);
}

TEST(Webform, LetsOnlyListedSitesIn) {
    struct Case {
        const char* origin;
        int post_status;
        int preflight_status;
    };
    const Case cases[] = {{"", 202, 204},
                          {"https://www.example.com", 202, 204},
                          {"https://desk.example.com", 202, 204},
                          {"https://evil.example", 403, 403},
                          {"https://www.example.com.evil.example", 403, 403},
                          {"http://www.example.com", 403, 403},
                          {"null", 403, 403}};
    for (const Case& test : cases) {
        SCOPED_TRACE(test.origin);
        Site site;
        http::Fields headers;
        if (*test.origin) headers.emplace_back("Origin", test.origin);
        auto request = post(kBody, headers);
        const auto reply = site.send(request);
        EXPECT_EQ(reply.status, test.post_status);
        EXPECT_EQ(reply.headers.get("Access-Control-Allow-Origin"),
                  test.post_status == 202 ? test.origin : "");
        request.method = http::Method::options;
        EXPECT_EQ(site.send(request).status, test.preflight_status);
    }
    Site site;
    const auto own = post(kBody, {{"Origin", "http://127.0.0.1:8080"}, {"Host", "127.0.0.1:8080"}});
    EXPECT_EQ(site.send(own).status, 202);
}

TEST(Webform, SlowsDownOneAddress) {
    Site site(std::string("rate_limit.per_minute = 6\nrate_limit.burst = 2\n") + kContact);
    EXPECT_EQ(site.send(post(kBody)).status, 202);
    EXPECT_EQ(site.send(post(kBody)).status, 202);
    const auto reply = site.send(post(kBody));
    EXPECT_EQ(reply.status, 429);
    EXPECT_EQ(reply.headers.get("Retry-After"), "10");
    site.host.turn_clock(Seconds(10));
    EXPECT_EQ(site.send(post(kBody)).status, 202);
}

TEST(Webform, KnowsItsMethodsAndPlaces) {
    struct Case {
        http::Method method;
        const char* path;
        const char* parameter;
        int status;
    };
    using http::Method;
    const Case cases[] = {
        {Method::get, "", "", 200},           {Method::get, "", "email", 405},
        {Method::get, "", "utm_source", 200}, {Method::head, "", "", 405},
        {Method::put, "", "", 405},           {Method::delete_, "", "", 405},
        {Method::other, "", "", 405},         {Method::get, "/x", "", 404},
        {Method::post, "/form.css", "", 404}, {Method::get, "/form.css", "", 200}};
    for (const Case& test : cases) {
        Site site;
        http::Request request;
        request.method = test.method;
        request.path = test.path;
        if (*test.parameter) request.query.emplace_back(test.parameter, "x");
        EXPECT_EQ(site.send(request).status, test.status)
            << to_string(test.method) << " " << test.path;
    }
    Site site;
    EXPECT_EQ(site.send(post(std::string(kBody) + "&_method=DELETE&redirect=%2F%2Fevil")).status,
              202);
}

TEST(Webform, SaysNothingIsTakenWhenTheStoreIsAway) {
    Site site;
    const http::Fields key = {{"Idempotency-Key", "k-1"}};
    site.host.is_away = true;
    EXPECT_THROW(site.send(post(kBody, key)), Failure);
    site.host.is_away = false;
    EXPECT_EQ(site.answer(post(kBody, key)).at("duplicate"), false);
}

TEST(Webform, NormalizesBareBodies) {
    const auto settings = test::read_settings(connector_type(), kContact);
    for (const char* raw : {R"({"name": "Ann", "email": "ann@example.com", "message": "Hi"})",
                            "name=Ann&email=ann%40example.com&message=Hi"}) {
        const auto message = test::normalize(connector_type(), settings, raw);
        ASSERT_TRUE(message) << raw;
        EXPECT_EQ(message->content.text, "Hi");
        EXPECT_EQ(message->raw, raw);
    }
    const auto refused = test::normalize(connector_type(), settings, "name=Ann");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fields.size(), 2u);
}

}  // namespace
}  // namespace tributary::webform
