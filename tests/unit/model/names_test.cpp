#include <gtest/gtest.h>

#include "model/agent.hpp"
#include "model/identity.hpp"
#include "model/interaction.hpp"
#include "model/ticket.hpp"

namespace tributary {
namespace {

// The names of all values from `first` on, in order; numbers are stored, names are the API's.
template <class Enum>
std::string all_names(int first, int last) {
    std::string names;
    for (int number = first; number <= last; ++number)
        names += std::string(to_string(static_cast<Enum>(number))) + " ";
    return names;
}

TEST(names, stored_numbers_keep_their_names) {
    EXPECT_EQ(all_names<Kind>(1, 8), "message call form order survey visit note system ");
    EXPECT_EQ(all_names<Direction>(1, 3), "in out internal ");
    EXPECT_EQ(all_names<AutoKind>(0, 6), "none auto_reply bounce feedback receipt list loop ");
    EXPECT_EQ(all_names<DeliveryState>(1, 3), "queued accepted failed ");
    EXPECT_EQ(all_names<TicketStatus>(1, 4), "open pending solved closed ");
    EXPECT_EQ(all_names<TicketType>(1, 4), "request complaint question other ");
    EXPECT_EQ(all_names<Priority>(1, 4), "low normal high urgent ");
    EXPECT_EQ(all_names<Role>(1, 3), "reader agent admin ");
    EXPECT_EQ(all_names<Proof>(0, 3), "none claimed channel signed ");
}

TEST(names, parsing_is_the_inverse_of_naming) {
    for (int n = 1; n <= 8; ++n)
        EXPECT_EQ(parse_kind(to_string(static_cast<Kind>(n))), static_cast<Kind>(n));
    for (int n = 1; n <= 4; ++n) {
        const auto status = static_cast<TicketStatus>(n);
        const auto type = static_cast<TicketType>(n);
        const auto priority = static_cast<Priority>(n);
        EXPECT_EQ(parse_ticket_status(to_string(status)), status);
        EXPECT_EQ(parse_ticket_type(to_string(type)), type);
        EXPECT_EQ(parse_priority(to_string(priority)), priority);
    }
    for (int n = 1; n <= 3; ++n)
        EXPECT_EQ(parse_role(to_string(static_cast<Role>(n))), static_cast<Role>(n));
    for (int n = 0; n <= 3; ++n)
        EXPECT_EQ(parse_proof(to_string(static_cast<Proof>(n))), static_cast<Proof>(n));
}

TEST(names, unknown_names_are_nothing) {
    for (const char* name : {"", "Open", "open ", "OPEN", "message\n", "admin2"}) {
        EXPECT_FALSE(parse_kind(name)) << name;
        EXPECT_FALSE(parse_ticket_status(name)) << name;
        EXPECT_FALSE(parse_ticket_type(name)) << name;
        EXPECT_FALSE(parse_priority(name)) << name;
        EXPECT_FALSE(parse_role(name)) << name;
        EXPECT_FALSE(parse_proof(name)) << name;
    }
}

TEST(names, proof_is_ordered_by_strength) {
    EXPECT_LT(Proof::none, Proof::claimed);
    EXPECT_LT(Proof::claimed, Proof::channel);
    EXPECT_LT(Proof::channel, Proof::signed_by_host);
    EXPECT_FALSE(is_proven(Proof::claimed));
    EXPECT_TRUE(is_proven(Proof::channel));
}

}  // namespace
}  // namespace tributary
