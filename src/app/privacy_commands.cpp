// Commands that concern one customer's rights.
#include <boost/json.hpp>

#include <iostream>

#include "api/privacy_json.hpp"
#include "app/arguments.hpp"
#include "app/command_store.hpp"
#include "store/audit.hpp"
#include "store/erasure.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

constexpr std::chrono::minutes daemon_patience{2};
constexpr std::chrono::milliseconds between_looks{200};

Certificate get_certificate(Store& store, ErasureId id) {
    std::optional<Certificate> found;
    store.read_now([&](const Tx& tx) { found = find_certificate(tx, id); });
    return found.value();
}

// The daemon finishes what it finds; without one the store is ours.
Certificate await_finish(CommandStore& store, const Certificate& begun) {
    const auto deadline = std::chrono::steady_clock::now() + daemon_patience;
    Certificate certificate = begun;
    while (!certificate.finished_at && std::chrono::steady_clock::now() < deadline) {
        if (store.is_ours()) finish_erasures(*store, SystemClock().now());
        certificate = get_certificate(*store, begun.id);
        if (!certificate.finished_at) store.wait(between_looks);
    }
    return certificate;
}

}  // namespace

int erase_customer_command(const Arguments& arguments) {
    const Options options(arguments, {}, {}, {"customer"});
    CommandStore store(options.config(), CommandStore::Hold::alone_if_free);
    CustomerId id;
    store->read_now([&](const Tx& tx) { id = customer_argument(tx, options.get("customer")).id; });
    const Certificate begun = erase_customer(*store, id, console_actor, SystemClock().now());
    const Certificate certificate = await_finish(store, begun);
    std::cout << json::serialize(certificate_json(certificate)) << '\n';
    if (certificate.finished_at) return 0;
    throw Failure(Outcome::unavailable,
                  "no query finds the customer any more, but the daemon has not cleared its pages "
                  "yet; 'erased' in its log tells when");
}

}  // namespace tributary
