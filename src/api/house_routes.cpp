#include <boost/json.hpp>

#include "api/download.hpp"
#include "api/guard.hpp"
#include "api/names.hpp"
#include "api/routes.hpp"
#include "base/crypto.hpp"
#include "store/changes.hpp"
#include "store/housekeeping.hpp"
#include "store/outbox.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

// --- who am I, who else is there
// -------------------------------------------------------------------

awaitable<http::Reply> me(ApiContext& context, http::Request, Actor actor) {
    std::int64_t newest = 0;
    const std::optional<Agent> agent = co_await context.house.store.read([&](const Tx& tx) {
        newest = newest_change(tx);
        return find_agent(tx, actor.id);
    });
    json::object body;
    if (agent) body["agent"] = agent_json(*agent);
    body["role"] = to_string(actor.role);
    body["newest_change"] = newest;
    body["public_url"] = context.house.public_url;
    body["undo_s"] = context.house.undo_window.count();
    co_return http::Reply::json(200, body);
}

awaitable<http::Reply> agents(ApiContext& context, http::Request, Actor) {
    const std::vector<Agent> all =
        co_await context.house.store.read([](const Tx& tx) { return list_agents(tx); });
    json::array items;
    for (const Agent& agent : all)
        items.push_back(agent_json(agent));
    co_return http::Reply::json(200, json::object{{"items", std::move(items)}, {"next", nullptr}});
}

awaitable<http::Reply> create_agent(ApiContext& context, http::Request request, Actor actor) {
    const json::object body = json_body(request, {"name", "email", "role"});
    Agent agent;
    agent.id = AgentId::make(unix_ms(context.house.clock.now()));
    agent.name = required_text(body, "name", 200);
    const auto address = make_handle("email", required_text(body, "email", 320));
    if (!address)
        throw Failure(Error(Outcome::invalid, "The address is not valid.")
                          .with_field("/email", "must be one e-mail address"));
    agent.email = address->value;
    const auto role = parse_role(text_member(body, "role", 20).value_or("agent"));
    if (!role)
        throw Failure(Error(Outcome::invalid, "The role is not known.")
                          .with_field("/role", "must be admin, agent or reader"));
    agent.role = *role;
    agent.created_at = context.house.clock.now();
    auto step = [&](Tx& tx) {
        if (find_agent_by_email(tx, agent.email))
            throw Failure(Error(Outcome::conflict, "An agent has this address already.")
                              .with_reason("email_taken"));
        insert_agent(tx, agent);
        return http::Reply::json(201, agent_json(agent));
    };
    co_return co_await write_once(context, request, actor, step);
}

// --- tokens
// ----------------------------------------------------------------------------------------

awaitable<http::Reply> tokens(ApiContext& context, http::Request, Actor) {
    const std::vector<ApiToken> all =
        co_await context.house.store.read([](const Tx& tx) { return list_tokens(tx); });
    json::array items;
    for (const ApiToken& token : all)
        items.push_back(token_json(token));
    co_return http::Reply::json(200, json::object{{"items", std::move(items)}, {"next", nullptr}});
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
    const bool was_there =
        co_await context.house.store.write([&](Tx& tx) { return revoke_token(tx, id, now); });
    if (!was_there) throw Failure(Outcome::not_found, "There is no such token.");
    co_return http::Reply(204);
}

// --- connectors
// ------------------------------------------------------------------------------------

awaitable<std::vector<std::int64_t>> queued_counts(ApiContext& context) {
    std::vector<std::string> names;
    for (const auto& slot : context.supervisor.slots())
        names.push_back(slot->config.name);
    co_return co_await context.house.store.read([&](const Tx& tx) {
        std::vector<std::int64_t> counts;
        for (const std::string& name : names)
            counts.push_back(count_queued(tx, name));
        return counts;
    });
}

awaitable<http::Reply> connectors(ApiContext& context, http::Request, Actor) {
    const std::vector<std::int64_t> queued = co_await queued_counts(context);
    json::array items;
    for (std::size_t i = 0; i < context.supervisor.slots().size() && i < queued.size(); ++i)
        items.push_back(slot_json(*context.supervisor.slots()[i], queued[i]));
    co_return http::Reply::json(200, json::object{{"items", std::move(items)}, {"next", nullptr}});
}

std::shared_ptr<Supervisor::Slot> get_slot(ApiContext& context, const http::Request& request) {
    const auto slot = context.supervisor.find(request.parameters.at("name"));
    if (!slot) throw Failure(Outcome::not_found, "There is no such connector.");
    return slot;
}

awaitable<http::Reply> connector(ApiContext& context, http::Request request, Actor) {
    const auto slot = get_slot(context, request);
    const std::int64_t queued = co_await context.house.store.read(
        [&](const Tx& tx) { return count_queued(tx, slot->config.name); });
    co_return http::Reply::json(200, slot_json(*slot, queued));
}

awaitable<http::Reply> check(ApiContext& context, http::Request request, Actor) {
    constexpr std::chrono::seconds kPatience{60};
    const auto slot = get_slot(context, request);
    const std::vector<CheckStep> steps =
        co_await with_timeout(kPatience, slot->connector->check(), "check");
    json::array items;
    bool all_good = true;
    for (const CheckStep& step : steps) {
        items.push_back(
            json::object{{"name", step.name}, {"ok", step.ok}, {"detail", step.detail}});
        all_good = all_good && step.ok;
    }
    if (all_good) slot->host.login_changed();
    co_return http::Reply::json(200, json::object{{"ok", all_good}, {"steps", std::move(items)}});
}

awaitable<http::Reply> consent(ApiContext& context, http::Request request, Actor) {
    const Result<std::string> url = get_slot(context, request)->connector->begin_consent();
    if (!url) throw Failure(url.error());
    co_return http::Reply::json(200, json::object{{"url", *url}});
}

awaitable<http::Reply> channels(ApiContext&, http::Request, Actor) {
    json::array items;
    for (const ConnectorType* type : connector_types())
        items.push_back(json::object{{"channel", type->channel},
                                     {"title", type->title},
                                     {"help", type->help},
                                     {"capabilities", capabilities_json(type->capabilities)},
                                     {"settings", json_schema(type->schema)}});
    co_return http::Reply::json(200, json::object{{"items", std::move(items)}, {"next", nullptr}});
}

// --- quarantine
// ------------------------------------------------------------------------------------

awaitable<http::Reply> quarantine_list(ApiContext& context, http::Request request, Actor) {
    const PageRequest page = page_request(request);
    co_return co_await context.house.store.read([&](const Tx& tx) {
        return page_reply(list_quarantine(tx, page),
                          [](const QuarantineItem& item) { return quarantine_json(item); });
    });
}

awaitable<QuarantineItem> get_item(ApiContext& context, const http::Request& request) {
    const QuarantineId id = path_id<struct QuarantineTag>(request, "id");
    const std::optional<QuarantineItem> item =
        co_await context.house.store.read([&](const Tx& tx) { return find_quarantine(tx, id); });
    if (!item) throw Failure(Outcome::not_found, "There is no such item.");
    co_return *item;
}

awaitable<http::Reply> quarantine_raw(ApiContext& context, http::Request request, Actor) {
    const QuarantineItem item = co_await get_item(context, request);
    Download download;
    download.sha256 = item.raw_sha256;
    download.filename = item.id.text() + ".raw";
    download.content_type = "application/octet-stream";
    co_return co_await serve_download(context, std::move(download));
}

// The original read anew by its connector.
awaitable<InboundMessage> read_again(ApiContext& context, Supervisor::Slot& slot,
                                     const QuarantineItem& item) {
    Store& store = context.house.store;
    auto load = [&store, &item] { return store.load_blob(item.raw_sha256); };
    std::optional<std::string> bytes = co_await context.house.workers.offload(load);
    if (!bytes) throw Failure(Outcome::not_found, "The original is not there.");
    std::vector<std::string> originals(1, std::move(*bytes));
    auto messages = co_await slot.host.normalize(std::move(originals));
    co_return std::move(messages.front());
}

// The item, and what of its original can be read all the same.
awaitable<http::Reply> quarantine_get(ApiContext& context, http::Request request, Actor) {
    const QuarantineItem item = co_await get_item(context, request);
    json::object body = quarantine_json(item);
    body["content"] = nullptr;
    if (const auto slot = context.supervisor.find(item.connector)) {
        const InboundMessage message = co_await read_again(context, *slot, item);
        if (!message.content.text.empty())
            body["content"] = content_json(message.content, item.channel, Direction::in);
    }
    co_return http::Reply::json(200, body);
}

awaitable<http::Reply> replay(ApiContext& context, http::Request request, Actor) {
    const QuarantineItem item = co_await get_item(context, request);
    if (item.state != "waiting")
        throw Failure(
            Error(Outcome::conflict, "This item is closed already.").with_reason("closed"));
    const auto slot = context.supervisor.find(item.connector);
    if (!slot)
        throw Failure(Error(Outcome::conflict, "Its connector is not configured any more.")
                          .with_reason("no_connector"));
    InboundMessage message = co_await read_again(context, *slot, item);
    const Receipt receipt = co_await slot->host.replay(std::move(message), item.id);
    co_return http::Reply::json(200, json::object{{"id", item.id.text()},
                                                  {"state", "replayed"},
                                                  {"interaction", receipt.interaction.text()}});
}

awaitable<http::Reply> discard(ApiContext& context, http::Request request, Actor actor) {
    const QuarantineId id = path_id<struct QuarantineTag>(request, "id");
    const Timestamp now = context.house.clock.now();
    auto step = [&](Tx& tx) {
        const auto item = find_quarantine(tx, id);
        if (!item) throw Failure(Outcome::not_found, "There is no such item.");
        if (item->state != "waiting")
            throw Failure(
                Error(Outcome::conflict, "This item is closed already.").with_reason("closed"));
        close_quarantine(tx, id, "discarded");
        append_change(tx, "quarantine.changed", {id.text()}, now);
        return http::Reply::json(200, json::object{{"id", id.text()}, {"state", "discarded"}});
    };
    co_return co_await write_once(context, request, actor, step);
}

// --- search
// ----------------------------------------------------------------------------------------

awaitable<http::Reply> find(ApiContext& context, http::Request request, Actor) {
    const std::string query = http::find_field(request.query, "q").value_or("");
    if (query.size() > 1'000)
        throw Failure(Error(Outcome::invalid, "The search is too long.")
                          .with_field("q", "must not exceed 1000 bytes"));
    const PageRequest page = page_request(request);
    co_return co_await context.house.store.read(
        [&](const Tx& tx) { return page_reply(search(tx, query, page), hit_json); });
}

}  // namespace

std::string make_token_secret() {
    return "trib_" + random_token(32);
}

void add_house_routes(http::Router& router, ApiContext& context) {
    using http::Method;
    RouteTable access(router, context, "access");
    access.add(Method::get, "/api/v1/me", Access::reader, me,
               {"Who the token speaks for", nullptr, "Me"});
    access.add(Method::get, "/api/v1/agents", Access::reader, agents,
               {"Agents", nullptr, "AgentPage"});
    access.add(Method::post, "/api/v1/agents", Access::admin, create_agent,
               {"A new agent", "NewAgent", "Agent", 201});
    access.add(Method::get, "/api/v1/tokens", Access::admin, tokens,
               {"API tokens, without their secrets", nullptr, "TokenPage"});
    access.add(
        Method::post, "/api/v1/tokens", Access::admin, create_token_route,
        {"A new API token; its secret is shown this once", "NewToken", "NewTokenReply", 201});
    access.add(Method::delete_, "/api/v1/tokens/{id}", Access::admin, revoke,
               {"Revoke a token", nullptr, nullptr, 204});

    RouteTable ways(router, context, "connectors");
    ways.add(Method::get, "/api/v1/connectors", Access::reader, connectors,
             {"Connectors and their health", nullptr, "ConnectorPage"});
    ways.add(Method::get, "/api/v1/connectors/{name}", Access::reader, connector,
             {"One connector", nullptr, "Connector"});
    ways.add(Method::post, "/api/v1/connectors/{name}/check", Access::admin, check,
             {"Try the connection step by step", nullptr, "CheckReply"});
    ways.add(Method::post, "/api/v1/connectors/{name}/consent", Access::admin, consent,
             {"Where to give the provider's consent in a browser", nullptr, "ConsentReply"});
    ways.add(Method::get, "/api/v1/channels", Access::reader, channels,
             {"Channels built in, with their settings", nullptr, "ChannelPage"});

    RouteTable aside(router, context, "quarantine");
    aside.add(
        Method::get, "/api/v1/quarantine", Access::reader, quarantine_list,
        {"What could not be understood", nullptr, "QuarantinePage", 200, {"limit", "cursor"}});
    aside.add(Method::get, "/api/v1/quarantine/{id}", Access::reader, quarantine_get,
              {"One item, with what of it can be read all the same", nullptr, "QuarantineView"});
    aside.add(Method::get, "/api/v1/quarantine/{id}/raw", Access::reader, quarantine_raw,
              {"The original bytes"});
    aside.add(Method::post, "/api/v1/quarantine/{id}/replay", Access::agent, replay,
              {"Read the original again", nullptr, "QuarantineReply"});
    aside.add(Method::post, "/api/v1/quarantine/{id}/discard", Access::agent, discard,
              {"Close the item without filing it", nullptr, "QuarantineReply"});

    RouteTable finding(router, context, "search");
    finding.add(Method::get, "/api/v1/search", Access::reader, find,
                {"Customers, tickets and interactions, newest first",
                 nullptr,
                 "SearchPage",
                 200,
                 {"q", "limit", "cursor"}});
}

}  // namespace tributary
