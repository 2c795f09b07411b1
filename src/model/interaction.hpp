// One thing that happened with a customer: message, call, form, order, survey, visit, note, system.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "model/identity.hpp"
#include "model/ids.hpp"

namespace tributary {

// Stored as numbers; never renumber.
enum class Kind {
    message = 1,
    call = 2,
    form = 3,
    order = 4,
    survey = 5,
    visit = 6,
    note = 7,
    system = 8
};
enum class Direction { in = 1, out = 2, internal = 3 };
enum class AutoKind {
    none = 0,
    auto_reply = 1,
    bounce = 2,
    feedback = 3,
    receipt = 4,
    list = 5,
    loop = 6
};

std::string_view to_string(Kind kind);
std::string_view to_string(Direction direction);
std::string_view to_string(AutoKind kind);
std::optional<Kind> parse_kind(std::string_view name);

// Somebody at one end of an interaction, as the channel showed them.
struct Party {
    Party() = default;
    Party(std::string n, std::string a) : name(std::move(n)), address(std::move(a)) {}
    std::string name;     // "" when unknown
    std::string address;  // e-mail, phone or platform handle; "" when unknown
};

struct Attachment {
    Attachment() = default;
    AttachmentId id;
    std::string filename;  // a display name, never a path; "" when none
    std::string content_type;
    std::uint64_t size = 0;
    std::string sha256;  // raw 32 bytes; names the blob
    bool is_inline = false;
    std::string content_id;  // without angle brackets; "" when none
};

struct BouncedRecipient {
    BouncedRecipient() = default;
    std::string address;
    std::string status;         // "5.1.1"; "" when unknown
    std::string action;         // failed delayed delivered relayed expanded
    bool is_permanent = false;  // trying again is of no use
    bool is_dead = false;       // the address itself is at fault: nothing reaches it any more
    std::string diagnostic;
};

struct Bounce {
    Bounce() = default;
    std::vector<BouncedRecipient> recipients;
    std::string original_message_id;
};

// What was said, normalised: the same bytes and the same settings give the same Content.
struct Content {
    Content() = default;
    Kind kind = Kind::message;
    std::string external_id;
    std::optional<Timestamp> sent_at;  // by the sender's clock
    int sent_offset_minutes = 0;       // the sender's offset from UTC, for display
    Party from;
    Proof from_proof = Proof::none;
    std::vector<Party> reply_to;
    std::vector<Party> to;
    std::vector<Party> cc;
    std::string subject;
    std::string text;
    std::string reply_text;
    std::optional<std::string> html;  // sanitised
    std::vector<Attachment> attachments;
    std::string message_id;  // RFC 5322 ids, without angle brackets
    std::vector<std::string> in_reply_to;
    std::vector<std::string> references;
    AutoKind auto_kind = AutoKind::none;
    std::optional<Bounce> bounce;
    std::string data = "{}";  // JSON object, typed by kind (docs/api.md)
    std::vector<std::string> warnings;
};

// How an outgoing interaction fares with one recipient. Stored as numbers; never renumber.
// Cancelled: taken back before the first attempt.
enum class DeliveryState { queued = 1, accepted = 2, failed = 3, cancelled = 4 };
std::string_view to_string(DeliveryState state);

struct Delivery {
    Delivery() = default;
    Party recipient;
    DeliveryState state = DeliveryState::queued;
    int attempts = 0;
    Timestamp next_attempt_at;
    std::string remote_id;   // the other side's queue or message id
    std::string diagnostic;  // the last failure, in the other side's words
    bool maybe_sent_twice = false;
};

// Why this customer and this ticket: shown to the agent, never to the customer.
struct Explanation {
    Explanation() = default;
    std::string customer;  // "e-mail ann@example.com, proven by the channel"
    std::string ticket;    // "answers your message of …"
};

struct Interaction {
    Interaction() = default;
    InteractionId id;
    std::int64_t seq = 0;  // the number of the change that announced it; ascending
    CustomerId customer;
    std::optional<TicketId> ticket;
    std::string connector;
    std::string channel;
    std::string conversation;  // the connector's own conversation key; "" when it has none
    Direction direction = Direction::in;
    Timestamp occurred_at;
    Timestamp received_at;
    bool is_claimed = false;       // the customer is whom the writer *claims* to be
    std::optional<AgentId> agent;  // who wrote it, for out and internal
    std::string author;            // that agent's name, or "" for a customer's words
    std::string raw_sha256;        // raw 32 bytes; "" when there is no original
    Content content;
    std::vector<Delivery> deliveries;  // out only
    Explanation why;
};

}  // namespace tributary
