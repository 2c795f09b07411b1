// Commands on customers: they work beside a running daemon, in transactions of their own.
#include <boost/json.hpp>

#include <iostream>

#include "api/json.hpp"
#include "api/names.hpp"
#include "app/arguments.hpp"
#include "app/command_store.hpp"
#include "desk/actions.hpp"
#include "desk/seal_key.hpp"
#include "store/customers.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

const Actor& console() {
    static const Actor actor(AgentId(), "console", Role::admin, Scope::everything());
    return actor;
}

}  // namespace

int show_customer(const Arguments& arguments) {
    const Options options(arguments, {}, {}, {"customer"});
    CommandStore store(options.config());
    store->write_now([&](Tx& tx) {
        const Customer customer = customer_argument(tx, options.get("customer"));
        note_command(tx, "customer.read", "customer " + customer.id.text());
        std::cout << json::serialize(customer_json(customer, agent_names(tx))) << '\n';
    });
    return 0;
}

int merge_customer_command(const Arguments& arguments) {
    const Options options(arguments, {}, {}, {"survivor", "other"});
    CommandStore store(options.config());
    MergeId merge;
    store->write_now([&](Tx& tx) {
        merge = merge_customer_into(tx, customer_argument(tx, options.get("survivor")).id,
                                    customer_argument(tx, options.get("other")).id, console(),
                                    SystemClock().now());
        note_command(tx, "customer.merge", "merge " + merge.text());
    });
    std::cout << merge.text() << '\n';
    return 0;
}

int split_customer_command(const Arguments& arguments) {
    const Options options(arguments, {}, {}, {"merge"});
    const auto merge = MergeId::parse(options.get("merge"));
    if (!merge) throw UsageError("MERGE is not a merge's id; 'customer merge' prints it");
    CommandStore store(options.config());
    store->write_now([&](Tx& tx) {
        undo_customer_merge(tx, *merge, SystemClock().now());
        note_command(tx, "customer.unmerge", "merge " + merge->text());
    });
    return 0;
}

int change_key_command(const Arguments& arguments) {
    const Options options(arguments, {}, {}, {});
    const AppConfig config = options.config();
    CommandStore store(config);
    const KeyChange change = change_seal_key(*store, config.seal_key_file());
    std::cout << change.resealed << " secrets sealed anew; the new key is in "
              << config.seal_key_file().string() << ", keep it with the backups\n";
    return 0;
}

}  // namespace tributary
