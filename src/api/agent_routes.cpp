// Agents, teams and API tokens.
#include <boost/json.hpp>

#include "access/agents.hpp"
#include "access/invitations.hpp"
#include "api/guard.hpp"
#include "api/json.hpp"
#include "api/routes.hpp"
#include "base/crypto.hpp"
#include "base/text.hpp"
#include "model/identity.hpp"
#include "store/access.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

http::Reply list_reply(json::array items) {
    return http::Reply::json(200, json::object{{"items", std::move(items)}, {"next", nullptr}});
}

std::optional<Role> role_member(const json::object& body) {
    const auto name = text_member(body, "role", 20);
    if (!name) return std::nullopt;
    const auto role = parse_role(*name);
    if (!role)
        throw Failure(Error(Outcome::invalid, "The role is not known.")
                          .with_field("/role", "must be admin, agent or reader"));
    return role;
}

std::optional<std::vector<std::string>> texts_member(const json::object& body, const char* key,
                                                     std::size_t most, std::size_t limit) {
    const json::value* list = body.if_contains(key);
    if (!list || list->is_null()) return std::nullopt;
    const auto wrong = [&](const std::string& what) {
        return Failure(Error(Outcome::invalid, "A list is not valid.")
                           .with_field("/" + std::string(key), what));
    };
    if (!list->is_array() || list->get_array().size() > most)
        throw wrong("must be a list of at most " + std::to_string(most));
    std::vector<std::string> texts;
    for (const json::value& entry : list->get_array()) {
        if (!entry.is_string() || entry.get_string().size() > limit || entry.get_string().empty())
            throw wrong("must hold texts of 1 to " + std::to_string(limit) + " bytes");
        texts.emplace_back(entry.get_string());
    }
    return texts;
}

// A list of ids; null, as absence in a new agent, means that everything is seen.
std::optional<std::vector<TeamId>> teams_member(const json::object& body) {
    const auto texts = texts_member(body, "teams", 100, 64);
    if (!texts) return std::nullopt;
    std::vector<TeamId> teams;
    for (const std::string& text : *texts) {
        const auto id = TeamId::parse(text);
        if (!id)
            throw Failure(Error(Outcome::invalid, "There is no such team.")
                              .with_field("/teams", "must hold ids of teams"));
        teams.push_back(*id);
    }
    return teams;
}

// --- agents

awaitable<http::Reply> agents(ApiContext& context, http::Request, Actor) {
    const std::vector<Agent> all =
        co_await context.house.store.read([](const Tx& tx) { return list_agents(tx); });
    json::array items;
    for (const Agent& agent : all)
        items.push_back(agent_json(agent));
    co_return list_reply(std::move(items));
}

awaitable<http::Reply> add_agent(ApiContext& context, http::Request request, Actor actor) {
    const json::object body = json_body(request, {"name", "email", "role", "teams"});
    NewAgent wanted;
    wanted.name = required_text(body, "name", 200);
    const auto address = normalize_email(required_text(body, "email", 320));
    if (!address)
        throw Failure(Error(Outcome::invalid, "The address is not valid.")
                          .with_field("/email", "must be one e-mail address"));
    wanted.email = *address;
    wanted.role = role_member(body).value_or(Role::agent);
    wanted.teams = teams_member(body);
    const Timestamp now = context.house.clock.now();
    auto step = [&](Tx& tx) {
        return http::Reply::json(201, agent_json(create_agent(tx, wanted, now)));
    };
    co_return co_await write_once(context, request, actor, step);
}

awaitable<http::Reply> patch_agent(ApiContext& context, http::Request request, Actor) {
    const AgentId id = path_id<struct AgentTag>(request, "id");
    const json::object body = json_body(request, {"name", "role", "disabled", "teams"});
    AgentChange change;
    if (body.contains("name")) change.name = required_text(body, "name", 200);
    change.role = role_member(body);
    if (const json::value* disabled = body.if_contains("disabled")) {
        if (!disabled->is_bool())
            throw Failure(Error(Outcome::invalid, "A field has the wrong type.")
                              .with_field("/disabled", "must be true or false"));
        change.is_disabled = disabled->get_bool();
    }
    if (body.contains("teams")) change.teams = teams_member(body);
    co_return co_await context.house.store.write(
        [&](Tx& tx) { return http::Reply::json(200, agent_json(change_agent(tx, id, change))); });
}

// The secret is shown this once, so no Idempotency-Key can bring it back: asking again invites
// anew.
awaitable<http::Reply> invite(ApiContext& context, http::Request request, Actor) {
    const AgentId id = path_id<struct AgentTag>(request, "id");
    const Timestamp now = context.house.clock.now();
    auto step = [&](Tx& tx) {
        const auto agent = find_agent(tx, id);
        if (!agent) throw Failure(Outcome::not_found, "There is no such agent.");
        if (agent->is_disabled)
            throw Failure(
                Error(Outcome::conflict, "This agent is disabled.").with_reason("agent_disabled"));
        return issue_invitation(tx, id, now);
    };
    const std::string secret = co_await context.house.store.write(step);
    json::object body;
    body["token"] = secret;
    body["url"] = context.house.public_url + "/#invitation=" + secret;
    body["expires_at"] = rfc3339(now + kInvitationPatience);
    co_return http::Reply::json(201, body);
}

awaitable<http::Reply> offboard_agent(ApiContext& context, http::Request request, Actor actor) {
    const AgentId id = path_id<struct AgentTag>(request, "id");
    const json::object body = json_body(request, {"to"});
    std::optional<AgentId> heir;
    if (const json::value* to = body.if_contains("to")) heir = agent_value(*to, actor, "/to");
    const Timestamp now = context.house.clock.now();
    auto step = [&](Tx& tx) {
        return http::Reply::json(200, offboard_json(offboard(tx, id, heir, now)));
    };
    co_return co_await write_once(context, request, actor, step);
}

// --- teams

std::vector<std::string> known_connectors(const ApiContext& context,
                                          std::vector<std::string> names) {
    for (const std::string& name : names)
        if (!context.supervisor.find(name))
            throw Failure(Error(Outcome::invalid, "There is no such connector.")
                              .with_field("/connectors", "'" + name + "' is not configured"));
    return names;
}

awaitable<http::Reply> teams(ApiContext& context, http::Request, Actor) {
    const std::vector<Team> all =
        co_await context.house.store.read([](const Tx& tx) { return list_teams(tx); });
    json::array items;
    for (const Team& team : all)
        items.push_back(team_json(team));
    co_return list_reply(std::move(items));
}

awaitable<http::Reply> add_team(ApiContext& context, http::Request request, Actor actor) {
    const json::object body = json_body(request, {"name", "connectors"});
    const std::string name = required_text(body, "name", 100);
    const auto listed = texts_member(body, "connectors", 1'000, 40);
    const auto connectors = known_connectors(context, listed.value_or(std::vector<std::string>()));
    const Timestamp now = context.house.clock.now();
    auto step = [&](Tx& tx) {
        return http::Reply::json(201, team_json(create_team(tx, name, connectors, now)));
    };
    co_return co_await write_once(context, request, actor, step);
}

awaitable<http::Reply> patch_team(ApiContext& context, http::Request request, Actor) {
    const TeamId id = path_id<struct TeamTag>(request, "id");
    const json::object body = json_body(request, {"name", "connectors"});
    TeamChange change;
    if (body.contains("name")) change.name = required_text(body, "name", 100);
    if (const auto listed = texts_member(body, "connectors", 1'000, 40))
        change.connectors = known_connectors(context, *listed);
    co_return co_await context.house.store.write(
        [&](Tx& tx) { return http::Reply::json(200, team_json(change_team(tx, id, change))); });
}

awaitable<http::Reply> drop_team(ApiContext& context, http::Request request, Actor) {
    const TeamId id = path_id<struct TeamTag>(request, "id");
    co_await context.house.store.write([&](Tx& tx) { delete_team(tx, id); });
    co_return http::Reply(204);
}

// --- tokens

awaitable<http::Reply> tokens(ApiContext& context, http::Request, Actor) {
    const std::vector<ApiToken> all =
        co_await context.house.store.read([](const Tx& tx) { return list_tokens(tx); });
    json::array items;
    for (const ApiToken& token : all)
        items.push_back(token_json(token));
    co_return list_reply(std::move(items));
}

// What an Idempotency-Key remembers is the token without its secret, which must not rest anywhere:
// asked again, we can only say that it was made.
awaitable<http::Reply> create_token_route(ApiContext& context, http::Request request, Actor actor) {
    const json::object body = json_body(request, {"name", "role"});
    const auto role = parse_role(required_text(body, "role", 20));
    if (!role)
        throw Failure(Error(Outcome::invalid, "The role is not known.")
                          .with_field("/role", "must be admin, agent or reader"));
    ApiToken token;
    token.id = TokenId::make(unix_ms(context.house.clock.now()));
    token.name = required_text(body, "name", 200);
    token.role = *role;
    token.agent = actor.id;
    token.created_at = context.house.clock.now();
    const std::string secret = make_token_secret();
    const std::string digest = sha256(secret);
    json::object made = token_json(token);
    bool is_new = false;
    auto step = [&](Tx& tx) {
        insert_token(tx, token, digest);
        is_new = true;
        return http::Reply::json(201, made);
    };
    co_await write_once(context, request, actor, step);
    if (!is_new)
        throw Failure(Error(Outcome::conflict, "This token was made; its secret is shown once.")
                          .with_reason("shown_once"));
    made["token"] = secret;
    co_return http::Reply::json(201, made);
}

awaitable<http::Reply> revoke(ApiContext& context, http::Request request, Actor) {
    const TokenId id = path_id<struct TokenTag>(request, "id");
    const Timestamp now = context.house.clock.now();
    const bool was_there = co_await context.house.store.write([&](Tx& tx) {
        const bool ended = revoke_token(tx, id, now);
        if (ended) note_access_change(tx);
        return ended;
    });
    if (!was_there) throw Failure(Outcome::not_found, "There is no such token.");
    co_return http::Reply(204);
}

}  // namespace

std::string make_token_secret() {
    return "trib_" + random_token(32);
}

void add_agent_routes(http::Router& router, ApiContext& context) {
    using http::Method;
    const Policy reader(Audience::reader, Subject::nothing);
    const Policy admin(Audience::admin, Subject::nothing);
    RouteTable table(router, context, "access");
    table.add(Method::get, "/api/v1/agents", reader, agents, {"Agents", nullptr, "AgentPage"});
    table.add(Method::post, "/api/v1/agents", admin, add_agent,
              {"A new agent", "NewAgent", "Agent", 201});
    table.add(Method::patch, "/api/v1/agents/{id}", admin, patch_agent,
              {"Change name, role or teams, disable", "AgentChange", "Agent"});
    table.add(
        Method::post, "/api/v1/agents/{id}/invitation", admin, invite,
        {"A link to choose a password with, once; shown this once", nullptr, "Invitation", 201});
    table.add(Method::post, "/api/v1/agents/{id}/offboard", admin, offboard_agent,
              {"End an agent's access everywhere and hand the open work over", "Offboard",
               "OffboardReport"});
    table.add(Method::get, "/api/v1/teams", reader, teams,
              {"Teams and the connectors they have", nullptr, "TeamPage"});
    table.add(Method::post, "/api/v1/teams", admin, add_team,
              {"A new team", "NewTeam", "Team", 201});
    table.add(Method::patch, "/api/v1/teams/{id}", admin, patch_team,
              {"Change a team's name or connectors", "TeamChange", "Team"});
    table.add(Method::delete_, "/api/v1/teams/{id}", admin, drop_team,
              {"Dissolve a team; its agents stay limited", nullptr, nullptr, 204});
    table.add(Method::get, "/api/v1/tokens", admin, tokens,
              {"API tokens, without their secrets", nullptr, "TokenPage"});
    table.add(Method::post, "/api/v1/tokens", admin, create_token_route,
              {"A new API token; its secret is shown this once", "NewToken", "NewTokenReply", 201});
    table.add(Method::delete_, "/api/v1/tokens/{id}", admin, revoke,
              {"Revoke a token", nullptr, nullptr, 204});
}

}  // namespace tributary
