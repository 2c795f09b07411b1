#include "http/router.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace tributary::http {
namespace {

const RouteAccess kOpen("everybody", "nothing");

Route make_route(Method method, std::string pattern) {
    Route route;
    route.method = method;
    route.doc.summary = pattern;
    route.pattern = std::move(pattern);
    return route;
}

Router make_router() {
    Router router;
    router.add(make_route(Method::get, "/"), kOpen);
    router.add(make_route(Method::get, "/files/{rest...}"), kOpen);
    router.add(make_route(Method::get, "/tickets/{id}"), kOpen);
    router.add(make_route(Method::patch, "/tickets/{number}"), kOpen);
    router.add(make_route(Method::post, "/tickets/search"), kOpen);
    router.add(make_route(Method::get, "/tickets/mine"), kOpen);
    router.add(make_route(Method::get, "/tickets/{id}/notes/{note}"), kOpen);
    router.add(make_route(Method::get, "/files/index"), kOpen);
    router.add(make_route(Method::post, "/files/upload"), kOpen);
    return router;
}

struct MatchCase {
    Method method;
    std::string path;
    std::string pattern;  // "": none
    std::map<std::string, std::string> parameters;
    std::size_t allowed;
};

TEST(Router, PicksTheMostLiteralRouteThatServesTheMethod) {
    const Router router = make_router();
    const MatchCase cases[] = {
        {Method::get, "/", "/", {}, 2},
        {Method::get, "/tickets/7", "/tickets/{id}", {{"id", "7"}}, 3},
        {Method::patch, "/tickets/7", "/tickets/{number}", {{"number", "7"}}, 3},
        {Method::get, "/tickets/mine", "/tickets/mine", {}, 3},
        {Method::patch, "/tickets/mine", "/tickets/{number}", {{"number", "mine"}}, 3},
        {Method::get, "/tickets/search", "/tickets/{id}", {{"id", "search"}}, 4},
        {Method::post, "/tickets/search", "/tickets/search", {}, 4},
        {Method::head, "/tickets/7", "/tickets/{id}", {{"id", "7"}}, 3},
        {Method::get,
         "/tickets/7/notes/x y",
         "/tickets/{id}/notes/{note}",
         {{"id", "7"}, {"note", "x y"}},
         2},
        {Method::get, "/files/a/b/", "/files/{rest...}", {{"rest", "a/b/"}}, 2},
        {Method::get, "/files/", "/files/{rest...}", {{"rest", ""}}, 2},
        {Method::get, "/files/index", "/files/index", {}, 2},
        {Method::get, "/files/upload", "", {}, 1},
        {Method::post, "/tickets/7", "", {}, 3},
        {Method::other, "/tickets/7", "", {}, 3},
        {Method::get, "/files", "", {}, 0},
        {Method::get, "/tickets/", "", {}, 0},
        {Method::get, "/tickets/7/", "", {}, 0},
        {Method::get, "/Tickets/7", "", {}, 0},
    };
    for (const MatchCase& c : cases) {
        const auto match = router.match(c.method, c.path);
        const std::string found = match.route ? match.route->pattern : "";
        EXPECT_EQ(found, c.pattern) << to_string(c.method) << " " << c.path;
        EXPECT_EQ(match.parameters, c.parameters) << c.path;
        EXPECT_EQ(match.allowed.size(), c.allowed) << c.path;
    }
}

TEST(Router, SeesNothingInAPathThatCouldNotBeDecoded) {
    EXPECT_EQ(make_router().match(Method::get, "").route, nullptr);
    EXPECT_TRUE(make_router().match(Method::get, "").allowed.empty());
}

TEST(Router, RefusesTablesThatAreWrong) {
    Router router = make_router();
    EXPECT_THROW(router.add(make_route(Method::get, "/tickets/{other}"), kOpen), std::logic_error);
    EXPECT_THROW(router.add(make_route(Method::get, "tickets"), kOpen), std::logic_error);
    EXPECT_THROW(router.add(make_route(Method::get, "/{rest...}/x"), kOpen), std::logic_error);
    EXPECT_THROW(router.add(make_route(Method::get, "/{id"), kOpen), std::logic_error);
}

TEST(OpenApi, DescribesWhatIsPublic) {
    Router router;
    Route route = make_route(Method::post, "/api/v1/tickets/{id}/files/{rest...}");
    route.doc.tag = "tickets";
    route.doc.request = {{"$ref", "#/components/schemas/Ticket"}};
    route.doc.response = {{"type", "object"}};
    route.doc.success = 201;
    route.doc.query = {"limit"};
    router.add(std::move(route), kOpen);
    Route hidden = make_route(Method::get, "/secret");
    hidden.doc.is_internal = true;
    router.add(std::move(hidden), kOpen);
    router.add_schema("Ticket", {{"type", "object"}});

    const auto document = router.openapi("Tributary", "1.0");
    EXPECT_EQ(document.at("openapi").as_string(), "3.1.0");
    EXPECT_EQ(document.at("info").at("title").as_string(), "Tributary");
    EXPECT_EQ(document.at("paths").as_object().size(), 1u);
    const auto& operation = document.at("paths").at("/api/v1/tickets/{id}/files/{rest}").at("post");
    EXPECT_EQ(operation.at("operationId").as_string(), "post_api_v1_tickets_id_files_rest");
    EXPECT_EQ(operation.at("parameters").as_array().size(), 3u);
    EXPECT_TRUE(operation.at("parameters").at(0).at("required").as_bool());
    EXPECT_EQ(operation.at("parameters").at(2).at("in").as_string(), "query");
    EXPECT_EQ(operation.at("requestBody")
                  .at("content")
                  .at("application/json")
                  .at("schema")
                  .at("$ref")
                  .as_string(),
              "#/components/schemas/Ticket");
    EXPECT_TRUE(operation.at("responses").at("201").as_object().contains("content"));
    EXPECT_TRUE(operation.at("responses").as_object().contains("default"));
    EXPECT_EQ(operation.at("x-access").at("audience").as_string(), "everybody");
    EXPECT_EQ(operation.at("x-access").at("subject").as_string(), "nothing");
    EXPECT_TRUE(document.at("components").at("schemas").as_object().contains("Ticket"));
    EXPECT_TRUE(document.at("components").at("schemas").as_object().contains("Problem"));
}

}  // namespace
}  // namespace tributary::http
