#include "desk/outgoing.hpp"

#include "desk/timeline.hpp"
#include "store/interactions.hpp"
#include "store/outbox.hpp"

namespace tributary {
namespace {

void remember_party(Tx& tx, TicketId ticket, const ReplyPlan& plan, const Party& party) {
    if (plan.capabilities.reaches.empty()) return;
    if (const auto handle = make_handle(plan.capabilities.reaches, party.address))
        note_party(tx, ticket, *handle);
}

}  // namespace

std::int64_t queue_outgoing(Tx& tx, Interaction& interaction, const Ticket& ticket,
                            const ReplyPlan& plan, const std::string& mail_domain, Origin origin,
                            Timestamp send_at, Timestamp now) {
    interaction.id = InteractionId::make(unix_ms(now));
    interaction.customer = ticket.customer;
    interaction.ticket = ticket.id;
    interaction.connector = plan.connector;
    interaction.channel = plan.channel;
    interaction.conversation = plan.conversation;
    interaction.direction = Direction::out;
    interaction.occurred_at = now;
    interaction.received_at = now;
    interaction.is_claimed = ticket.is_claimed;

    Content& content = interaction.content;
    content.kind = Kind::message;
    content.sent_at = send_at;
    content.subject = plan.subject;
    content.reply_text = content.text;
    content.to = plan.to;
    content.cc = plan.cc;
    // Chosen before the first attempt: a message that has to be sent twice is recognisable as one.
    content.message_id =
        interaction.id.text() + "@" + (plan.id_domain.empty() ? mail_domain : plan.id_domain);
    content.in_reply_to = plan.in_reply_to;
    content.references = plan.references;

    for (const std::vector<Party>* list : {&plan.to, &plan.cc}) {
        for (const Party& party : *list) {
            Delivery delivery;
            delivery.recipient = party;
            delivery.next_attempt_at = send_at;
            interaction.deliveries.push_back(std::move(delivery));
            remember_party(tx, ticket.id, plan, party);
        }
    }
    const std::int64_t seq = add_to_timeline(tx, interaction, now);
    OutboxExtra extra;
    extra.reply_token = ticket.id.text();
    extra.is_automatic = origin == Origin::automatic;
    set_outbox_extra(tx, interaction.id, extra);
    return seq;
}

}  // namespace tributary
