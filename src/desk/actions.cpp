#include "desk/actions.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "desk/outgoing.hpp"
#include "desk/timeline.hpp"
#include "store/access.hpp"
#include "store/changes.hpp"
#include "store/customers.hpp"
#include "store/interactions.hpp"
#include "store/outbox.hpp"
#include "store/tickets.hpp"

namespace tributary {
namespace {

constexpr std::size_t kTicketWindow = 500;  // interactions looked at for "what is new"

Ticket get_ticket(const Tx& tx, TicketId id) {
    auto ticket = find_ticket(tx, id);
    if (!ticket) throw Failure(Outcome::not_found, "There is no such ticket.");
    return *ticket;
}

Customer get_customer(const Tx& tx, CustomerId id) {
    auto customer = find_customer(tx, id);
    if (!customer) throw Failure(Outcome::not_found, "There is no such customer.");
    return *customer;
}

void require_version(std::optional<std::int64_t> wanted, std::int64_t actual) {
    if (wanted && *wanted != actual)
        throw Failure(Error(Outcome::conflict, "It was changed by somebody else in the meantime.")
                          .with_reason("stale_version"));
}

void require_text(const std::string& text, std::size_t limit) {
    if (trim(text).empty())
        throw Failure(Error(Outcome::invalid, "The message is empty.")
                          .with_field("/text", "must not be empty"));
    if (text.size() > limit)
        throw Failure(
            Error(Outcome::invalid, "The message is too long.")
                .with_field("/text", "must not exceed " + std::to_string(limit) + " bytes"));
}

void require_agent(const Tx& tx, const std::optional<AgentId>& id, const char* pointer) {
    if (!id) return;
    const auto agent = find_agent(tx, *id);
    if (!agent || agent->is_disabled)
        throw Failure(Error(Outcome::invalid, "There is no such agent.")
                          .with_field(pointer, "unknown agent"));
}

std::int64_t touch_ticket(Tx& tx, Ticket& ticket, Timestamp now) {
    ticket.updated_at = now;
    ticket.last_change =
        append_change(tx, "ticket.updated", {ticket.id.text(), ticket.customer.text()}, now);
    update_ticket(tx, ticket);
    return ticket.last_change;
}

Interaction internal_interaction(const Actor& actor, CustomerId customer,
                                 std::optional<TicketId> ticket, Timestamp now) {
    Interaction interaction;
    interaction.id = InteractionId::make(unix_ms(now));
    interaction.customer = customer;
    interaction.ticket = ticket;
    interaction.direction = Direction::internal;
    interaction.occurred_at = now;
    interaction.received_at = now;
    interaction.agent = actor.id;
    interaction.author = actor.name;
    interaction.content.from.name = actor.name;
    return interaction;
}

void check_recipients(const ReplyPlan& plan, const ReplyRequest& request) {
    if (!request.has_recipients) return;
    if (!plan.capabilities.has_recipients)
        throw Failure(Error(Outcome::invalid, "This channel answers the writer only.")
                          .with_field("/to", "not possible on this channel"));
    if (request.to.empty())
        throw Failure(Error(Outcome::invalid, "There is nobody to send to.")
                          .with_field("/to", "must not be empty"));
    const auto refuse = [&](const std::vector<Party>& list, const std::string& what) {
        return Failure(Error(Outcome::invalid, "An address is not valid.")
                           .with_field(&list == &request.to ? "/to" : "/cc", what));
    };
    for (const std::vector<Party>* list : {&request.to, &request.cc}) {
        for (const Party& party : *list) {
            if (!make_handle(plan.capabilities.reaches, party.address))
                throw refuse(*list, "'" + party.address + "' is not an address of this channel");
            if (is_own_address(plan.own, party.address))
                throw refuse(*list, "'" + party.address + "' is an address of ours");
        }
    }
}

// New attachments of the same bytes.
std::vector<Attachment> files_on_ticket(const Tx& tx, TicketId ticket,
                                        const std::vector<AttachmentId>& ids, Timestamp now) {
    std::vector<Attachment> files;
    for (const AttachmentId& id : ids) {
        const auto place = find_attachment(tx, id);
        const auto interaction = place ? find_interaction(tx, place->interaction) : std::nullopt;
        if (!interaction || interaction->ticket != ticket)
            throw Failure(Error(Outcome::invalid, "An attachment is not valid.")
                              .with_field("/attachments", "no file of this ticket has this id"));
        Attachment& file = files.emplace_back(place->attachment);
        file.id = AttachmentId::make(unix_ms(now));
    }
    return files;
}

void check_files(const ReplyPlan& plan, const std::vector<Attachment>& attachments) {
    for (const Attachment& attachment : attachments)
        if (attachment.size > plan.capabilities.max_attachment)
            throw Failure(Error(Outcome::invalid, "A file is too large for this channel.")
                              .with_field("/attachments",
                                          "'" + attachment.filename + "' exceeds " +
                                              std::to_string(plan.capabilities.max_attachment) +
                                              " bytes"));
}

Timestamp leaving_time(const ReplyPlan& plan, const ReplyRequest& request, Timestamp now) {
    const bool is_at_once = plan.capabilities.needs_presence;
    if (request.send_at && is_at_once)
        throw Failure(Error(Outcome::invalid, "This conversation is answered at once.")
                          .with_field("/send_at", "not possible on this channel"));
    return is_at_once ? now : request.send_at.value_or(now + request.undo);
}

// Somebody has got it or may yet get it.
bool is_answer(const Interaction& interaction) {
    return interaction.direction == Direction::out &&
           std::ranges::any_of(interaction.deliveries, [](const Delivery& delivery) {
               return delivery.state == DeliveryState::queued ||
                      delivery.state == DeliveryState::accepted;
           });
}

}  // namespace

ReplyPlan plan_reply_for(const Tx& tx, const Ticket& ticket,
                         const std::vector<ReplyRoute>& routes) {
    ReplySituation situation;
    situation.newest = newest_inbound(tx, ticket.id);
    situation.customer = get_customer(tx, ticket.customer);
    situation.ticket_subject = ticket.subject;
    situation.routes = routes;
    ReplyPlan plan = plan_reply(situation);
    for (const std::vector<Party>* list : {&plan.to, &plan.cc}) {
        for (const Party& party : *list) {
            const auto handle = make_handle(plan.capabilities.reaches, party.address);
            if (handle && is_stale(tx, *handle))
                plan.warnings.push_back("The last message to " + party.address +
                                        " came back: the address seems to be dead.");
        }
    }
    return plan;
}

std::vector<Interaction> newer_than(const Tx& tx, const Ticket& ticket, std::int64_t seen) {
    std::vector<Interaction> newer;
    for (Interaction& interaction : ticket_interactions(tx, ticket.id, kTicketWindow))
        if (interaction.seq > seen && interaction.direction != Direction::internal)
            newer.push_back(std::move(interaction));
    return newer;
}

Interaction reply(Tx& tx, const ReplyRequest& request, const std::vector<ReplyRoute>& routes,
                  const std::string& mail_domain, const Actor& actor, Timestamp now) {
    Ticket ticket = get_ticket(tx, request.ticket);
    if (ticket.merged_into)
        throw Failure(Error(Outcome::conflict, "This ticket was merged into another one.")
                          .with_reason("merged"));
    if (request.seen && !newer_than(tx, ticket, *request.seen).empty())
        throw Failure(Error(Outcome::conflict, "Something new arrived while you were writing.")
                          .with_reason("stale_reply"));
    ReplyPlan plan = plan_reply_for(tx, ticket, routes);
    if (!plan.is_available)
        throw Failure(Error(Outcome::conflict, plan.reason).with_reason("no_way_to_answer"));
    require_text(request.text, plan.capabilities.max_text);
    check_recipients(plan, request);
    std::vector<Attachment> attachments = files_on_ticket(tx, request.ticket, request.again, now);
    attachments.insert(attachments.end(), request.attachments.begin(), request.attachments.end());
    check_files(plan, attachments);
    if (request.has_recipients) choose_recipients(plan, request.to, request.cc);

    Interaction answer;
    answer.agent = actor.id;
    answer.author = actor.name;
    answer.content.from.name = actor.name;
    answer.content.text = request.text;
    if (plan.capabilities.has_html) {
        answer.content.html = request.html;
    } else if (request.html) {
        answer.content.warnings.push_back("html_left_out");
    }
    answer.content.attachments = std::move(attachments);
    for (const StagedBlob& file : request.files)
        keep_blob(tx, file);
    ticket.last_change = queue_outgoing(tx, answer, ticket, plan, mail_domain, Origin::agent,
                                        leaving_time(plan, request, now), now);
    ticket.updated_at = now;
    ticket.waiting_since.reset();
    if (ticket.status == TicketStatus::open) ticket.status = TicketStatus::pending;
    update_ticket(tx, ticket);
    return answer;
}

void await_answer_again(Tx& tx, TicketId id, Timestamp now) {
    Ticket ticket = get_ticket(tx, id);
    const auto newest = newest_inbound(tx, id);
    if (!newest || ticket.status != TicketStatus::pending) return;
    if (std::ranges::any_of(newer_than(tx, ticket, newest->seq), is_answer)) return;
    ticket.status = TicketStatus::open;
    ticket.waiting_since = newest->received_at;
    touch_ticket(tx, ticket, now);
}

Interaction take_back(Tx& tx, InteractionId id, Timestamp now) {
    const auto get = [&] { return find_interaction(tx, id); };
    const auto found = get();
    if (!found) throw Failure(Outcome::not_found, "There is no such interaction.");
    const auto is_taken_back = [](const Delivery& delivery) {
        return delivery.state == DeliveryState::cancelled;
    };
    if (!found->deliveries.empty() && std::ranges::all_of(found->deliveries, is_taken_back))
        return *found;
    if (!cancel_queued(tx, id))
        throw Failure(Error(Outcome::conflict, "It is too late to take this back.")
                          .with_reason("already_begun"));
    std::vector<std::string> touched = {id.text(), found->customer.text()};
    if (found->ticket) touched.push_back(found->ticket->text());
    append_change(tx, "delivery.updated", touched, now);
    if (found->ticket) await_answer_again(tx, *found->ticket, now);
    return *get();
}

Interaction add_note(Tx& tx, TicketId id, const std::string& text, const Actor& actor,
                     Timestamp now) {
    require_text(text, 100'000);
    Ticket ticket = get_ticket(tx, id);
    Interaction note = internal_interaction(actor, ticket.customer, ticket.id, now);
    note.content.kind = Kind::note;
    note.content.text = text;
    note.content.reply_text = text;
    ticket.last_change = add_to_timeline(tx, note, now);
    ticket.updated_at = now;
    update_ticket(tx, ticket);
    return note;
}

Ticket change_ticket(Tx& tx, TicketId id, const TicketChange& change, Timestamp now) {
    Ticket ticket = get_ticket(tx, id);
    require_version(change.version, ticket.version);
    if (change.assignee) {
        require_agent(tx, *change.assignee, "/assignee");
        ticket.assignee = *change.assignee;
    }
    if (change.subject) {
        if (trim(*change.subject).empty() || change.subject->size() > 998)
            throw Failure(Error(Outcome::invalid, "The subject does not fit.")
                              .with_field("/subject", "must have 1 to 998 bytes"));
        ticket.subject = *change.subject;
    }
    if (change.type) ticket.type = *change.type;
    if (change.priority) ticket.priority = *change.priority;
    if (change.status && *change.status != ticket.status) {
        if (ticket.merged_into && *change.status != TicketStatus::closed)
            throw Failure(
                Error(Outcome::conflict, "A merged ticket stays closed.").with_reason("merged"));
        ticket.status = *change.status;
        if (ticket.status == TicketStatus::solved || ticket.status == TicketStatus::closed)
            ticket.waiting_since.reset();
    }
    touch_ticket(tx, ticket, now);
    return ticket;
}

Ticket merge_ticket_into(Tx& tx, TicketId into, TicketId other, const Actor& actor, Timestamp now) {
    if (into == other)
        throw Failure(Error(Outcome::invalid, "A ticket cannot be merged into itself.")
                          .with_field("/other", "must be another ticket"));
    const Ticket survivor = get_ticket(tx, into);
    const Ticket merged = get_ticket(tx, other);
    if (survivor.merged_into || merged.merged_into)
        throw Failure(Error(Outcome::conflict, "One of the tickets is merged already.")
                          .with_reason("merged"));
    if (survivor.customer != merged.customer)
        throw Failure(Error(Outcome::conflict,
                            "The tickets belong to different customers; merge the customers first.")
                          .with_reason("different_customers"));
    merge_tickets(tx, into, other, now);
    append_change(tx, "ticket.updated", {other.text(), merged.customer.text()}, now);
    add_note(tx, into, "Merged ticket #" + std::to_string(merged.number) + " into this one.", actor,
             now);
    Ticket result = get_ticket(tx, into);
    touch_ticket(tx, result, now);
    return result;
}

Ticket create_ticket(Tx& tx, const NewTicket& wanted, const Actor& actor, Timestamp now) {
    if (trim(wanted.subject).empty() || wanted.subject.size() > 998)
        throw Failure(Error(Outcome::invalid, "The subject does not fit.")
                          .with_field("/subject", "must have 1 to 998 bytes"));
    Ticket ticket;
    ticket.id = TicketId::make(unix_ms(now));
    ticket.customer = get_customer(tx, wanted.customer).id;
    ticket.connector = wanted.connector;
    ticket.subject = wanted.subject;
    ticket.type = wanted.type;
    ticket.priority = wanted.priority;
    ticket.created_at = now;
    ticket.updated_at = now;
    insert_ticket(tx, ticket);
    if (!trim(wanted.text).empty()) {
        add_note(tx, ticket.id, wanted.text, actor, now);
        ticket = get_ticket(tx, ticket.id);
    }
    touch_ticket(tx, ticket, now);
    return ticket;
}

Interaction record_interaction(Tx& tx, const RecordRequest& request, const Actor& actor,
                               Timestamp now) {
    const Customer customer = get_customer(tx, request.customer);
    std::optional<Ticket> ticket;
    if (request.ticket) {
        ticket = get_ticket(tx, *request.ticket);
        if (ticket->customer != customer.id)
            throw Failure(Error(Outcome::invalid, "The ticket is another customer's.")
                              .with_field("/ticket", "belongs to another customer"));
    }
    Interaction interaction = internal_interaction(actor, customer.id, request.ticket, now);
    interaction.connector = request.connector;
    interaction.direction = request.direction;
    interaction.occurred_at = request.occurred_at.value_or(now);
    interaction.content.kind = request.kind;
    interaction.content.subject = request.subject;
    interaction.content.text = request.text;
    interaction.content.reply_text = request.text;
    interaction.content.data = request.data;
    add_to_timeline(tx, interaction, now);
    if (ticket) touch_ticket(tx, *ticket, now);
    return interaction;
}

Customer change_customer(Tx& tx, CustomerId id, const CustomerChange& change, Timestamp now) {
    Customer customer = get_customer(tx, id);
    require_version(change.version, customer.version);
    if (change.display_name) {
        if (trim(*change.display_name).empty() || change.display_name->size() > 200)
            throw Failure(Error(Outcome::invalid, "The name does not fit.")
                              .with_field("/display_name", "must have 1 to 200 bytes"));
        customer.display_name = *change.display_name;
    }
    if (change.owner) {
        require_agent(tx, *change.owner, "/owner");
        customer.owner = *change.owner;
    }
    if (change.fields) customer.fields = *change.fields;
    update_customer(tx, customer);
    append_change(tx, "customer.updated", {customer.id.text()}, now);
    return get_customer(tx, customer.id);
}

Customer create_customer(Tx& tx, const NewCustomer& wanted, Timestamp now) {
    for (const Identity& identity : wanted.identities)
        for (const HandleOwner& owner : find_handle_owners(tx, identity.handle))
            if (is_proven(owner.proof))
                throw Failure(Error(Outcome::conflict, "Another customer has this address already.")
                                  .with_reason("handle_taken"));
    Customer customer;
    customer.id = CustomerId::make(unix_ms(now));
    customer.display_name = wanted.name;
    customer.identities = wanted.identities;
    customer.owner = wanted.owner;
    customer.created_at = now;
    insert_customer(tx, customer);
    append_change(tx, "customer.created", {customer.id.text()}, now);
    return customer;
}

MergeId merge_customer_into(Tx& tx, CustomerId survivor, CustomerId other, const Actor& actor,
                            Timestamp now) {
    if (survivor == other)
        throw Failure(Error(Outcome::invalid, "A customer cannot be merged into itself.")
                          .with_field("/other", "must be another customer"));
    get_customer(tx, survivor);
    get_customer(tx, other);
    const MergeId merge = merge_customers(tx, survivor, other, actor.id, now);
    append_change(tx, "customer.merged", {survivor.text(), other.text()}, now);
    return merge;
}

Customer undo_customer_merge(Tx& tx, MergeId merge, Timestamp now) {
    const auto restored = unmerge_customers(tx, merge, now);
    if (!restored) throw Failure(Outcome::not_found, "There is no such merge to undo.");
    append_change(tx, "customer.unmerged", {restored->text()}, now);
    return get_customer(tx, *restored);
}

}  // namespace tributary
