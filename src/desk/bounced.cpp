#include "desk/bounced.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "store/changes.hpp"
#include "store/customers.hpp"
#include "store/interactions.hpp"
#include "store/outbox.hpp"

namespace tributary {
namespace {

constexpr std::size_t kMaxReferences = 50;
constexpr std::size_t kMaxDiagnosticBytes = 500;

std::optional<Interaction> newest_sent(const Tx& tx, std::vector<std::string> ids) {
    if (ids.size() > kMaxReferences) ids.resize(kMaxReferences);
    for (const Referenced& referenced : find_by_message_ids(tx, ids))
        if (referenced.direction == Direction::out)
            return find_interaction(tx, referenced.interaction);
    return std::nullopt;
}

std::optional<Interaction> newest_sent_on(const Tx& tx, TicketId ticket, const Bounce& bounce) {
    if (bounce.recipients.empty()) return newest_outbound(tx, ticket, "");
    for (const BouncedRecipient& recipient : bounce.recipients)
        if (auto sent = newest_outbound(tx, ticket, recipient.address)) return sent;
    return std::nullopt;
}

bool is_same_address(std::string_view kind, std::string_view a, std::string_view b) {
    const auto one = make_handle(kind, a);
    return one ? one == make_handle(kind, b) : equals_ignoring_case(a, b);
}

// The delivery a recipient of the report means. Addresses change on their way (aliases, forwards):
// of a message that went to one person only, the report is about that person.
std::optional<std::size_t> find_delivery(const Interaction& bounced,
                                         const BouncedRecipient& recipient,
                                         const std::string& kind) {
    const std::vector<Delivery>& deliveries = bounced.deliveries;
    for (std::size_t i = 0; i < deliveries.size(); ++i)
        if (is_same_address(kind, deliveries[i].recipient.address, recipient.address)) return i;
    if (deliveries.size() == 1) return 0;
    return std::nullopt;
}

std::string words_of(const BouncedRecipient& recipient) {
    std::string words = strip_controls(recipient.diagnostic, Lines::join);
    if (words.find(recipient.status) == std::string::npos) words = recipient.status + " " + words;
    if (trim(words).empty()) words = "The mail system gave no reason.";
    const std::string start = recipient.action == "delayed" ? "Delayed: " : "Came back: ";
    return start + std::string(truncate_utf8(trim(words), kMaxDiagnosticBytes));
}

}  // namespace

std::optional<Interaction> find_bounced(const Tx& tx, const InboundMessage& report) {
    const Content& content = report.content;
    if (!content.bounce) return std::nullopt;
    if (!content.bounce->original_message_id.empty())
        if (auto sent = newest_sent(tx, {content.bounce->original_message_id})) return sent;
    if (const auto ticket = TicketId::parse(report.ticket_token))
        if (auto sent = newest_sent_on(tx, *ticket, *content.bounce)) return sent;
    std::vector<std::string> ids = content.in_reply_to;
    ids.insert(ids.end(), content.references.rbegin(), content.references.rend());
    return newest_sent(tx, std::move(ids));
}

bool reports_failure(const Bounce& bounce) {
    return std::any_of(bounce.recipients.begin(), bounce.recipients.end(),
                       [](const BouncedRecipient& one) { return one.action == "failed"; });
}

void note_bounce(Tx& tx, const Interaction& bounced, const Bounce& bounce, const std::string& kind,
                 Timestamp now) {
    bool changed = false;
    for (const BouncedRecipient& recipient : bounce.recipients) {
        const bool is_failed = recipient.action == "failed";
        if (!is_failed && recipient.action != "delayed") continue;
        const auto index = find_delivery(bounced, recipient, kind);
        if (!index) continue;
        Delivery delivery = bounced.deliveries[*index];
        // What waits to be sent again has not been reported on; a failure stays one.
        if (delivery.state != DeliveryState::accepted) continue;
        if (is_failed) delivery.state = DeliveryState::failed;
        delivery.diagnostic = words_of(recipient);
        record_delivery(tx, bounced.id, *index, delivery);
        changed = true;
        if (recipient.is_dead &&
            is_same_address(kind, delivery.recipient.address, recipient.address))
            note_dead(tx, kind, delivery.recipient.address, now);
    }
    if (!changed) return;
    std::vector<std::string> touched = {bounced.id.text(), bounced.customer.text()};
    if (bounced.ticket) touched.push_back(bounced.ticket->text());
    append_change(tx, "delivery.updated", touched, now);
}

void note_dead(Tx& tx, const std::string& kind, const std::string& address, Timestamp now) {
    const auto handle = make_handle(kind, address);
    if (!handle || !mark_stale(tx, *handle, now)) return;
    for (const HandleOwner& owner : find_handle_owners(tx, *handle))
        append_change(tx, "customer.updated", {owner.customer.text()}, now);
}

void note_alive(Tx& tx, const std::vector<Identity>& identities, Timestamp now) {
    for (const Identity& identity : identities) {
        if (!clear_stale(tx, identity.handle)) continue;
        for (const HandleOwner& owner : find_handle_owners(tx, identity.handle))
            append_change(tx, "customer.updated", {owner.customer.text()}, now);
    }
}

}  // namespace tributary
