// Signing in by an identity provider: there and back.
#include <boost/json.hpp>

#include "api/browser.hpp"
#include "api/guard.hpp"
#include "api/routes.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

constexpr std::chrono::minutes kJourneyCookieLife{10};

awaitable<http::Reply> ways(ApiContext& context, http::Request, Actor) {
    json::object body = {{"password", true}, {"provider", nullptr}};
    if (context.provider.is_configured())
        body["provider"] = json::object{{"title", context.provider.title()}};
    co_return http::Reply::json(200, body);
}

void require_provider(const ApiContext& context) {
    if (!context.provider.is_configured())
        throw Failure(Outcome::not_found, "No identity provider is configured.");
}

http::Reply journey_reply(const ApiContext& context, const JourneyBegun& begun) {
    http::Reply reply = http::Reply::json(200, json::object{{"url", begun.address}});
    reply.headers.add("Set-Cookie",
                      journey_cookie(begun.browser_secret, transport_of(context.house.public_url),
                                     kJourneyCookieLife));
    return reply;
}

awaitable<http::Reply> begin(ApiContext& context, http::Request request, Actor) {
    require_provider(context);
    require_own_page(context, request);
    const json::object body = json_body(request, {"invitation"});
    JourneyGoal goal;
    if (const auto secret = text_member(body, "invitation", 200))
        goal.invitation_sha256 = sha256(*secret);
    const Result<JourneyBegun> begun = co_await context.provider.begin(std::move(goal));
    if (!begun) co_return refused_reply(begun.error());
    co_return journey_reply(context, *begun);
}

awaitable<http::Reply> link(ApiContext& context, http::Request, Actor actor) {
    require_provider(context);
    JourneyGoal goal;
    goal.links = actor.id;
    const Result<JourneyBegun> begun = co_await context.provider.begin(std::move(goal));
    if (!begun) co_return refused_reply(begun.error());
    co_return journey_reply(context, *begun);
}

// A page of ours takes over: it says how it went, and asks who is signed in.
awaitable<http::Reply> finish(ApiContext& context, http::Request request, Actor) {
    require_provider(context);
    const Transport transport = transport_of(context.house.public_url);
    const auto query = [&](const char* name) { return http::find_field(request.query, name); };
    JourneyReturn back;
    back.state = query("state").value_or("");
    back.code = query("code").value_or("");
    back.issuer = query("iss");
    back.browser_secret = journey_secret(request, transport);
    const Result<SignedIn> signed_in = co_await context.provider.finish(std::move(back));
    http::Reply reply =
        http::Reply::redirect(signed_in ? "/#signed-in" : "/#refused=" + signed_in.error().reason);
    reply.headers.add("Set-Cookie", ended_journey_cookie(transport));
    if (!signed_in) {
        log::warn("access.provider_refused", "reason", signed_in.error().reason, "detail",
                  signed_in.error().detail);
        co_return reply;
    }
    log::info("access.signed_in", "agent", signed_in->agent.id.text(), "by", "provider");
    reply.headers.add("Set-Cookie",
                      session_cookie(signed_in->secret, transport, context.session_limits.longest));
    co_return reply;
}

}  // namespace

void add_provider_routes(http::Router& router, ApiContext& context) {
    using http::Method;
    const Policy open(Audience::everybody, Subject::nothing);
    const Policy oneself(Audience::reader, Subject::nothing);
    RouteTable table(router, context, "session");
    table.add(Method::get, "/api/v1/session/ways", open, ways,
              {"How one can sign in here", nullptr, "SignInWays"});
    table.add(
        Method::post, "/api/v1/session/provider", open, begin,
        {"Where to go to sign in by the identity provider", "ProviderJourney", "ConsentReply"});
    table.add(Method::post, "/api/v1/me/provider", oneself, link,
              {"Where to go to make the provider's account a way in", nullptr, "ConsentReply"});
    table.add(Method::get, "/api/v1/session/provider/callback", open, finish,
              {"Where the provider sends the browser back to",
               nullptr,
               nullptr,
               303,
               {"state", "code", "iss", "error"}});
}

}  // namespace tributary
