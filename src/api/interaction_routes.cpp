#include <algorithm>
#include <boost/json.hpp>

#include "api/download.hpp"
#include "api/guard.hpp"
#include "api/names.hpp"
#include "api/routes.hpp"
#include "base/text.hpp"
#include "store/interactions.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

Interaction get_interaction(const Tx& tx, InteractionId id) {
    auto interaction = find_interaction(tx, id);
    if (!interaction) throw Failure(Outcome::not_found, "There is no such interaction.");
    return std::move(*interaction);
}

awaitable<http::Reply> get(ApiContext& context, http::Request request, Actor) {
    const InteractionId id = path_id<struct InteractionTag>(request, "id");
    co_return co_await context.house.store.read([&](const Tx& tx) {
        return http::Reply::json(200, interaction_json(tx, get_interaction(tx, id)));
    });
}

awaitable<http::Reply> raw(ApiContext& context, http::Request request, Actor) {
    const InteractionId id = path_id<struct InteractionTag>(request, "id");
    const Interaction interaction =
        co_await context.house.store.read([&](const Tx& tx) { return get_interaction(tx, id); });
    if (interaction.raw_sha256.empty())
        throw Failure(Outcome::not_found, "This interaction has no original.");
    Download download;
    download.sha256 = interaction.raw_sha256;
    download.filename = interaction.id.text() + ".eml";
    download.content_type = "application/octet-stream";
    co_return co_await serve_download(context, std::move(download));
}

// By the ending of its name, as machines decide what to run: blanks and dots behind it do not
// count.
bool is_blocked(const House& house, std::string_view filename) {
    while (filename.ends_with('.') || filename.ends_with(' '))
        filename.remove_suffix(1);
    const auto dot = filename.rfind('.');
    return dot != std::string_view::npos &&
           std::ranges::any_of(house.blocked_files, [&](const std::string& ending) {
               return equals_ignoring_case(filename.substr(dot + 1), ending);
           });
}

awaitable<http::Reply> attachment(ApiContext& context, http::Request request, Actor) {
    const InteractionId id = path_id<struct InteractionTag>(request, "id");
    const AttachmentId wanted = path_id<struct AttachmentTag>(request, "attachment");
    const std::optional<AttachmentPlace> place = co_await context.house.store.read(
        [&](const Tx& tx) { return find_attachment(tx, wanted); });
    if (!place || place->interaction != id)
        throw Failure(Outcome::not_found, "There is no such attachment.");
    if (place->direction == Direction::in && is_blocked(context.house, place->attachment.filename))
        throw Failure(Error(Outcome::denied, "Files of this kind are not handed out here.")
                          .with_reason("blocked_file"));
    Download download;
    download.sha256 = place->attachment.sha256;
    download.filename = place->attachment.filename;
    download.content_type = place->attachment.content_type;
    co_return co_await serve_download(context, std::move(download));
}

Direction direction_member(const json::object& body) {
    const std::string name = text_member(body, "direction", 20).value_or("internal");
    for (const Direction direction : {Direction::in, Direction::out, Direction::internal})
        if (to_string(direction) == name) return direction;
    throw Failure(Error(Outcome::invalid, "The direction is not known.")
                      .with_field("/direction", "must be in, out or internal"));
}

awaitable<http::Reply> create(ApiContext& context, http::Request request, Actor actor) {
    const json::object body =
        json_body(request, {"customer", "ticket", "connector", "kind", "direction", "subject",
                            "text", "data", "occurred_at"});
    RecordRequest record;
    const auto customer = CustomerId::parse(required_text(body, "customer", 64));
    if (!customer)
        throw Failure(Error(Outcome::invalid, "The customer is not an id.")
                          .with_field("/customer", "must be an id"));
    record.customer = *customer;
    if (const auto ticket = text_member(body, "ticket", 64)) {
        record.ticket = TicketId::parse(*ticket);
        if (!record.ticket)
            throw Failure(Error(Outcome::invalid, "The ticket is not an id.")
                              .with_field("/ticket", "must be an id"));
    }
    const auto kind = parse_kind(required_text(body, "kind", 20));
    if (!kind || *kind == Kind::system)
        throw Failure(Error(Outcome::invalid, "The kind is not known.")
                          .with_field("/kind", "is not a kind an agent may record"));
    record.kind = *kind;
    record.direction = direction_member(body);
    record.subject = text_member(body, "subject", 998).value_or("");
    record.text = text_member(body, "text", 100'000).value_or("");
    if (const json::value* data = body.if_contains("data")) {
        if (!data->is_object())
            throw Failure(Error(Outcome::invalid, "The data are not an object.")
                              .with_field("/data", "must be an object"));
        record.data = json::serialize(*data);
    }
    if (const auto at = text_member(body, "occurred_at", 40)) {
        record.occurred_at = parse_rfc3339(*at);
        if (!record.occurred_at)
            throw Failure(Error(Outcome::invalid, "The time is not valid.")
                              .with_field("/occurred_at", "must be RFC 3339"));
    }
    const Timestamp now = context.house.clock.now();
    const std::string connector = connector_member(context, body);
    auto step = [&](Tx& tx) {
        require_seen(tx, actor, record.customer);
        if (record.ticket) {
            require_seen(tx, actor, *record.ticket);
        } else {
            record.connector = choose_connector(tx, actor, connector);
        }
        return http::Reply::json(201,
                                 interaction_json(tx, record_interaction(tx, record, actor, now)));
    };
    co_return co_await write_once(context, request, actor, step);
}

awaitable<http::Reply> cancel(ApiContext& context, http::Request request, Actor actor) {
    const InteractionId id = path_id<struct InteractionTag>(request, "id");
    const Timestamp now = context.house.clock.now();
    auto step = [&](Tx& tx) {
        return http::Reply::json(200, interaction_json(tx, take_back(tx, id, now)));
    };
    co_return co_await write_once(context, request, actor, step);
}

}  // namespace

void add_interaction_routes(http::Router& router, ApiContext& context) {
    using http::Method;
    RouteTable table(router, context, "interactions");
    table.add(Method::post, "/api/v1/interactions", Policy(Audience::agent, Subject::nothing),
              create,
              {"Record what happened elsewhere: call, visit, letter, order", "NewInteraction",
               "Interaction", 201});
    table.add(Method::get, "/api/v1/interactions/{id}",
              Policy(Audience::reader, Subject::interaction), get,
              {"One interaction", nullptr, "Interaction"});
    table.add(
        Method::post, "/api/v1/interactions/{id}/cancel",
        Policy(Audience::agent, Subject::interaction), cancel,
        {"Take an outgoing interaction back before its first attempt", nullptr, "Interaction"});
    table.add(Method::get, "/api/v1/interactions/{id}/raw",
              Policy(Audience::reader, Subject::interaction), raw,
              {"The original bytes, as a download"});
    table.add(Method::get, "/api/v1/interactions/{id}/attachments/{attachment}",
              Policy(Audience::reader, Subject::interaction), attachment,
              {"An attachment, as a download"});
}

}  // namespace tributary
