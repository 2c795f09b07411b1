#include <boost/json.hpp>

#include "api/guard.hpp"
#include "api/routes.hpp"
#include "base/crypto.hpp"
#include "store/audit.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

json::object audit_json(const AuditRow& row) {
    return {{"seq", row.seq},
            {"at", rfc3339(row.at)},
            {"actor", row.event.actor},
            {"action", row.event.action},
            {"subject", row.event.subject},
            {"detail", json::parse(row.event.detail)},
            {"hash", to_hex(row.hash)}};
}

awaitable<http::Reply> list(ApiContext& context, http::Request request, Actor) {
    AuditFilter filter;
    filter.actor = http::find_field(request.query, "actor").value_or("");
    filter.action = http::find_field(request.query, "action").value_or("");
    filter.subject = http::find_field(request.query, "subject").value_or("");
    const PageRequest page = page_request(request);
    co_return co_await context.house.store.read(
        [&](const Tx& tx) { return page_reply(list_audit(tx, filter, page), audit_json); });
}

}  // namespace

void add_audit_routes(http::Router& router, ApiContext& context) {
    RouteTable table(router, context, "house");
    table.add(http::Method::get, "/api/v1/audit", Policy(Audience::admin, Subject::nothing), list,
              {"Who did and saw what, newest first; each row's hash covers the one before it",
               nullptr,
               "AuditPage",
               200,
               {"actor", "action", "subject", "limit", "cursor"}});
}

}  // namespace tributary
