// Commands on the store: they work beside a running daemon, in transactions of their own.
#include <boost/json.hpp>

#include <iostream>

#include "api/guard.hpp"
#include "api/json.hpp"
#include "api/names.hpp"
#include "app/arguments.hpp"
#include "app/command_store.hpp"
#include "base/crypto.hpp"
#include "desk/actions.hpp"
#include "desk/seal_key.hpp"
#include "store/access.hpp"
#include "store/audit.hpp"
#include "store/customers.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

Role role_option(const Options& options, const char* fallback) {
    const std::string name = options.find("role").value_or(fallback);
    const auto role = parse_role(name);
    if (!role) throw UsageError("'" + name + "' is not a role; use admin, agent or reader");
    return *role;
}

template <class Items, class Shape>
void print_items(const Items& items, Shape shape) {
    json::array list;
    for (const auto& item : items)
        list.push_back(shape(item));
    std::cout << json::serialize(list) << '\n';
}

void note_command(Tx& tx, const char* action, const std::string& subject) {
    append_audit(tx, AuditEvent(console_actor, action, subject), SystemClock().now());
}

const Actor& console() {
    static const Actor actor(AgentId(), "console", Role::admin);
    return actor;
}

}  // namespace

// The token acts as an agent of its own name, so that the timeline says who wrote.
int create_token(const Arguments& arguments) {
    const Options options(arguments, {"name", "role"}, {}, {});
    const std::string name = options.get("name");
    if (name.empty() || name.size() > 200) throw UsageError("--name must have 1 to 200 bytes");
    options.get("role");
    const Role role = role_option(options, "");
    CommandStore store(options.config());
    const Timestamp now = SystemClock().now();
    Agent agent;
    agent.id = AgentId::make(unix_ms(now));
    agent.name = name;
    agent.email = "token-" + agent.id.text() + "@invalid";
    agent.role = role;
    agent.created_at = now;
    ApiToken token;
    token.id = TokenId::make(unix_ms(now));
    token.name = name;
    token.role = role;
    token.agent = agent.id;
    token.created_at = now;
    const std::string secret = make_token_secret();
    store->write_now([&](Tx& tx) {
        insert_agent(tx, agent);
        insert_token(tx, token, sha256(secret));
        note_command(tx, "token.create", "token " + token.id.text());
    });
    if (options.json()) {
        json::object object = token_json(token);
        object["token"] = secret;
        std::cout << json::serialize(object) << '\n';
    } else {
        std::cout << secret << '\n';
    }
    return 0;
}

int list_tokens_command(const Arguments& arguments) {
    const Options options(arguments, {}, {}, {});
    CommandStore store(options.config());
    std::vector<ApiToken> tokens;
    store->read_now([&](const Tx& tx) { tokens = list_tokens(tx); });
    if (options.json()) {
        print_items(tokens, token_json);
        return 0;
    }
    for (const ApiToken& token : tokens)
        std::cout << token.id.text() << "  " << to_string(token.role) << "  " << token.name
                  << (token.revoked_at ? "  (revoked)" : "") << '\n';
    return 0;
}

int revoke_token_command(const Arguments& arguments) {
    const Options options(arguments, {}, {}, {"id"});
    const auto id = TokenId::parse(options.get("id"));
    if (!id) throw UsageError("ID is not a token's id; 'token list' shows them");
    CommandStore store(options.config());
    bool was_there = false;
    store->write_now([&](Tx& tx) {
        was_there = revoke_token(tx, *id, SystemClock().now());
        if (was_there) note_command(tx, "token.revoke", "token " + id->text());
    });
    if (!was_there) throw Failure(Outcome::not_found, "there is no such token");
    return 0;
}

int add_agent(const Arguments& arguments) {
    const Options options(arguments, {"name", "email", "role"}, {}, {});
    Agent agent;
    agent.name = options.get("name");
    const auto address = normalize_email(options.get("email"));
    if (!address) throw UsageError("--email is not one e-mail address");
    agent.email = *address;
    agent.role = role_option(options, "agent");
    agent.created_at = SystemClock().now();
    agent.id = AgentId::make(unix_ms(agent.created_at));
    CommandStore store(options.config());
    store->write_now([&](Tx& tx) {
        if (find_agent_by_email(tx, agent.email))
            throw Failure(Outcome::conflict, "an agent has this address already");
        insert_agent(tx, agent);
        note_command(tx, "agent.add", "agent " + agent.id.text());
    });
    std::cout << (options.json() ? json::serialize(agent_json(agent)) : agent.id.text()) << '\n';
    return 0;
}

int list_agents_command(const Arguments& arguments) {
    const Options options(arguments, {}, {}, {});
    CommandStore store(options.config());
    std::vector<Agent> agents;
    store->read_now([&](const Tx& tx) { agents = list_agents(tx); });
    if (options.json()) {
        print_items(agents, agent_json);
        return 0;
    }
    for (const Agent& agent : agents)
        std::cout << agent.email << "  " << to_string(agent.role) << "  " << agent.name
                  << (agent.is_disabled ? "  (disabled)" : "") << '\n';
    return 0;
}

int disable_agent(const Arguments& arguments) {
    const Options options(arguments, {}, {}, {"email"});
    CommandStore store(options.config());
    store->write_now([&](Tx& tx) {
        auto agent = find_agent_by_email(
            tx, normalize_email(options.get("email")).value_or(options.get("email")));
        if (!agent) throw Failure(Outcome::not_found, "there is no agent with this address");
        agent->is_disabled = true;
        update_agent(tx, *agent);
        note_command(tx, "agent.disable", "agent " + agent->id.text());
    });
    return 0;
}

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
