#include <boost/json.hpp>

#include "api/guard.hpp"
#include "api/json.hpp"
#include "api/metrics.hpp"
#include "api/routes.hpp"
#include "api/version.hpp"
#include "api/web_assets.hpp"
#include "store/housekeeping.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

awaitable<http::Reply> alive(ApiContext&, http::Request, Actor) {
    co_return http::Reply::text(200, "ok\n");
}

// Ready means: the store answers. A connector that is down does not make the desk unready.
awaitable<http::Reply> ready(ApiContext& context, http::Request, Actor) {
    if (context.is_draining)
        co_return http::Reply::problem(
            Error(Outcome::unavailable, "The service is shutting down."));
    std::string trouble;
    try {
        co_await context.house.store.read([](const Tx& tx) { return newest_change(tx); });
    } catch (const std::exception& thrown) {
        trouble = thrown.what();
    }
    if (!trouble.empty())
        co_return http::Reply::problem(
            Error(Outcome::unavailable, "The store does not answer.", trouble));
    co_return http::Reply::text(200, "ready\n");
}

awaitable<http::Reply> metrics(ApiContext& context, http::Request, Actor) {
    http::Reply reply(200);
    reply.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    const auto last_backup =
        co_await context.house.store.read([](const Tx& tx) { return newest_event(tx, "backup"); });
    reply.body = metrics_text(context, last_backup);
    co_return reply;
}

http::Reply asset_reply(const http::Request& request, const WebAsset& asset) {
    http::Reply reply(200);
    const std::string etag = "\"" + std::string(asset.etag) + "\"";
    reply.headers.set("ETag", etag);
    reply.headers.set("Content-Security-Policy", std::string(asset.content_security_policy));
    reply.headers.set("Cache-Control",
                      asset.immutable ? "public, max-age=31536000, immutable" : "no-cache");
    if (request.headers.get("If-None-Match") == etag) {
        reply.status = 304;
        return reply;
    }
    reply.headers.set("Content-Type", std::string(asset.content_type));
    reply.body = asset.bytes;
    return reply;
}

awaitable<http::Reply> openapi_reply(ApiContext& context) {
    if (!context.server) throw Failure(Outcome::unavailable, "The service is starting.");
    co_return http::Reply::json(200, context.server->router().openapi("Tributary", kVersion));
}

awaitable<http::Reply> nothing(http::Request) {
    co_return http::Reply::problem(
        Error(Outcome::not_found, "There is nothing under this address."));
}

// The web app is one page: addresses it makes up itself lead to it, files it does not have are 404.
awaitable<http::Reply> web(ApiContext&, http::Request request, Actor) {
    if (const auto asset = find_web_asset(request.path)) co_return asset_reply(request, *asset);
    const bool looks_like_file = request.path.rfind('.') != std::string::npos;
    const auto page = find_web_asset("/");
    if (looks_like_file || !page) co_return co_await nothing(std::move(request));
    co_return asset_reply(request, *page);
}

}  // namespace

void add_meta_routes(http::Router& router, ApiContext& context) {
    using http::Method;
    RouteTable table(router, context, "operations");
    table.add(Method::get, "/healthz", Policy(Audience::everybody, Subject::nothing), alive,
              {"The process lives"});
    table.add(Method::get, "/readyz", Policy(Audience::everybody, Subject::nothing), ready,
              {"The store answers; else 503 with the reason"});
    table.add(Method::get, "/metrics", Policy(Audience::everybody, Subject::nothing), metrics,
              {"Prometheus text"});

    const http::RouteAccess open(to_string(Audience::everybody), to_string(Subject::nothing));
    // The document describes the finished table, so it is made when it is first asked for.
    http::Route document;
    document.pattern = "/openapi.json";
    document.doc.tag = "operations";
    document.doc.summary = "This description";
    ApiContext& shared = context;
    document.handler = [&shared](http::Request) -> awaitable<http::Reply> {
        return openapi_reply(shared);
    };
    router.add(std::move(document), open);

    for (const Method method :
         {Method::get, Method::post, Method::put, Method::patch, Method::delete_}) {
        http::Route unknown;
        unknown.method = method;
        unknown.pattern = "/api/{rest...}";
        unknown.doc.is_internal = true;
        unknown.handler = nothing;
        router.add(std::move(unknown), open);
    }

    http::Route app;
    app.pattern = "/{rest...}";
    app.doc.is_internal = true;
    app.handler = [&shared](http::Request request) {
        return web(shared, std::move(request), Actor());
    };
    router.add(std::move(app), open);
}

http::Router make_router(ApiContext& context) {
    http::Router router;
    add_schemas(router);
    add_customer_routes(router, context);
    add_ticket_routes(router, context);
    add_interaction_routes(router, context);
    add_change_routes(router, context);
    add_session_routes(router, context);
    add_provider_routes(router, context);
    add_agent_routes(router, context);
    add_house_routes(router, context);
    add_audit_routes(router, context);
    add_privacy_routes(router, context);
    add_intake_routes(router, context);
    add_meta_routes(router, context);
    return router;
}

}  // namespace tributary
