// Signing in and out, and what somebody signed in may change of their own.
#include <boost/json.hpp>

#include "access/invitations.hpp"
#include "access/second_factor.hpp"
#include "api/browser.hpp"
#include "api/guard.hpp"
#include "api/json.hpp"
#include "api/routes.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"
#include "base/totp.hpp"
#include "model/identity.hpp"
#include "store/access.hpp"
#include "store/changes.hpp"
#include "store/sessions.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

constexpr std::size_t kPasswordField = 1'000'000;  // the rule of passwords is a finer one

Transport transport(const ApiContext& context) {
    return transport_of(context.house.public_url);
}

http::Reply session_reply(const ApiContext& context, int status, const SignedIn& signed_in) {
    json::object body;
    body["agent"] = agent_json(signed_in.agent);
    body["role"] = to_string(signed_in.agent.role);
    body["csrf_token"] = csrf_token(context.house.instance_key, sha256(signed_in.secret));
    http::Reply reply = http::Reply::json(status, body);
    reply.headers.add("Set-Cookie", session_cookie(signed_in.secret, transport(context),
                                                   context.session_limits.longest));
    return reply;
}

// The session that a browser brought along when it signs in: it ends, so that one secret never
// outlives a change of who is signed in.
awaitable<void> end_presented_session(ApiContext& context, const http::Request& request) {
    const std::string secret = session_secret(request, transport(context));
    if (secret.empty()) co_return;
    const std::string digest = sha256(secret);
    auto step = [&](Tx& tx) {
        if (end_session(tx, digest)) note_access_change(tx);
    };
    co_await context.house.store.write(step);
}

awaitable<http::Reply> sign_in(ApiContext& context, http::Request request, Actor) {
    require_own_page(context, request);
    const json::object body = json_body(request, {"email", "password", "totp"});
    Credentials credentials;
    credentials.email = required_text(body, "email", 320);
    credentials.password = text_member(body, "password", kPasswordField).value_or("");
    credentials.code = text_member(body, "totp", 64).value_or("");
    credentials.source = request.peer;
    const Result<SignedIn> signed_in = co_await context.sign_in.with_password(credentials);
    if (!signed_in) co_return refused_reply(signed_in.error());
    co_await end_presented_session(context, request);
    log::info("access.signed_in", "agent", signed_in->agent.id.text());
    co_return session_reply(context, 201, *signed_in);
}

awaitable<http::Reply> sign_out(ApiContext& context, http::Request request, Actor) {
    co_await end_presented_session(context, request);
    http::Reply reply(204);
    reply.headers.add("Set-Cookie", ended_session_cookie(transport(context)));
    reply.headers.set("Clear-Site-Data", "\"storage\"");
    co_return reply;
}

awaitable<http::Reply> me(ApiContext& context, http::Request request, Actor actor) {
    const Result<Credential> credential = credential_of(context, request);
    std::int64_t newest = 0;
    bool has_factor = false;
    std::int64_t codes_left = 0;
    const std::optional<Agent> agent = co_await context.house.store.read([&](const Tx& tx) {
        newest = newest_change(tx);
        has_factor = has_second_factor(tx, actor.id);
        codes_left = count_recovery_codes(tx, actor.id);
        return find_agent(tx, actor.id);
    });
    json::object body;
    if (agent) body["agent"] = agent_json(*agent);
    body["role"] = to_string(actor.role);
    body["newest_change"] = newest;
    body["public_url"] = context.house.public_url;
    body["undo_s"] = context.house.undo_window.count();
    body["second_factor"] = has_factor;
    body["recovery_codes"] = codes_left;
    body["csrf_token"] = nullptr;
    if (credential && credential->kind == Credential::Kind::session)
        body["csrf_token"] = csrf_token(context.house.instance_key, credential->sha256);
    co_return http::Reply::json(200, body);
}

awaitable<http::Reply> change_password(ApiContext& context, http::Request request, Actor actor) {
    const json::object body = json_body(request, {"current", "password"});
    std::string current = text_member(body, "current", kPasswordField).value_or("");
    std::string chosen = text_member(body, "password", kPasswordField).value_or("");
    const Result<SignedIn> changed = co_await context.sign_in.change_password(
        actor.id, std::move(current), std::move(chosen), request.peer);
    if (!changed) co_return refused_reply(changed.error());
    log::info("access.password_changed", "agent", actor.id.text());
    co_return session_reply(context, 200, *changed);
}

awaitable<http::Reply> end_other_sessions(ApiContext& context, http::Request request, Actor actor) {
    const Result<Credential> credential = credential_of(context, request);
    if (!credential || credential->kind != Credential::Kind::session)
        throw Failure(Error(Outcome::conflict, "A token is no session.").with_reason("no_session"));
    const Timestamp now = context.house.clock.now();
    auto step = [&](Tx& tx) {
        end_all_sessions(tx, actor.id);
        SignedIn fresh;
        fresh.secret = begin_session(tx, actor.id, now);
        fresh.agent = find_agent(tx, actor.id).value();
        return fresh;
    };
    const SignedIn fresh = co_await context.house.store.write(step);
    co_return session_reply(context, 200, fresh);
}

// --- the second factor

awaitable<http::Reply> begin_factor(ApiContext& context, http::Request request, Actor actor) {
    const json::object body = json_body(request, {"password"});
    std::string password = text_member(body, "password", kPasswordField).value_or("");
    const Result<> confirmed =
        co_await context.sign_in.confirm_password(actor.id, std::move(password), request.peer);
    if (!confirmed) co_return refused_reply(confirmed.error());
    const Sealer sealer(context.house.seal_key_file);
    std::string account;
    auto step = [&](Tx& tx) {
        account = find_agent(tx, actor.id).value().email;
        return begin_second_factor(tx, actor.id, sealer);
    };
    const Secret secret = co_await context.house.store.write(step);
    json::object reply;
    reply["secret"] = totp_base32(secret);
    reply["uri"] = totp_address(secret, "Tributary", account);
    co_return http::Reply::json(201, reply);
}

awaitable<http::Reply> confirm_factor(ApiContext& context, http::Request request, Actor actor) {
    const json::object body = json_body(request, {"code"});
    const std::string code = required_text(body, "code", 64);
    const Sealer sealer(context.house.seal_key_file);
    const Timestamp now = context.house.clock.now();
    auto step = [&](Tx& tx) { return confirm_second_factor(tx, actor.id, code, sealer, now); };
    const std::vector<std::string> codes = co_await context.house.store.write(step);
    if (codes.empty())
        throw Failure(Error(Outcome::invalid, "The code does not fit.")
                          .with_field("/code", "is not the code the app shows now"));
    json::array shown;
    for (const std::string& one : codes)
        shown.emplace_back(one);
    log::info("access.second_factor_begun", "agent", actor.id.text());
    co_return http::Reply::json(200, json::object{{"recovery_codes", std::move(shown)}});
}

awaitable<http::Reply> drop_factor(ApiContext& context, http::Request request, Actor actor) {
    const json::object body = json_body(request, {"password"});
    std::string password = text_member(body, "password", kPasswordField).value_or("");
    const Result<> confirmed =
        co_await context.sign_in.confirm_password(actor.id, std::move(password), request.peer);
    if (!confirmed) co_return refused_reply(confirmed.error());
    co_await context.house.store.write([&](Tx& tx) { remove_second_factor(tx, actor.id); });
    log::info("access.second_factor_ended", "agent", actor.id.text());
    co_return http::Reply(204);
}

awaitable<http::Reply> drop_factor_of(ApiContext& context, http::Request request, Actor) {
    const AgentId id = path_id<struct AgentTag>(request, "id");
    auto step = [&](Tx& tx) {
        if (!find_agent(tx, id)) throw Failure(Outcome::not_found, "There is no such agent.");
        remove_second_factor(tx, id);
        end_all_sessions(tx, id);
    };
    co_await context.house.store.write(step);
    co_return http::Reply(204);
}

// --- one-use links

awaitable<http::Reply> accept(ApiContext& context, http::Request request, Actor) {
    require_own_page(context, request);
    const json::object body = json_body(request, {"token", "password"});
    std::string secret = required_text(body, "token", 200);
    std::string password = text_member(body, "password", kPasswordField).value_or("");
    const Result<Agent> agent =
        co_await context.sign_in.accept_invitation(std::move(secret), std::move(password));
    if (!agent) co_return refused_reply(agent.error());
    co_return http::Reply::json(200, agent_json(*agent));
}

awaitable<http::Reply> set_up(ApiContext& context, http::Request request, Actor) {
    require_own_page(context, request);
    const json::object body = json_body(request, {"token", "name", "email", "password"});
    Founder founder;
    founder.name = required_text(body, "name", 200);
    founder.password = text_member(body, "password", kPasswordField).value_or("");
    const auto address = normalize_email(required_text(body, "email", 320));
    if (!address)
        throw Failure(Error(Outcome::invalid, "The address is not valid.")
                          .with_field("/email", "must be one e-mail address"));
    founder.email = *address;
    std::string secret = required_text(body, "token", 200);
    const Result<Agent> agent =
        co_await context.sign_in.found(std::move(secret), std::move(founder));
    if (!agent) co_return refused_reply(agent.error());
    log::info("access.set_up", "agent", agent->id.text());
    co_return http::Reply::json(201, agent_json(*agent));
}

}  // namespace

void add_session_routes(http::Router& router, ApiContext& context) {
    using http::Method;
    const Policy open(Audience::everybody, Subject::nothing);
    const Policy oneself(Audience::reader, Subject::nothing);
    const Policy admin(Audience::admin, Subject::nothing);
    RouteTable table(router, context, "session");
    table.add(Method::post, "/api/v1/session", open, sign_in,
              {"Sign in: sets the session's cookie", "NewSession", "Session", 201});
    table.add(Method::delete_, "/api/v1/session", oneself, sign_out,
              {"Sign out", nullptr, nullptr, 204});
    table.add(Method::post, "/api/v1/session/end-others", oneself, end_other_sessions,
              {"Sign out everywhere else", nullptr, "Session"});
    table.add(Method::get, "/api/v1/me", oneself, me, {"Who is signed in", nullptr, "Me"});
    table.add(Method::post, "/api/v1/me/password", oneself, change_password,
              {"Choose another password; all other sessions end", "PasswordChange", "Session"});
    table.add(Method::post, "/api/v1/me/second-factor", oneself, begin_factor,
              {"A secret for an authenticator app; it counts once it was confirmed",
               "PasswordAgain", "SecondFactor", 201});
    table.add(Method::post, "/api/v1/me/second-factor/confirm", oneself, confirm_factor,
              {"Show that the app has it; gives the recovery codes, once", "FactorCode",
               "RecoveryCodes"});
    table.add(Method::post, "/api/v1/me/second-factor/remove", oneself, drop_factor,
              {"Sign in without a second factor again", "PasswordAgain", nullptr, 204});
    table.add(Method::delete_, "/api/v1/agents/{id}/second-factor", admin, drop_factor_of,
              {"Take away the second factor of somebody who lost it", nullptr, nullptr, 204});
    table.add(Method::post, "/api/v1/invitation", open, accept,
              {"Choose a password with an invitation's token", "AcceptInvitation", "Agent"});
    table.add(Method::post, "/api/v1/setup", open, set_up,
              {"The first administrator, with the token printed at the first start", "SetUp",
               "Agent", 201});
}

}  // namespace tributary
