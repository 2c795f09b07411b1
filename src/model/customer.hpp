// A person or company we serve.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "model/identity.hpp"
#include "model/ids.hpp"

namespace tributary {

struct Customer {
    Customer() = default;
    CustomerId id;
    std::int64_t number = 0;  // short and public; survives merges (the merged id redirects)
    std::string display_name;
    std::optional<AgentId> owner;
    std::string fields = "{}";  // JSON object of the admin's own fields
    std::vector<Identity> identities;
    Timestamp created_at;
    std::int64_t version = 1;  // for If-Match
};

}  // namespace tributary
