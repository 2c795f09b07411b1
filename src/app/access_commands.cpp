// Commands on agents and tokens: they work beside a running daemon, in transactions of their own,
// and take effect there within seconds.
#include <boost/json.hpp>

#include <iostream>

#include "access/agents.hpp"
#include "access/invitations.hpp"
#include "api/guard.hpp"
#include "api/json.hpp"
#include "app/arguments.hpp"
#include "app/command_store.hpp"
#include "base/crypto.hpp"
#include "model/identity.hpp"
#include "store/access.hpp"

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

Agent agent_argument(const Tx& tx, const std::string& email) {
    auto agent = find_agent_by_email(tx, normalize_email(email).value_or(email));
    if (!agent)
        throw Failure(Outcome::not_found, "there is no agent with the address '" + email + "'");
    return std::move(*agent);
}

std::string invitation_address(const AppConfig& config, const std::string& secret) {
    return config.public_url(config.port()) + "/#invitation=" + secret;
}

std::string numbers(const std::vector<std::int64_t>& list) {
    std::string text;
    for (const std::int64_t number : list)
        text += " #" + std::to_string(number);
    return text.empty() ? " none" : text;
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
        if (!was_there) return;
        note_access_change(tx);
        note_command(tx, "token.revoke", "token " + id->text());
    });
    if (!was_there) throw Failure(Outcome::not_found, "there is no such token");
    return 0;
}

int add_agent(const Arguments& arguments) {
    const Options options(arguments, {"name", "email", "role"}, {"invite"}, {});
    NewAgent wanted;
    wanted.name = options.get("name");
    if (wanted.name.empty() || wanted.name.size() > 200)
        throw UsageError("--name must have 1 to 200 bytes");
    const auto address = normalize_email(options.get("email"));
    if (!address) throw UsageError("--email is not one e-mail address");
    wanted.email = *address;
    wanted.role = role_option(options, "agent");
    const AppConfig config = options.config();
    CommandStore store(config);
    const Timestamp now = SystemClock().now();
    Agent agent;
    std::string secret;
    store->write_now([&](Tx& tx) {
        agent = create_agent(tx, wanted, now);
        note_command(tx, "agent.add", "agent " + agent.id.text());
        if (options.has("invite")) secret = issue_invitation(tx, agent.id, now);
    });
    if (options.json()) {
        json::object body = agent_json(agent);
        if (!secret.empty()) body["invitation"] = invitation_address(config, secret);
        std::cout << json::serialize(body) << '\n';
    } else {
        std::cout << agent.id.text() << '\n';
        if (!secret.empty()) std::cout << invitation_address(config, secret) << '\n';
    }
    return 0;
}

int invite_agent(const Arguments& arguments) {
    const Options options(arguments, {}, {}, {"email"});
    const AppConfig config = options.config();
    CommandStore store(config);
    std::string secret;
    store->write_now([&](Tx& tx) {
        const Agent agent = agent_argument(tx, options.get("email"));
        if (agent.is_disabled) throw Failure(Outcome::conflict, "this agent is disabled");
        secret = issue_invitation(tx, agent.id, SystemClock().now());
        note_command(tx, "agent.invite", "agent " + agent.id.text());
    });
    std::cout << invitation_address(config, secret) << '\n';
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
        AgentChange change;
        change.is_disabled = true;
        const Agent agent = agent_argument(tx, options.get("email"));
        change_agent(tx, agent.id, change);
        note_command(tx, "agent.disable", "agent " + agent.id.text());
    });
    return 0;
}

int offboard_agent(const Arguments& arguments) {
    const Options options(arguments, {"to"}, {}, {"email"});
    CommandStore store(options.config());
    OffboardReport report;
    store->write_now([&](Tx& tx) {
        std::optional<AgentId> heir;
        if (const auto to = options.find("to")) heir = agent_argument(tx, *to).id;
        report =
            offboard(tx, agent_argument(tx, options.get("email")).id, heir, SystemClock().now());
        note_command(tx, "agent.offboard", "agent " + report.agent.id.text());
    });
    if (options.json()) {
        std::cout << json::serialize(offboard_json(report)) << '\n';
        return 0;
    }
    std::cout << report.agent.name << " <" << report.agent.email << "> is disabled\n"
              << "sessions ended: " << report.sessions << "\ntokens revoked: " << report.tokens
              << "\ninvitations withdrawn: " << report.invitations
              << "\nprovider links removed: " << report.provider_links
              << "\nopen tickets handed over:" << numbers(report.tickets)
              << "\ncustomers handed over:" << numbers(report.customers)
              << "\nto: " << options.find("to").value_or("nobody yet") << '\n';
    return 0;
}

}  // namespace tributary
