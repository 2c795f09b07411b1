#include "desk/ingest.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/text.hpp"
#include "desk/acknowledge.hpp"
#include "desk/bounced.hpp"
#include "desk/timeline.hpp"
#include "store/changes.hpp"
#include "store/customers.hpp"
#include "store/housekeeping.hpp"
#include "store/interactions.hpp"
#include "store/tickets.hpp"

namespace tributary {
namespace {

constexpr std::size_t kMaxSubjectBytes = 998;

std::vector<Identity> usable_identities(const InboundMessage& message) {
    std::vector<Identity> identities;
    for (const Identity& identity : message.identities)
        if (identity.proof != Proof::none && !is_junk_handle(identity.handle))
            identities.push_back(identity);
    std::stable_sort(identities.begin(), identities.end(),
                     [](const Identity& a, const Identity& b) { return a.proof > b.proof; });
    return identities;
}

KnownOwner describe_owner(const Tx& tx, const HandleOwner& owner) {
    KnownOwner known;
    known.customer = owner.customer;
    known.proof = owner.proof;
    known.has_proven_handle = is_proven(owner.proof);
    if (!known.has_proven_handle) {
        if (const auto customer = find_customer(tx, owner.customer))
            known.has_proven_handle =
                std::any_of(customer->identities.begin(), customer->identities.end(),
                            [](const Identity& identity) { return is_proven(identity.proof); });
    }
    return known;
}

WhoSituation look_who(const Tx& tx, const IngestRules& rules, const InboundMessage& message,
                      const std::optional<Referenced>& conversation) {
    WhoSituation situation;
    situation.claimed = rules.claimed;
    for (const Identity& identity : usable_identities(message)) {
        HandleEvidence evidence;
        evidence.identity = identity;
        for (const HandleOwner& owner : find_handle_owners(tx, identity.handle))
            evidence.owners.push_back(describe_owner(tx, owner));
        situation.evidence.push_back(std::move(evidence));
    }
    if (conversation) {
        ConversationOwner owner;
        owner.customer = conversation->customer;
        owner.is_claimed = conversation->is_claimed;
        if (const auto customer = find_customer(tx, owner.customer))
            owner.has_address =
                std::any_of(customer->identities.begin(), customer->identities.end(),
                            [](const Identity& identity) { return identity.handle.scope.empty(); });
        situation.conversation = owner;
    }
    return situation;
}

// A name with an address in it would be taken for where the mail comes from.
bool poses_as_address(std::string_view name) {
    return name.find('@') != std::string_view::npos ||
           name.find("\uFF20") != std::string_view::npos ||
           name.find("\uFE6B") != std::string_view::npos;
}

std::string display_name(const InboundMessage& message) {
    const Party& from = message.content.from;
    const bool is_posing = !from.address.empty() && poses_as_address(from.name);
    for (const std::string& candidate : {is_posing ? std::string() : from.name, from.address}) {
        const std::string name = strip_controls(candidate, Lines::join);
        if (!trim(name).empty()) return std::string(truncate_utf8(trim(name), 200));
    }
    for (const Identity& identity : message.identities)
        if (!identity.display.empty()) return identity.display;
    return "Unknown sender";
}

CustomerId settle_customer(Tx& tx, const WhoDecision& who, const InboundMessage& message,
                           Timestamp now) {
    if (who.customer) {
        for (const Identity& identity : who.learn)
            add_identity(tx, *who.customer, identity, now);
        return *who.customer;
    }
    Customer customer;
    customer.id = CustomerId::make(unix_ms(now));
    customer.display_name = display_name(message);
    customer.identities = who.learn;
    customer.created_at = now;
    insert_customer(tx, customer);
    append_change(tx, "customer.created", {customer.id.text()}, now);
    return customer.id;
}

// The ticket as it stands today: merges lead on to the survivor.
std::optional<Ticket> follow_merges(const Tx& tx, TicketId id) {
    std::optional<Ticket> ticket = find_ticket(tx, id);
    for (int hops = 0; ticket && ticket->merged_into && hops < 16; ++hops)
        ticket = find_ticket(tx, *ticket->merged_into);
    return ticket;
}

bool sender_is_party(const Tx& tx, const Ticket& ticket, const InboundMessage& message) {
    const std::vector<Identity> identities = usable_identities(message);
    return std::any_of(identities.begin(), identities.end(), [&](const Identity& identity) {
        return is_party(tx, ticket.id, identity.handle);
    });
}

CandidateTicket describe_candidate(const Ticket& ticket, TicketLink link, bool sender_is_party) {
    CandidateTicket candidate;
    candidate.id = ticket.id;
    candidate.number = ticket.number;
    candidate.status = ticket.status;
    candidate.link = link;
    candidate.sender_is_party = sender_is_party;
    return candidate;
}

// Written by a mail system about a message, not by anybody.
bool is_report(const InboundMessage& message) {
    const AutoKind kind = message.content.auto_kind;
    return kind == AutoKind::receipt || kind == AutoKind::feedback;
}

// The ticket of the message that bounced, and no other one: whatever else a bounce refers to.
std::optional<CandidateTicket> find_bounced_ticket(const Tx& tx,
                                                   const std::optional<Interaction>& bounced) {
    if (!bounced || !bounced->ticket) return std::nullopt;
    const auto ticket = follow_merges(tx, *bounced->ticket);
    if (!ticket) return std::nullopt;
    CandidateTicket candidate = describe_candidate(*ticket, TicketLink::reference, false);
    candidate.reports_on_ours = true;
    return candidate;
}

// What the message's thread leads to, strongest first: signed address, references, conversation.
std::optional<CandidateTicket> find_candidate(const Tx& tx, const InboundMessage& message,
                                              const std::optional<Referenced>& conversation) {
    if (const auto id = TicketId::parse(message.ticket_token)) {
        if (auto ticket = follow_merges(tx, *id))
            return describe_candidate(*ticket, TicketLink::token,
                                      sender_is_party(tx, *ticket, message));
    }
    std::vector<std::string> ids = message.content.in_reply_to;
    ids.insert(ids.end(), message.content.references.rbegin(), message.content.references.rend());
    if (ids.size() > 50) ids.resize(50);
    for (const Referenced& referenced : find_by_message_ids(tx, ids)) {
        if (!referenced.ticket) continue;
        if (auto ticket = follow_merges(tx, *referenced.ticket)) {
            CandidateTicket candidate = describe_candidate(*ticket, TicketLink::reference,
                                                           sender_is_party(tx, *ticket, message));
            candidate.reports_on_ours =
                is_report(message) && referenced.direction == Direction::out;
            return candidate;
        }
    }
    if (conversation && conversation->ticket) {
        if (auto ticket = follow_merges(tx, *conversation->ticket))
            return describe_candidate(*ticket, TicketLink::conversation, true);
    }
    return std::nullopt;
}

std::string ticket_subject(const InboundMessage& message) {
    std::string_view subject = trim(message.content.subject);
    if (subject.empty()) {
        subject = trim(message.content.reply_text.empty() ? message.content.text
                                                          : message.content.reply_text);
        subject = trim(truncate_utf8(subject.substr(0, subject.find('\n')), 80));
    }
    if (subject.empty()) return "(no subject)";
    return std::string(truncate_utf8(subject, kMaxSubjectBytes));
}

Ticket open_ticket(Tx& tx, const IngestRules& rules, const InboundMessage& message,
                   CustomerId customer, bool is_claimed, std::optional<TicketId> claims,
                   Timestamp now) {
    Ticket ticket;
    ticket.id = TicketId::make(unix_ms(now));
    ticket.customer = customer;
    ticket.connector = rules.connector;
    ticket.subject = ticket_subject(message);
    ticket.is_claimed = is_claimed;
    ticket.claims_ticket = claims;
    ticket.created_at = now;
    ticket.updated_at = now;
    ticket.waiting_since = now;
    insert_ticket(tx, ticket);
    return ticket;
}

bool is_own_mail(const IngestRules& rules, const InboundMessage& message) {
    return std::any_of(
        message.identities.begin(), message.identities.end(), [&](const Identity& identity) {
            return std::find(rules.own_handles.begin(), rules.own_handles.end(), identity.handle) !=
                   rules.own_handles.end();
        });
}

Interaction build_interaction(const IngestRules& rules, const StagedMessage& staged,
                              CustomerId customer, bool is_claimed, Timestamp now) {
    const InboundMessage& message = staged.message;
    Interaction interaction;
    interaction.customer = customer;
    interaction.connector = rules.connector;
    interaction.channel = rules.channel;
    interaction.conversation = message.conversation;
    interaction.direction = Direction::in;
    interaction.received_at = message.received_at == Timestamp{} ? now : message.received_at;
    // A sender's clock that runs ahead would pin its words to the top of every list.
    interaction.occurred_at = message.content.sent_at &&
                                      *message.content.sent_at <= interaction.received_at &&
                                      message.is_history
                                  ? *message.content.sent_at
                                  : interaction.received_at;
    interaction.is_claimed = is_claimed;
    interaction.raw_sha256 = staged.raw.sha256;
    interaction.content = message.content;
    for (std::size_t i = 0; i < interaction.content.attachments.size(); ++i) {
        Attachment& attachment = interaction.content.attachments[i];
        attachment.id = AttachmentId::make(unix_ms(now));
        if (i < staged.files.size()) {
            attachment.sha256 = staged.files[i].sha256;
            attachment.size = staged.files[i].size;
        }
    }
    return interaction;
}

Receipt already_there(const Tx& tx, const LedgerEntry& entry) {
    Receipt receipt;
    receipt.fate = entry.is_quarantined ? Fate::quarantined : Fate::duplicate;
    if (entry.is_quarantined) return receipt;
    receipt.interaction = InteractionId(entry.subject);
    if (const auto earlier = find_interaction(tx, receipt.interaction)) {
        receipt.seq = earlier->seq;
        if (earlier->ticket)
            if (const auto ticket = find_ticket(tx, *earlier->ticket))
                receipt.ticket_number = ticket->number;
    }
    return receipt;
}

void keep_bytes(Tx& tx, const StagedMessage& staged) {
    if (!staged.raw.sha256.empty()) keep_blob(tx, staged.raw);
    for (const StagedBlob& file : staged.files)
        keep_blob(tx, file);
}

void move_conversation(Tx& tx, const IngestRules& rules, const std::string& conversation,
                       CustomerId customer, Timestamp now) {
    for (const Interaction& earlier :
         conversation_interactions(tx, rules.connector, conversation, 0, 10'000)) {
        move_interaction(tx, earlier.id, customer, earlier.ticket);
        if (!earlier.ticket) continue;
        if (auto ticket = find_ticket(tx, *earlier.ticket);
            ticket && ticket->customer != customer) {
            ticket->customer = customer;
            ticket->is_claimed = true;
            ticket->last_change = append_change(tx, "ticket.updated", {ticket->id.text()}, now);
            update_ticket(tx, *ticket);
        }
    }
}

// The report stands where the message stands that it is about, and teaches nothing.
WhoDecision decide_who_bounced(const Interaction& bounced) {
    WhoDecision who;
    who.customer = bounced.customer;
    who.is_claimed = bounced.is_claimed;
    who.why = "reports on a message to this customer";
    return who;
}

// Everything behind the ledger's "this is new".
Receipt record(Tx& tx, const IngestRules& rules, const StagedMessage& staged, InteractionId id,
               Timestamp now) {
    const InboundMessage& message = staged.message;
    const std::optional<Referenced> conversation =
        message.conversation.empty()
            ? std::nullopt
            : find_by_conversation(tx, rules.connector, message.conversation);
    const bool is_bounce = message.content.auto_kind == AutoKind::bounce;
    const std::optional<Interaction> bounced = is_bounce ? find_bounced(tx, message) : std::nullopt;
    const WhoDecision who = bounced ? decide_who_bounced(*bounced)
                                    : decide_who(look_who(tx, rules, message, conversation));
    const CustomerId customer = settle_customer(tx, who, message, now);
    if (who.moves_conversation) move_conversation(tx, rules, message.conversation, customer, now);

    const bool own = is_own_mail(rules, message);
    TicketSituation situation;
    situation.kind = message.content.kind;
    situation.auto_kind = own && message.content.auto_kind == AutoKind::none
                              ? AutoKind::loop
                              : message.content.auto_kind;
    situation.policy = message.tickets == TicketPolicy::by_kind ? rules.tickets : message.tickets;
    situation.is_missed_call = message.is_missed_call;
    situation.is_history = message.is_history;
    situation.reports_failure = bounced && reports_failure(*message.content.bounce);
    situation.candidate =
        is_bounce ? find_bounced_ticket(tx, bounced) : find_candidate(tx, message, conversation);
    const TicketDecision which = decide_ticket(situation);

    Interaction interaction = build_interaction(rules, staged, customer, who.is_claimed, now);
    interaction.id = id;
    interaction.content.auto_kind = situation.auto_kind;
    interaction.why.customer = who.why;
    interaction.why.ticket = which.why;

    Receipt receipt;
    receipt.interaction = id;
    std::optional<Ticket> ticket;
    switch (which.action) {
        case TicketDecision::Action::record: break;
        case TicketDecision::Action::join:
        case TicketDecision::Action::join_reopen:
            ticket = find_ticket(tx, situation.candidate->id);
            break;
        case TicketDecision::Action::open:
            ticket = open_ticket(
                tx, rules, message, customer, who.is_claimed,
                which.claims_candidate ? std::optional(situation.candidate->id) : std::nullopt,
                now);
            receipt.is_new_ticket = true;
            break;
    }
    if (ticket) {
        interaction.ticket = ticket->id;
        receipt.ticket_number = ticket->number;
        if (situation.auto_kind == AutoKind::none)
            for (const Identity& identity : usable_identities(message))
                note_party(tx, ticket->id, identity.handle);
    }
    keep_bytes(tx, staged);
    receipt.seq = add_to_timeline(tx, interaction, now);
    if (bounced) note_bounce(tx, *bounced, *message.content.bounce, rules.reaches, now);
    if (!is_bounce && !is_report(message) && !message.is_history)
        note_alive(tx, usable_identities(message), now);
    if (ticket) {
        if (which.action == TicketDecision::Action::join_reopen) {
            ticket->status = TicketStatus::open;
            if (!ticket->waiting_since) ticket->waiting_since = now;
        }
        ticket->updated_at = now;
        ticket->last_change = receipt.seq;
        update_ticket(tx, *ticket);
        if (receipt.is_new_ticket && rules.can_send && message.acknowledge)
            acknowledge(tx, rules, interaction, *ticket, own, now);
    }
    return receipt;
}

}  // namespace

Receipt ingest(Tx& tx, const IngestRules& rules, const StagedMessage& staged, Timestamp now) {
    if (staged.message.trouble) return quarantine(tx, rules, staged, *staged.message.trouble, now);
    const InteractionId id = InteractionId::make(unix_ms(now));
    LedgerEntry entry;
    entry.subject = id.bytes();
    if (const auto earlier = claim_dedupe_key(tx, rules.connector, staged.message.dedupe_key,
                                              staged.message.source_ref, entry, now))
        return already_there(tx, *earlier);
    return record(tx, rules, staged, id, now);
}

Receipt quarantine(Tx& tx, const IngestRules& rules, const StagedMessage& staged,
                   const Error& trouble, Timestamp now) {
    const InboundMessage& message = staged.message;
    QuarantineItem item;
    item.id = QuarantineId::make(unix_ms(now));
    LedgerEntry entry;
    entry.is_quarantined = true;
    entry.subject = item.id.bytes();
    if (const auto earlier = claim_dedupe_key(tx, rules.connector, message.dedupe_key,
                                              message.source_ref, entry, now))
        return already_there(tx, *earlier);
    item.connector = rules.connector;
    item.channel = rules.channel;
    item.reason = trouble.reason.empty() ? "malformed" : trouble.reason;
    item.detail = trouble.message;
    for (const FieldError& field : trouble.fields)
        item.detail += " " + field.pointer + ": " + field.detail;
    item.raw_sha256 = staged.raw.sha256;
    item.raw_content_type = message.raw_content_type;
    item.dedupe_key = message.dedupe_key;
    item.source_ref = message.source_ref;
    item.received_at = now;
    item.state = "waiting";
    item.sender = message.content.from.address;
    item.subject = std::string(truncate_utf8(message.content.subject, kMaxSubjectBytes));
    if (!staged.raw.sha256.empty()) keep_blob(tx, staged.raw);
    insert_quarantine(tx, item);
    append_change(tx, "quarantine.changed", {item.id.text()}, now);
    Receipt receipt;
    receipt.fate = Fate::quarantined;
    return receipt;
}

Receipt ingest_replayed(Tx& tx, const IngestRules& rules, const StagedMessage& staged,
                        QuarantineId item, Timestamp now) {
    const InteractionId id = InteractionId::make(unix_ms(now));
    Receipt receipt = record(tx, rules, staged, id, now);
    const auto closed = find_quarantine(tx, item);
    if (closed) repoint_ledger(tx, rules.connector, closed->dedupe_key, id);
    close_quarantine(tx, item, "replayed");
    append_change(tx, "quarantine.changed", {item.text()}, now);
    return receipt;
}

}  // namespace tributary
