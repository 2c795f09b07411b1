#include <boost/json.hpp>

#include "api/download.hpp"
#include "api/guard.hpp"
#include "api/names.hpp"
#include "api/routes.hpp"
#include "base/crypto.hpp"
#include "store/changes.hpp"
#include "store/housekeeping.hpp"
#include "store/outbox.hpp"
#include "store/scope.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

// --- connectors
// ------------------------------------------------------------------------------------

awaitable<http::Reply> connectors(ApiContext& context, http::Request, Actor actor) {
    std::vector<std::shared_ptr<Supervisor::Slot>> slots = context.supervisor.slots();
    const json::array items = co_await context.house.store.read([&](const Tx& tx) {
        json::array shown;
        for (const auto& slot : slots)
            if (sees_connector(tx, actor.scope, slot->config.name))
                shown.push_back(slot_json(*slot, count_queued(tx, slot->config.name)));
        return shown;
    });
    co_return http::Reply::json(200, json::object{{"items", items}, {"next", nullptr}});
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

awaitable<http::Reply> quarantine_list(ApiContext& context, http::Request request, Actor actor) {
    const PageRequest page = page_request(request);
    co_return co_await context.house.store.read([&](const Tx& tx) {
        return page_reply(list_quarantine(tx, actor.scope, page),
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

awaitable<http::Reply> find(ApiContext& context, http::Request request, Actor actor) {
    const std::string query = http::find_field(request.query, "q").value_or("");
    if (query.size() > 1'000)
        throw Failure(Error(Outcome::invalid, "The search is too long.")
                          .with_field("q", "must not exceed 1000 bytes"));
    const PageRequest page = page_request(request);
    co_return co_await context.house.store.read(
        [&](const Tx& tx) { return page_reply(search(tx, actor.scope, query, page), hit_json); });
}

}  // namespace

void add_house_routes(http::Router& router, ApiContext& context) {
    using http::Method;
    RouteTable ways(router, context, "connectors");
    ways.add(Method::get, "/api/v1/connectors", Policy(Audience::reader, Subject::nothing),
             connectors, {"Connectors and their health", nullptr, "ConnectorPage"});
    ways.add(Method::get, "/api/v1/connectors/{name}", Policy(Audience::reader, Subject::connector),
             connector, {"One connector", nullptr, "Connector"});
    ways.add(Method::post, "/api/v1/connectors/{name}/check",
             Policy(Audience::admin, Subject::connector), check,
             {"Try the connection step by step", nullptr, "CheckReply"});
    ways.add(Method::post, "/api/v1/connectors/{name}/consent",
             Policy(Audience::admin, Subject::connector), consent,
             {"Where to give the provider's consent in a browser", nullptr, "ConsentReply"});
    ways.add(Method::get, "/api/v1/channels", Policy(Audience::reader, Subject::nothing), channels,
             {"Channels built in, with their settings", nullptr, "ChannelPage"});

    RouteTable aside(router, context, "quarantine");
    aside.add(
        Method::get, "/api/v1/quarantine", Policy(Audience::reader, Subject::nothing),
        quarantine_list,
        {"What could not be understood", nullptr, "QuarantinePage", 200, {"limit", "cursor"}});
    aside.add(Method::get, "/api/v1/quarantine/{id}",
              Policy(Audience::reader, Subject::quarantined), quarantine_get,
              {"One item, with what of it can be read all the same", nullptr, "QuarantineView"});
    aside.add(Method::get, "/api/v1/quarantine/{id}/raw",
              Policy(Audience::reader, Subject::quarantined), quarantine_raw,
              {"The original bytes"});
    aside.add(Method::post, "/api/v1/quarantine/{id}/replay",
              Policy(Audience::agent, Subject::quarantined), replay,
              {"Read the original again", nullptr, "QuarantineReply"});
    aside.add(Method::post, "/api/v1/quarantine/{id}/discard",
              Policy(Audience::agent, Subject::quarantined), discard,
              {"Close the item without filing it", nullptr, "QuarantineReply"});

    RouteTable finding(router, context, "search");
    finding.add(Method::get, "/api/v1/search", Policy(Audience::reader, Subject::nothing), find,
                {"Customers, tickets and interactions, newest first",
                 nullptr,
                 "SearchPage",
                 200,
                 {"q", "limit", "cursor"}});
}

}  // namespace tributary
