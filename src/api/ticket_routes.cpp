#include <boost/json.hpp>

#include "api/guard.hpp"
#include "api/names.hpp"
#include "api/reply_body.hpp"
#include "api/routes.hpp"
#include "base/text.hpp"
#include "store/customers.hpp"
#include "store/interactions.hpp"
#include "store/scope.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

constexpr std::size_t kTicketWindow = 200;  // newest interactions shown with a ticket

// Without what it says of a ticket that the actor does not see.
TicketRow seen_row(const Tx& tx, const Actor& actor, TicketRow row) {
    std::optional<TicketId>& claimed = row.ticket.claims_ticket;
    if (claimed && !sees_ticket(tx, actor.scope, *claimed)) claimed.reset();
    return row;
}

http::Reply ticket_reply(const Tx& tx, int status, TicketId id, const Actor& actor) {
    auto row = find_ticket_row(tx, id);
    if (!row) throw Failure(Outcome::not_found, "There is no such ticket.");
    row = seen_row(tx, actor, std::move(*row));
    http::Reply reply = http::Reply::json(status, ticket_json(*row, agent_names(tx)));
    reply.headers.set("ETag", "\"" + std::to_string(row->ticket.version) + "\"");
    return reply;
}

template <class T>
std::optional<T> parsed_member(const json::object& body, const char* key,
                               std::optional<T> (*parse)(std::string_view)) {
    const auto text = text_member(body, key, 40);
    if (!text) return std::nullopt;
    const auto value = parse(*text);
    if (!value)
        throw Failure(Error(Outcome::invalid, "A field has an unknown value.")
                          .with_field(std::string("/") + key,
                                      "'" + *text + "' is not one of the known values"));
    return value;
}

TicketFilter ticket_filter(const http::Request& request, const Actor& actor) {
    TicketFilter filter;
    if (const auto status = http::find_field(request.query, "status"); status && !status->empty()) {
        filter.status = parse_ticket_status(*status);
        if (!filter.status)
            throw Failure(Error(Outcome::invalid, "The status is not known.")
                              .with_field("status", "must be open, pending, solved or closed"));
    }
    if (const auto assignee = http::find_field(request.query, "assignee");
        assignee && !assignee->empty()) {
        if (*assignee == "none") {
            filter.unassigned = true;
        } else {
            filter.assignee = agent_value(json::value(*assignee), actor, "assignee");
        }
    }
    if (const auto customer = http::find_field(request.query, "customer");
        customer && !customer->empty()) {
        filter.customer = CustomerId::parse(*customer);
        if (!filter.customer)
            throw Failure(Error(Outcome::invalid, "The customer is not an id.")
                              .with_field("customer", "must be an id"));
    }
    filter.connector = http::find_field(request.query, "connector").value_or("");
    filter.query = http::find_field(request.query, "q").value_or("");
    return filter;
}

TicketOrder ticket_order(const http::Request& request) {
    const std::string sort = http::find_field(request.query, "sort").value_or("");
    if (sort.empty() || sort == "updated") return TicketOrder::updated;
    if (sort == "created") return TicketOrder::created;
    if (sort == "waiting") return TicketOrder::waiting;
    throw Failure(Error(Outcome::invalid, "The order is not known.")
                      .with_field("sort", "must be updated, created or waiting"));
}

awaitable<http::Reply> list(ApiContext& context, http::Request request, Actor actor) {
    const TicketFilter filter = ticket_filter(request, actor);
    const TicketOrder order = ticket_order(request);
    const PageRequest page = page_request(request);
    co_return co_await context.house.store.read([&](const Tx& tx) {
        const AgentNames names = agent_names(tx);
        return page_reply(
            list_tickets(tx, actor.scope, filter, order, page),
            [&](const TicketRow& row) { return ticket_json(seen_row(tx, actor, row), names); });
    });
}

awaitable<http::Reply> get(ApiContext& context, http::Request request, Actor actor) {
    const TicketId id = path_id<struct TicketTag>(request, "id");
    const std::vector<ReplyRoute> routes = context.supervisor.reply_routes();
    co_return co_await context.house.store.read([&](const Tx& tx) {
        auto row = find_ticket_row(tx, id);
        if (!row) throw Failure(Outcome::not_found, "There is no such ticket.");
        row = seen_row(tx, actor, std::move(*row));
        const AgentNames names = agent_names(tx);
        json::object body = ticket_json(*row, names);
        json::array interactions;
        for (const Interaction& interaction : ticket_interactions(tx, id, kTicketWindow))
            interactions.push_back(interaction_json(interaction, names, row->ticket.number));
        body["interactions"] = std::move(interactions);
        body["reply"] = reply_plan_json(plan_reply_for(tx, row->ticket, routes));
        http::Reply reply = http::Reply::json(200, body);
        reply.headers.set("ETag", "\"" + std::to_string(row->ticket.version) + "\"");
        return reply;
    });
}

awaitable<http::Reply> create(ApiContext& context, http::Request request, Actor actor) {
    const json::object body =
        json_body(request, {"customer", "connector", "subject", "text", "type", "priority"});
    NewTicket wanted;
    const auto customer = CustomerId::parse(required_text(body, "customer", 64));
    if (!customer)
        throw Failure(Error(Outcome::invalid, "The customer is not an id.")
                          .with_field("/customer", "must be an id"));
    wanted.customer = *customer;
    wanted.subject = required_text(body, "subject", 998);
    wanted.text = text_member(body, "text", 100'000).value_or("");
    wanted.type = parsed_member(body, "type", parse_ticket_type).value_or(TicketType::other);
    wanted.priority = parsed_member(body, "priority", parse_priority).value_or(Priority::normal);
    const Timestamp now = context.house.clock.now();
    const std::string connector = connector_member(context, body);
    auto step = [&](Tx& tx) {
        require_seen(tx, actor, wanted.customer);
        wanted.connector = choose_connector(tx, actor, connector);
        return ticket_reply(tx, 201, create_ticket(tx, wanted, actor, now).id, actor);
    };
    co_return co_await write_once(context, request, actor, step);
}

awaitable<http::Reply> patch(ApiContext& context, http::Request request, Actor actor) {
    const TicketId id = path_id<struct TicketTag>(request, "id");
    const json::object body =
        json_body(request, {"status", "type", "priority", "assignee", "subject"});
    TicketChange change;
    change.status = parsed_member(body, "status", parse_ticket_status);
    change.type = parsed_member(body, "type", parse_ticket_type);
    change.priority = parsed_member(body, "priority", parse_priority);
    change.subject = text_member(body, "subject", 998);
    if (const json::value* assignee = body.if_contains("assignee"))
        change.assignee = agent_value(*assignee, actor, "/assignee");
    change.version = if_match(request);
    const Timestamp now = context.house.clock.now();
    co_return co_await context.house.store.write([&](Tx& tx) {
        return ticket_reply(tx, 200, change_ticket(tx, id, change, now).id, actor);
    });
}

// The refusal that shows what is new, so that the agent can read it before deciding.
awaitable<http::Reply> stale_reply(ApiContext& context, const ReplyRequest& reply,
                                   const Error& error) {
    http::Reply refusal = http::Reply::problem(error);
    co_await context.house.store.read([&](const Tx& tx) {
        const auto ticket = find_ticket(tx, reply.ticket);
        json::value body = json::parse(refusal.body);
        json::array newer;
        if (ticket)
            for (const Interaction& interaction : newer_than(tx, *ticket, reply.seen.value_or(0)))
                newer.push_back(interaction_json(tx, interaction));
        body.as_object()["newer"] = std::move(newer);
        if (ticket) body.as_object()["last_change"] = ticket->last_change;
        refusal.body = json::serialize(body);
    });
    co_return refusal;
}

awaitable<http::Reply> post_reply(ApiContext& context, http::Request request, Actor actor) {
    const TicketId ticket = path_id<struct TicketTag>(request, "id");
    const Timestamp now = context.house.clock.now();
    ReplyRequest wanted = co_await read_reply(context, request, now);
    wanted.ticket = ticket;
    const std::vector<ReplyRoute> routes = context.supervisor.reply_routes();
    std::string connector;
    std::optional<Error> stale;
    http::Reply answer;
    try {
        auto step = [&](Tx& tx) {
            const Interaction sent =
                reply(tx, wanted, routes, context.house.mail_domain, actor, now);
            connector = sent.connector;
            return http::Reply::json(201, interaction_json(tx, sent));
        };
        answer = co_await write_once(context, request, actor, step);
    } catch (const Failure& failure) {
        if (failure.error().reason != "stale_reply") throw;
        stale = failure.error();
    }
    if (stale) co_return co_await stale_reply(context, wanted, *stale);
    context.supervisor.wake_outbox(connector);
    co_return answer;
}

awaitable<http::Reply> post_note(ApiContext& context, http::Request request, Actor actor) {
    const TicketId id = path_id<struct TicketTag>(request, "id");
    const json::object body = json_body(request, {"text"});
    const std::string text = required_text(body, "text", 100'000);
    const Timestamp now = context.house.clock.now();
    auto step = [&](Tx& tx) {
        return http::Reply::json(201, interaction_json(tx, add_note(tx, id, text, actor, now)));
    };
    co_return co_await write_once(context, request, actor, step);
}

// A ticket named by id or by its public number.
TicketId other_ticket(const Tx& tx, const json::value& named, const Actor& actor) {
    std::optional<TicketId> id;
    if (named.is_string()) id = TicketId::parse(named.get_string());
    if (named.is_int64())
        if (const auto ticket = find_ticket_by_number(tx, named.get_int64())) id = ticket->id;
    if (!id || !sees_ticket(tx, actor.scope, *id))
        throw Failure(Error(Outcome::invalid, "There is no such ticket.")
                          .with_field("/other", "must be a ticket's id or number"));
    return *id;
}

awaitable<http::Reply> merge(ApiContext& context, http::Request request, Actor actor) {
    const TicketId into = path_id<struct TicketTag>(request, "id");
    const json::object body = json_body(request, {"other"});
    const json::value named = body.contains("other") ? body.at("other") : json::value(nullptr);
    const Timestamp now = context.house.clock.now();
    auto step = [&](Tx& tx) {
        const TicketId other = other_ticket(tx, named, actor);
        return ticket_reply(tx, 200, merge_ticket_into(tx, into, other, actor, now).id, actor);
    };
    co_return co_await write_once(context, request, actor, step);
}

}  // namespace

void add_ticket_routes(http::Router& router, ApiContext& context) {
    using http::Method;
    RouteTable table(router, context, "tickets");
    table.add(Method::get, "/api/v1/tickets", Policy(Audience::reader, Subject::nothing), list,
              {"Tickets",
               nullptr,
               "TicketPage",
               200,
               {"status", "assignee", "connector", "customer", "q", "sort", "limit", "cursor"}});
    table.add(Method::post, "/api/v1/tickets", Policy(Audience::agent, Subject::nothing), create,
              {"A new ticket", "NewTicket", "Ticket", 201});
    table.add(
        Method::get, "/api/v1/tickets/{id}", Policy(Audience::reader, Subject::ticket), get,
        {"One ticket with its conversation and where an answer would go", nullptr, "TicketView"});
    table.add(Method::patch, "/api/v1/tickets/{id}", Policy(Audience::agent, Subject::ticket),
              patch,
              {"Change status, type, priority, assignee or subject", "TicketChange", "Ticket"});
    table.add(Method::post, "/api/v1/tickets/{id}/replies",
              Policy(Audience::agent, Subject::ticket), post_reply,
              {"Answer through the channel the customer used",
               "NewReply",
               "Interaction",
               201,
               {},
               max_reply_body});
    table.add(Method::post, "/api/v1/tickets/{id}/notes", Policy(Audience::agent, Subject::ticket),
              post_note, {"An internal note", "NewNote", "Interaction", 201});
    table.add(Method::post, "/api/v1/tickets/{id}/merge", Policy(Audience::agent, Subject::ticket),
              merge,
              {"Fold another ticket of the same customer into this one", "MergeTicket", "Ticket"});
}

}  // namespace tributary
