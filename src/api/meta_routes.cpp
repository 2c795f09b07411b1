#include <boost/json.hpp>

#include "api/guard.hpp"
#include "api/json.hpp"
#include "api/metrics.hpp"
#include "api/routes.hpp"
#include "api/version.hpp"
#include "api/web_assets.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

awaitable<http::Reply> alive(ApiContext&, http::Request, Actor) {
    co_return http::Reply::text(200, "ok\n");
}

std::string_view to_string(ReadyPart::State state) {
    switch (state) {
        case ReadyPart::State::ok: return "ok";
        case ReadyPart::State::warning: return "warning";
        case ReadyPart::State::failed: return "failed";
    }
    return "failed";
}

awaitable<http::Reply> ready(ApiContext& context, http::Request, Actor) {
    if (context.is_draining)
        co_return http::Reply::problem(
            Error(Outcome::unavailable, "The service is shutting down."));
    const std::vector<ReadyPart> parts = co_await context.readiness.check();
    Error trouble(Outcome::unavailable, "The service is not ready.");
    json::array described;
    for (const ReadyPart& part : parts) {
        json::object& one = described.emplace_back(json::object_kind).as_object();
        one["name"] = part.name;
        one["state"] = to_string(part.state);
        if (!part.reason.empty()) one["reason"] = part.reason;
        if (part.state == ReadyPart::State::failed)
            trouble.fields.emplace_back(part.name, part.reason);
    }
    if (!trouble.fields.empty()) co_return http::Reply::problem(trouble);
    const json::object body = {{"ready", true}, {"parts", std::move(described)}};
    co_return http::Reply::json(200, body);
}

awaitable<http::Reply> metrics(ApiContext& context, http::Request, Actor) {
    http::Reply reply(200);
    reply.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    reply.body = co_await metrics_text(context);
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
              {"The store can be written; else 503 with the reasons"});
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
