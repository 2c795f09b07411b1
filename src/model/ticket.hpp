// Work to be done for a customer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "model/ids.hpp"

namespace tributary {

// Stored as numbers; never renumber.
enum class TicketStatus { open = 1, pending = 2, solved = 3, closed = 4 };
enum class TicketType { request = 1, complaint = 2, question = 3, other = 4 };
enum class Priority { low = 1, normal = 2, high = 3, urgent = 4 };

std::string_view to_string(TicketStatus status);
std::string_view to_string(TicketType type);
std::string_view to_string(Priority priority);
std::optional<TicketStatus> parse_ticket_status(std::string_view name);
std::optional<TicketType> parse_ticket_type(std::string_view name);
std::optional<Priority> parse_priority(std::string_view name);

struct Ticket {
    Ticket() = default;
    TicketId id;
    std::int64_t number = 0;  // short and public
    CustomerId customer;
    std::string connector;  // where it began; answers leave through the interaction's connector
    std::string subject;
    TicketStatus status = TicketStatus::open;
    TicketType type = TicketType::other;
    Priority priority = Priority::normal;
    std::optional<AgentId> assignee;
    std::optional<TicketId> merged_into;
    // Whose signed address or references its writer knew without being a party of it.
    std::optional<TicketId> claims_ticket;
    bool is_claimed = false;  // raised by a writer who only claims to be this customer
    Timestamp created_at;
    Timestamp updated_at;
    std::optional<Timestamp> waiting_since;  // the customer's last unanswered words
    std::int64_t last_change = 0;            // seq of the last change; a reply's `seen` is compared
    std::int64_t version = 1;                // for If-Match
};

}  // namespace tributary
