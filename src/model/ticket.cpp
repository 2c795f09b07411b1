#include "model/ticket.hpp"

#include "model/enum_names.hpp"

namespace tributary {
namespace {

constexpr EnumNames<TicketStatus, 4> kStatuses = {{
    {TicketStatus::open, "open"},
    {TicketStatus::pending, "pending"},
    {TicketStatus::solved, "solved"},
    {TicketStatus::closed, "closed"},
}};

constexpr EnumNames<TicketType, 4> kTypes = {{
    {TicketType::request, "request"},
    {TicketType::complaint, "complaint"},
    {TicketType::question, "question"},
    {TicketType::other, "other"},
}};

constexpr EnumNames<Priority, 4> kPriorities = {{
    {Priority::low, "low"},
    {Priority::normal, "normal"},
    {Priority::high, "high"},
    {Priority::urgent, "urgent"},
}};

}  // namespace

std::string_view to_string(TicketStatus status) {
    return name_of(kStatuses, status);
}
std::string_view to_string(TicketType type) {
    return name_of(kTypes, type);
}
std::string_view to_string(Priority priority) {
    return name_of(kPriorities, priority);
}

std::optional<TicketStatus> parse_ticket_status(std::string_view name) {
    return value_of(kStatuses, name);
}
std::optional<TicketType> parse_ticket_type(std::string_view name) {
    return value_of(kTypes, name);
}
std::optional<Priority> parse_priority(std::string_view name) {
    return value_of(kPriorities, name);
}

}  // namespace tributary
