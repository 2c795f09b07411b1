// A colleague with a login, a role and perhaps teams; the sessions and tokens that act for one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "model/ids.hpp"

namespace tributary {

using SessionId = Id<struct SessionTag>;
using TeamId = Id<struct TeamTag>;

// Stored as numbers; never renumber. Ordered: a later role may do all an earlier one may.
enum class Role { reader = 1, agent = 2, admin = 3 };
std::string_view to_string(Role role);
std::optional<Role> parse_role(std::string_view name);

// Whose records somebody sees: everybody's, or those of the connectors that the teams of one agent
// have (store/scope.hpp). Made of nothing it is an agent who has no team and sees nothing.
class Scope {
 public:
    Scope() = default;
    static Scope everything() { return Scope(AgentId(), true); }
    static Scope of_teams_of(AgentId agent) { return Scope(agent, false); }

    bool is_everything() const { return is_everything_; }
    const AgentId& agent() const { return agent_; }  // whose teams limit it

 private:
    Scope(AgentId agent, bool is_everything) : agent_(agent), is_everything_(is_everything) {}
    AgentId agent_;
    bool is_everything_ = false;
};

struct Agent {
    Agent() = default;
    AgentId id;
    std::string name;
    std::string email;
    Role role = Role::agent;
    bool is_disabled = false;
    bool is_limited = false;    // to what the teams have
    std::vector<TeamId> teams;  // of a limited agent
    Timestamp created_at;
};
// What an agent acting in `role` sees: administrators see everything.
Scope scope_of(const Agent& agent, Role role);

// Who acts; every action is written down under this name.
struct Actor {
    Actor() = default;
    Actor(AgentId i, std::string n, Role r, Scope s)
        : id(i), name(std::move(n)), role(r), scope(s) {}
    AgentId id;
    std::string name;
    Role role = Role::reader;
    Scope scope;
};

struct Team {
    Team() = default;
    TeamId id;
    std::string name;
    std::vector<std::string> connectors;
    Timestamp created_at;
};

struct ApiToken {
    ApiToken() = default;
    TokenId id;
    std::string name;
    Role role = Role::reader;
    AgentId agent;  // in whose name it acts
    Timestamp created_at;
    std::optional<Timestamp> revoked_at;
};

// Somebody signed in with a browser. Its secret is in the browser's cookie only.
struct Session {
    Session() = default;
    SessionId id;
    AgentId agent;
    Timestamp created_at;
    Timestamp seen_at;
};

// What may be done once with a secret somebody was given. Stored as numbers; never renumber.
enum class OneUse { set_up = 1, invitation = 2 };

}  // namespace tributary
