#include "desk/acknowledge.hpp"

#include "desk/outgoing.hpp"
#include "store/housekeeping.hpp"
#include "store/tickets.hpp"

namespace tributary {
namespace {

constexpr const char* kEvent = "acknowledgement";

std::string acknowledgement_text(std::int64_t number) {
    return "Thank you for writing to us. We have received your message under number " +
           std::to_string(number) +
           ".\n\nA person will read it and answer you. To add something, just reply to this "
           "message.\n";
}

}  // namespace

void acknowledge(Tx& tx, const IngestRules& rules, const Interaction& received,
                 const Ticket& ticket, bool is_own_mail, Timestamp now) {
    const Party& writer = received.content.from;
    const auto handle = make_handle(rules.reaches, writer.address);
    AcknowledgeSituation situation;
    situation.wanted = true;
    situation.is_new_ticket = true;
    situation.auto_kind = received.content.auto_kind;
    situation.is_own_mail = is_own_mail;
    situation.has_address = handle && !is_junk_handle(*handle);
    if (situation.has_address) {
        situation.sent_to_writer_today =
            count_events(tx, kEvent, handle->value, now - std::chrono::hours(24));
        situation.sent_this_hour = count_events(tx, kEvent, "*", now - std::chrono::hours(1));
    }
    if (!may_acknowledge(situation)) return;
    note_event(tx, kEvent, handle->value, now);
    note_event(tx, kEvent, "*", now);

    ReplyPlan plan;
    plan.connector = rules.connector;
    plan.channel = rules.channel;
    plan.capabilities.reaches = rules.reaches;
    plan.to.emplace_back("", writer.address);
    // The subject the writer chose must not travel: the acknowledgement would carry their words.
    plan.subject = "We have received your message (#" + std::to_string(ticket.number) + ")";
    if (!received.content.message_id.empty()) {
        plan.in_reply_to.push_back(received.content.message_id);
        plan.references.push_back(received.content.message_id);
    }
    Interaction answer;
    answer.content.text = acknowledgement_text(ticket.number);
    answer.content.auto_kind = AutoKind::auto_reply;
    queue_outgoing(tx, answer, ticket, plan, rules.mail_domain, Origin::automatic, now, now);
}

}  // namespace tributary
