// Who is it, and which ticket? Pure functions of a situation; no store, no clock, no socket.
//
// The rules are those of docs/identity.md. Proof travels with every handle: only a proven handle
// joins a writer to a customer; a claimed one merely shows the agent whom the writer claims to be.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connector/connector.hpp"
#include "model/identity.hpp"
#include "model/interaction.hpp"
#include "model/ticket.hpp"

namespace tributary {

// --- who is it? ----------------------------------------------------------------------------------

struct KnownOwner {
    CustomerId customer;
    Proof proof = Proof::none;       // of the handle, with that customer
    bool has_proven_handle = false;  // the customer has some proven handle (this or another)
};

struct HandleEvidence {
    Identity identity;               // as this event carries it
    std::vector<KnownOwner> owners;  // who has the same handle already
};

// The customer a live conversation has had so far.
struct ConversationOwner {
    CustomerId customer;
    bool is_claimed = false;
    bool has_address = false;  // knows an address beyond this connector (e-mail, phone)
};

enum class ClaimedPolicy {
    link,   // a claim is shown on the timeline of the one it names
    apart,  // every claim stays a customer of its own until an agent accepts it
};

struct WhoSituation {
    std::vector<HandleEvidence> evidence;
    std::optional<ConversationOwner> conversation;
    ClaimedPolicy claimed = ClaimedPolicy::link;
};

struct WhoDecision {
    std::optional<CustomerId> customer;  // none: a new one
    bool is_claimed = false;
    bool moves_conversation = false;  // earlier words of the conversation go along
    std::vector<Identity> learn;      // identities to add to that customer (or the new one)
    std::string why;
};

WhoDecision decide_who(const WhoSituation& situation);

// --- which ticket? -------------------------------------------------------------------------------

enum class TicketLink { none, token, reference, conversation };

struct CandidateTicket {
    TicketId id;
    std::int64_t number = 0;
    TicketStatus status = TicketStatus::open;
    TicketLink link = TicketLink::none;
    bool sender_is_party = false;
    bool reports_on_ours = false;  // it tells of a message that left from here
};

struct TicketSituation {
    Kind kind = Kind::message;
    AutoKind auto_kind = AutoKind::none;
    TicketPolicy policy = TicketPolicy::by_kind;
    bool is_missed_call = false;
    bool is_history = false;
    bool reports_failure = false;  // a message of ours did not arrive
    std::optional<CandidateTicket>
        candidate;  // the best one: token, then reference, then conversation
};

struct TicketDecision {
    enum class Action {
        record,       // the timeline only
        join,         // the candidate
        join_reopen,  // the candidate, which then waits for an agent again
        open,         // a new ticket
    };
    Action action = Action::record;
    bool claims_candidate = false;  // a stranger knew the token: linked as "claims to belong to"
    std::string why;
};

TicketDecision decide_ticket(const TicketSituation& situation);

// --- may we answer by ourselves?
// -------------------------------------------------------------------

struct AcknowledgeSituation {
    bool wanted = false;  // by the connector's setting
    bool is_new_ticket = false;
    AutoKind auto_kind = AutoKind::none;
    bool is_history = false;
    bool is_own_mail = false;
    bool has_address = false;
    std::int64_t sent_to_writer_today = 0;
    std::int64_t sent_this_hour = 0;
};
inline constexpr std::int64_t kAcknowledgementsPerWriterPerDay = 1;
inline constexpr std::int64_t kAcknowledgementsPerHour = 200;
bool may_acknowledge(const AcknowledgeSituation& situation);

}  // namespace tributary
