// A colleague with a login and a role, and the API tokens that act for one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "model/ids.hpp"

namespace tributary {

// Stored as numbers; never renumber. Ordered: a later role may do all an earlier one may.
enum class Role { reader = 1, agent = 2, admin = 3 };
std::string_view to_string(Role role);
std::optional<Role> parse_role(std::string_view name);

struct Agent {
    Agent() = default;
    AgentId id;
    std::string name;
    std::string email;
    Role role = Role::agent;
    bool is_disabled = false;
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

}  // namespace tributary
