// Who may do what: the one place that says so, for REST, WebSocket and jobs alike.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "model/agent.hpp"
#include "store/store.hpp"

namespace tributary {

// The least somebody must be.
enum class Audience { everybody, reader, agent, admin };
std::string_view to_string(Audience audience);

// Of what kind the object is that is asked for by id or name. It must stand within the actor's
// scope; what does not is not found, just as if it did not exist.
enum class Subject { nothing, ticket, customer, interaction, connector, quarantined };
std::string_view to_string(Subject subject);

struct Policy {
    Policy(Audience a, Subject s) : audience(a), subject(s) {}
    Audience audience;
    Subject subject;
};

// Whether the actor's role reaches: denied when it does not.
Result<> permit(Audience audience, const Actor& actor);
// Whether the object lies within the actor's scope. `named` is its id, or a connector's name; text
// that is no id is left to whoever looks for it.
Result<> permit(const Tx& tx, Subject subject, const Actor& actor, std::string_view named);
// The same for an object that a request's body names; throws Failure.
void require_seen(const Tx& tx, const Actor& actor, TicketId id);
void require_seen(const Tx& tx, const Actor& actor, CustomerId id);

// The connector that something an actor makes by hand belongs to: as wanted for who sees
// everything, one of the own for others, who need not name their only one. Throws
// Failure(invalid) with the pointer "/connector".
std::string choose_connector(const Tx& tx, const Actor& actor, std::string_view wanted);

}  // namespace tributary
