// What agents do, each one a plain step of a Tx. The API calls these inside store.write.
//
// All throw Failure: not_found, conflict (stale version, stale reply), invalid (with fields).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "desk/reply_plan.hpp"
#include "model/agent.hpp"
#include "model/ticket.hpp"
#include "store/store.hpp"

namespace tributary {

// The longest a reply may wait to be taken back; the house's own choice is House::undo_window.
inline constexpr Seconds longest_undo{60};

struct ReplyRequest {
    ReplyRequest() = default;
    TicketId ticket;
    std::string text;
    std::optional<std::string>
        html;               // safe (html/sanitize.hpp); left out where the channel has none
    std::vector<Party> to;  // empty: as planned
    std::vector<Party> cc;
    bool has_recipients = false;          // to and cc were given
    std::vector<Attachment> attachments;  // ids and hashes set
    std::vector<StagedBlob> files;        // parallel to attachments
    std::vector<AttachmentId> again;      // files on this ticket that go along once more
    std::optional<std::int64_t> seen;     // the ticket's last_change the agent saw
    std::optional<Timestamp> send_at;     // not before then; till then it can be taken back
    Seconds undo{0};  // how long it waits to be taken back, where the channel lets it wait
};

ReplyPlan plan_reply_for(const Tx& tx, const Ticket& ticket, const std::vector<ReplyRoute>& routes);

// Queues the answer; Failure(conflict, reason "stale_reply") when the ticket moved on after `seen`.
Interaction reply(Tx& tx, const ReplyRequest& request, const std::vector<ReplyRoute>& routes,
                  const std::string& mail_domain, const Actor& actor, Timestamp now);
// The answer did not go out: a pending ticket that no other one answers is open again.
void await_answer_again(Tx& tx, TicketId id, Timestamp now);
// Takes an outgoing interaction back before its first attempt; the ticket waits for an answer
// again. Failure(conflict, reason "already_begun") when it is too late. Once taken back it stays
// so.
Interaction take_back(Tx& tx, InteractionId id, Timestamp now);
// What came after `seen`, for the agent to read before sending.
std::vector<Interaction> newer_than(const Tx& tx, const Ticket& ticket, std::int64_t seen);

Interaction add_note(Tx& tx, TicketId ticket, const std::string& text, const Actor& actor,
                     Timestamp now);

struct TicketChange {
    TicketChange() = default;
    std::optional<TicketStatus> status;
    std::optional<TicketType> type;
    std::optional<Priority> priority;
    std::optional<std::optional<AgentId>> assignee;
    std::optional<std::string> subject;
    std::optional<std::int64_t> version;  // If-Match
};
Ticket change_ticket(Tx& tx, TicketId id, const TicketChange& change, Timestamp now);
Ticket merge_ticket_into(Tx& tx, TicketId into, TicketId other, const Actor& actor, Timestamp now);

struct NewTicket {
    NewTicket() = default;
    CustomerId customer;
    std::string connector;  // whose teams it belongs to; "" for nobody's in particular
    std::string subject;
    std::string text;
    TicketType type = TicketType::other;
    Priority priority = Priority::normal;
};
Ticket create_ticket(Tx& tx, const NewTicket& wanted, const Actor& actor, Timestamp now);

// Something that happened elsewhere: call, visit, letter, order, note.
struct RecordRequest {
    RecordRequest() = default;
    CustomerId customer;
    std::optional<TicketId> ticket;
    std::string connector;  // whose teams it belongs to, where it has no ticket
    Kind kind = Kind::note;
    Direction direction = Direction::internal;
    std::string subject;
    std::string text;
    std::string data = "{}";
    std::optional<Timestamp> occurred_at;
};
Interaction record_interaction(Tx& tx, const RecordRequest& request, const Actor& actor,
                               Timestamp now);

struct CustomerChange {
    CustomerChange() = default;
    std::optional<std::string> display_name;
    std::optional<std::optional<AgentId>> owner;
    std::optional<std::string> fields;  // JSON object
    std::optional<std::int64_t> version;
};
Customer change_customer(Tx& tx, CustomerId id, const CustomerChange& change, Timestamp now);
struct NewCustomer {
    NewCustomer() = default;
    std::string name;
    std::vector<Identity> identities;
    std::optional<AgentId> owner;
};
Customer create_customer(Tx& tx, const NewCustomer& wanted, Timestamp now);
MergeId merge_customer_into(Tx& tx, CustomerId survivor, CustomerId other, const Actor& actor,
                            Timestamp now);
Customer undo_customer_merge(Tx& tx, MergeId merge, Timestamp now);

}  // namespace tributary
