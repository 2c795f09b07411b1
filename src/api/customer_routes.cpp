#include <boost/json.hpp>

#include "api/guard.hpp"
#include "api/names.hpp"
#include "api/routes.hpp"
#include "base/text.hpp"
#include "store/customers.hpp"
#include "store/interactions.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

http::Reply customer_reply(int status, const Customer& customer, const AgentNames& names) {
    http::Reply reply = http::Reply::json(status, customer_json(customer, names));
    reply.headers.set("ETag", "\"" + std::to_string(customer.version) + "\"");
    return reply;
}

std::vector<Identity> identities_member(const json::object& body) {
    std::vector<Identity> identities;
    const json::value* list = body.if_contains("identities");
    if (!list) return identities;
    const auto wrong = [](const std::string& at, const char* what) {
        return Failure(Error(Outcome::invalid, "An identity is not valid.")
                           .with_field("/identities" + at, what));
    };
    if (!list->is_array() || list->get_array().size() > 50)
        throw wrong("", "must be a list of at most 50");
    std::size_t count = 0;
    for (const json::value& entry : list->get_array()) {
        const std::string at = "/" + std::to_string(count++);
        const json::object* one = entry.if_object();
        const json::value* kind = one ? one->if_contains("kind") : nullptr;
        const json::value* value = one ? one->if_contains("value") : nullptr;
        if (!kind || !value || !kind->is_string() || !value->is_string())
            throw wrong(at, "needs kind and value");
        const std::string written(value->get_string());
        auto handle = make_handle(std::string_view(kind->get_string()), written);
        if (!handle) throw wrong(at, "is not a valid address of this kind");
        // An agent vouches for what an agent enters.
        identities.emplace_back(std::move(*handle), Proof::channel, written);
    }
    return identities;
}

awaitable<http::Reply> list(ApiContext& context, http::Request request, Actor actor) {
    CustomerFilter filter;
    filter.query = http::find_field(request.query, "q").value_or("");
    if (const auto owner = http::find_field(request.query, "owner"))
        filter.owner = agent_value(json::value(*owner), actor, "owner");
    const PageRequest page = page_request(request);
    AgentNames names;
    const Page<Customer> customers = co_await context.house.store.read([&](const Tx& tx) {
        names = agent_names(tx);
        return list_customers(tx, actor.scope, filter, page);
    });
    co_return page_reply<Customer>(
        customers, [&](const Customer& customer) { return customer_json(customer, names); });
}

awaitable<http::Reply> get(ApiContext& context, http::Request request, Actor) {
    const CustomerId id = path_id<struct CustomerTag>(request, "id");
    AgentNames names;
    const std::optional<Customer> customer = co_await context.house.store.read([&](const Tx& tx) {
        names = agent_names(tx);
        return find_customer(tx, id);
    });
    if (!customer) throw Failure(Outcome::not_found, "There is no such customer.");
    co_return customer_reply(200, *customer, names);
}

awaitable<http::Reply> create(ApiContext& context, http::Request request, Actor actor) {
    const json::object body = json_body(request, {"display_name", "identities"});
    NewCustomer wanted;
    wanted.name = required_text(body, "display_name", 200);
    wanted.identities = identities_member(body);
    // Else who sees only some connectors would not see what they just made.
    if (!actor.scope.is_everything()) wanted.owner = actor.id;
    const Timestamp now = context.house.clock.now();
    auto step = [&](Tx& tx) {
        const Customer customer = create_customer(tx, wanted, now);
        return customer_reply(201, customer, agent_names(tx));
    };
    co_return co_await write_once(context, request, actor, step);
}

awaitable<http::Reply> patch(ApiContext& context, http::Request request, Actor actor) {
    const CustomerId id = path_id<struct CustomerTag>(request, "id");
    const json::object body = json_body(request, {"display_name", "owner", "fields"});
    CustomerChange change;
    change.display_name = text_member(body, "display_name", 200);
    if (const json::value* owner = body.if_contains("owner"))
        change.owner = agent_value(*owner, actor, "/owner");
    if (const json::value* fields = body.if_contains("fields")) {
        if (!fields->is_object())
            throw Failure(Error(Outcome::invalid, "The fields are not an object.")
                              .with_field("/fields", "must be an object"));
        change.fields = json::serialize(*fields);
    }
    change.version = if_match(request);
    const Timestamp now = context.house.clock.now();
    co_return co_await context.house.store.write([&](Tx& tx) {
        const Customer customer = change_customer(tx, id, change, now);
        return customer_reply(200, customer, agent_names(tx));
    });
}

awaitable<http::Reply> timeline(ApiContext& context, http::Request request, Actor actor) {
    const CustomerId id = path_id<struct CustomerTag>(request, "id");
    TimelineFilter filter;
    if (const auto kind = http::find_field(request.query, "kind"); kind && !kind->empty()) {
        filter.kind = parse_kind(*kind);
        if (!filter.kind)
            throw Failure(Error(Outcome::invalid, "The kind is not known.")
                              .with_field("kind", "is not a kind of interaction"));
    }
    filter.channel = http::find_field(request.query, "channel").value_or("");
    const PageRequest page = page_request(request);
    co_return co_await context.house.store.read([&](const Tx& tx) {
        const auto customer = find_customer(tx, id);
        if (!customer) throw Failure(Outcome::not_found, "There is no such customer.");
        const AgentNames names = agent_names(tx);
        const Page<Interaction> found =
            customer_timeline(tx, actor.scope, customer->id, filter, page);
        return page_reply<Interaction>(found, [&](const Interaction& interaction) {
            return interaction_json(interaction, names, ticket_number(tx, interaction));
        });
    });
}

awaitable<http::Reply> merge(ApiContext& context, http::Request request, Actor actor) {
    const CustomerId survivor = path_id<struct CustomerTag>(request, "id");
    const json::object body = json_body(request, {"other"});
    const auto other = CustomerId::parse(required_text(body, "other", 64));
    if (!other)
        throw Failure(Error(Outcome::invalid, "The other customer is not an id.")
                          .with_field("/other", "must be an id"));
    const Timestamp now = context.house.clock.now();
    auto step = [&](Tx& tx) {
        require_seen(tx, actor, *other);
        const MergeId merged = merge_customer_into(tx, survivor, *other, actor, now);
        json::object reply = customer_json(*find_customer(tx, survivor), agent_names(tx));
        reply["merge"] = merged.text();
        return http::Reply::json(200, reply);
    };
    co_return co_await write_once(context, request, actor, step);
}

awaitable<http::Reply> unmerge(ApiContext& context, http::Request request, Actor actor) {
    const CustomerId id = path_id<struct CustomerTag>(request, "id");
    const json::object body = json_body(request, {"merge"});
    const auto merge = MergeId::parse(required_text(body, "merge", 64));
    if (!merge)
        throw Failure(Error(Outcome::invalid, "The merge is not an id.")
                          .with_field("/merge", "must be an id"));
    const Timestamp now = context.house.clock.now();
    auto step = [&](Tx& tx) {
        const auto named = find_customer(tx, id);  // itself or who it was merged into
        if (!named || find_merge_holder(tx, *merge) != named->id)
            throw Failure(Outcome::not_found, "There is no such merge of this customer.");
        const Customer restored = undo_customer_merge(tx, *merge, now);
        return customer_reply(200, restored, agent_names(tx));
    };
    co_return co_await write_once(context, request, actor, step);
}

}  // namespace

void add_customer_routes(http::Router& router, ApiContext& context) {
    using http::Method;
    RouteTable table(router, context, "customers");
    table.add(Method::get, "/api/v1/customers", Policy(Audience::reader, Subject::nothing), list,
              {"Customers, newest first",
               nullptr,
               "CustomerPage",
               200,
               {"q", "owner", "limit", "cursor"}});
    table.add(Method::post, "/api/v1/customers", Policy(Audience::agent, Subject::nothing), create,
              {"A new customer", "NewCustomer", "Customer", 201});
    table.add(Method::get, "/api/v1/customers/{id}", Policy(Audience::reader, Subject::customer),
              get, {"One customer; merged ids lead to the survivor", nullptr, "Customer"});
    table.add(Method::patch, "/api/v1/customers/{id}", Policy(Audience::agent, Subject::customer),
              patch, {"Change name, owner or fields", "CustomerChange", "Customer"});
    table.add(Method::get, "/api/v1/customers/{id}/timeline",
              Policy(Audience::reader, Subject::customer), timeline,
              {"Everything that happened with the customer, newest first",
               nullptr,
               "InteractionPage",
               200,
               {"kind", "channel", "limit", "cursor"}});
    table.add(Method::post, "/api/v1/customers/{id}/merge",
              Policy(Audience::agent, Subject::customer), merge,
              {"Fold another customer into this one", "MergeCustomer", "Customer"});
    table.add(Method::post, "/api/v1/customers/{id}/unmerge",
              Policy(Audience::agent, Subject::customer), unmerge,
              {"Undo a merge", "UnmergeCustomer", "Customer"});
}

}  // namespace tributary
