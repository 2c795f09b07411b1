#include <boost/json.hpp>

#include "api/customer_export.hpp"
#include "api/guard.hpp"
#include "api/privacy_json.hpp"
#include "api/routes.hpp"
#include "store/customers.hpp"
#include "store/erasure.hpp"

namespace tributary {
namespace json = boost::json;

json::object certificate_json(const Certificate& certificate) {
    const ErasureCounts& counts = certificate.counts;
    json::object object{{"id", certificate.id.text()},
                        {"erased_at", rfc3339(certificate.erased_at)},
                        {"finished_at", nullptr},
                        {"counts", json::object{{"customers", counts.customers},
                                                {"identities", counts.identities},
                                                {"tickets", counts.tickets},
                                                {"interactions", counts.interactions},
                                                {"blobs", counts.blobs},
                                                {"quarantined", counts.quarantined},
                                                {"cancelled", counts.cancelled},
                                                {"redacted", counts.redacted}}}};
    if (certificate.finished_at) object["finished_at"] = rfc3339(*certificate.finished_at);
    return object;
}

namespace {

// The second half is the daemon's, which looks for it every few seconds (app/daemon.cpp).
awaitable<http::Reply> erase(ApiContext& context, http::Request request, Actor actor) {
    const CustomerId id = path_id<struct CustomerTag>(request, "id");
    Store& store = context.house.store;
    const Timestamp now = context.house.clock.now();
    auto work = [&] { return erase_customer(store, id, actor.id.text(), now); };
    const Certificate certificate = co_await context.house.workers.offload(work);
    co_return http::Reply::json(200, certificate_json(certificate));
}

// A browser's share; whoever said more takes the command, which writes to a file.
constexpr std::size_t kMostExported = 32'000'000;

awaitable<http::Reply> export_archive(ApiContext& context, http::Request request, Actor actor) {
    const CustomerId id = path_id<struct CustomerTag>(request, "id");
    Store& store = context.house.store;
    const Timestamp now = context.house.clock.now();
    http::Reply reply(200);
    const ArchiveSink sink = [&reply](std::string_view bytes) {
        if (reply.body.size() + bytes.size() > kMostExported)
            throw Failure(Error(Outcome::conflict,
                                "This is too much for a download; use 'tributary customer export'.")
                              .with_reason("too_large"));
        reply.body += bytes;
    };
    auto work = [&] { export_customer(store, id, actor.id.text(), now, sink); };
    co_await context.house.workers.offload(work);
    reply.headers.set("Content-Type", "application/zip");
    reply.headers.set("Content-Disposition",
                      "attachment; filename=\"customer-" + id.text() + ".zip\"");
    co_return reply;
}

awaitable<http::Reply> certificate(ApiContext& context, http::Request request, Actor) {
    const ErasureId id = path_id<struct ErasureTag>(request, "id");
    const std::optional<Certificate> found =
        co_await context.house.store.read([&](const Tx& tx) { return find_certificate(tx, id); });
    if (!found) throw Failure(Outcome::not_found, "There is no such erasure.");
    co_return http::Reply::json(200, certificate_json(*found));
}

}  // namespace

void add_privacy_routes(http::Router& router, ApiContext& context) {
    using http::Method;
    RouteTable table(router, context, "privacy");
    table.add(Method::post, "/api/v1/customers/{id}/erase",
              Policy(Audience::admin, Subject::customer), erase,
              {"Erase a customer for good; nothing brings them back", nullptr, "Erasure"});
    table.add(Method::get, "/api/v1/customers/{id}/export",
              Policy(Audience::admin, Subject::customer), export_archive,
              {"Everything known of a customer, as a ZIP archive"});
    table.add(Method::get, "/api/v1/erasures/{id}", Policy(Audience::admin, Subject::nothing),
              certificate,
              {"What an erasure took away, and when it was finished", nullptr, "Erasure"});
}

}  // namespace tributary
