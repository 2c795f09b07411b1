#include "model/agent.hpp"

#include "model/enum_names.hpp"

namespace tributary {
namespace {

constexpr EnumNames<Role, 3> kRoles = {{
    {Role::reader, "reader"},
    {Role::agent, "agent"},
    {Role::admin, "admin"},
}};

}  // namespace

std::string_view to_string(Role role) {
    return name_of(kRoles, role);
}
std::optional<Role> parse_role(std::string_view name) {
    return value_of(kRoles, name);
}

Scope scope_of(const Agent& agent, Role role) {
    return role == Role::admin || !agent.is_limited ? Scope::everything()
                                                    : Scope::of_teams_of(agent.id);
}

}  // namespace tributary
