#include "api/json.hpp"

#include <boost/json.hpp>

#include "base/crypto.hpp"
#include "base/text.hpp"

namespace tributary {
namespace json = boost::json;
namespace {

json::array strings(const std::vector<std::string>& values) {
    json::array list;
    for (const std::string& value : values)
        list.emplace_back(value);
    return list;
}

json::object party_json(const Party& party) {
    return {{"name", text_or_null(party.name)}, {"address", text_or_null(party.address)}};
}

json::array parties_json(const std::vector<Party>& parties) {
    json::array list;
    for (const Party& party : parties)
        list.push_back(party_json(party));
    return list;
}

json::array attachments_json(const std::vector<Attachment>& attachments) {
    json::array list;
    for (const Attachment& attachment : attachments) {
        json::object one{{"filename", text_or_null(attachment.filename)},
                         {"content_type", attachment.content_type},
                         {"size", attachment.size},
                         {"sha256", to_hex(attachment.sha256)},
                         {"inline", attachment.is_inline},
                         {"content_id", text_or_null(attachment.content_id)}};
        if (!attachment.id.is_nil()) one["id"] = attachment.id.text();
        list.push_back(std::move(one));
    }
    return list;
}

json::value bounce_json(const std::optional<Bounce>& bounce) {
    if (!bounce) return nullptr;
    json::array recipients;
    for (const BouncedRecipient& recipient : bounce->recipients) {
        recipients.push_back(json::object{{"address", text_or_null(recipient.address)},
                                          {"status", text_or_null(recipient.status)},
                                          {"action", text_or_null(recipient.action)},
                                          {"permanent", recipient.is_permanent},
                                          {"diagnostic", text_or_null(recipient.diagnostic)}});
    }
    return json::object{{"recipients", std::move(recipients)},
                        {"original_message_id", text_or_null(bounce->original_message_id)}};
}

// RFC 3339 with the sender's own offset, as the sender's calendar showed it.
std::string sent_text(Timestamp at, int offset_minutes) {
    if (offset_minutes == 0) return rfc3339(at);
    std::string text = rfc3339(at + std::chrono::minutes(offset_minutes));
    text.pop_back();
    const int minutes = offset_minutes < 0 ? -offset_minutes : offset_minutes;
    const auto two = [](int value) {
        return std::string(value < 10 ? "0" : "") + std::to_string(value);
    };
    return text + (offset_minutes < 0 ? "-" : "+") + two(minutes / 60) + ":" + two(minutes % 60);
}

json::value parsed_or_empty(const std::string& text) {
    boost::system::error_code error;
    json::value value = json::parse(text, error);
    if (error || !value.is_object()) return json::object();
    return value;
}

// When what was not tried yet is to leave, where that is later than it was written.
json::value planned_json(const Interaction& interaction) {
    std::optional<Timestamp> planned;
    for (const Delivery& delivery : interaction.deliveries)
        if (delivery.state == DeliveryState::queued && delivery.attempts == 0 &&
            delivery.next_attempt_at > interaction.received_at)
            planned = delivery.next_attempt_at;
    return time_or_null(planned);
}

json::value agent_ref(const std::optional<AgentId>& id, const AgentNames& agents) {
    if (!id) return nullptr;
    std::string name;
    for (const NamedAgent& agent : agents)
        if (agent.id == *id) name = agent.name;
    return json::object{{"id", id->text()}, {"name", name}};
}

}  // namespace

json::value text_or_null(std::string_view text) {
    if (text.empty()) return nullptr;
    return json::value(text);
}

json::value time_or_null(const std::optional<Timestamp>& at) {
    if (!at) return nullptr;
    return json::value(rfc3339(*at));
}

json::object content_json(const Content& content, std::string_view channel, Direction direction) {
    json::object from = party_json(content.from);
    from["proof"] = to_string(content.from_proof);
    const bool has_from = !content.from.name.empty() || !content.from.address.empty();
    json::object object;
    object["kind"] = to_string(content.kind);
    object["channel"] = channel;
    object["direction"] = to_string(direction);
    object["external_id"] = text_or_null(content.external_id);
    object["sent_at"] = content.sent_at
                            ? json::value(sent_text(*content.sent_at, content.sent_offset_minutes))
                            : json::value(nullptr);
    object["from"] = has_from ? json::value(std::move(from)) : json::value(nullptr);
    object["reply_to"] = parties_json(content.reply_to);
    object["to"] = parties_json(content.to);
    object["cc"] = parties_json(content.cc);
    object["subject"] = content.subject;
    object["text"] = content.text;
    object["reply_text"] = content.reply_text;
    object["html_sanitized"] = content.html ? json::value(*content.html) : json::value(nullptr);
    object["attachments"] = attachments_json(content.attachments);
    object["message_id"] = text_or_null(content.message_id);
    object["in_reply_to"] = strings(content.in_reply_to);
    object["references"] = strings(content.references);
    object["auto"] = json::object{{"kind", to_string(content.auto_kind)}};
    object["bounce"] = bounce_json(content.bounce);
    object["data"] = parsed_or_empty(content.data);
    object["warnings"] = strings(content.warnings);
    return object;
}

json::object interaction_json(const Interaction& interaction, const AgentNames& agents,
                              std::optional<std::int64_t> ticket_number) {
    json::object object =
        content_json(interaction.content, interaction.channel, interaction.direction);
    object["id"] = interaction.id.text();
    object["seq"] = interaction.seq;
    object["customer_id"] = interaction.customer.text();
    object["ticket_id"] =
        interaction.ticket ? json::value(interaction.ticket->text()) : json::value(nullptr);
    object["ticket_number"] = ticket_number ? json::value(*ticket_number) : json::value(nullptr);
    object["connector"] = text_or_null(interaction.connector);
    object["occurred_at"] = rfc3339(interaction.occurred_at);
    object["received_at"] = rfc3339(interaction.received_at);
    object["claimed"] = interaction.is_claimed;
    json::value author = agent_ref(interaction.agent, agents);
    if (author.is_object() && author.as_object()["name"].as_string().empty())
        author.as_object()["name"] = interaction.author;
    object["agent"] = std::move(author);
    json::array deliveries;
    for (const Delivery& delivery : interaction.deliveries) {
        const bool waits = delivery.state == DeliveryState::queued;
        deliveries.push_back(
            json::object{{"name", text_or_null(delivery.recipient.name)},
                         {"address", text_or_null(delivery.recipient.address)},
                         {"state", to_string(delivery.state)},
                         {"attempts", delivery.attempts},
                         {"next_attempt_at", waits ? json::value(rfc3339(delivery.next_attempt_at))
                                                   : json::value(nullptr)},
                         {"remote_id", text_or_null(delivery.remote_id)},
                         {"diagnostic", text_or_null(delivery.diagnostic)},
                         {"maybe_sent_twice", delivery.maybe_sent_twice}});
    }
    object["deliveries"] = std::move(deliveries);
    object["send_at"] = planned_json(interaction);
    object["why"] =
        json::object{{"customer", interaction.why.customer}, {"ticket", interaction.why.ticket}};
    object["has_raw"] = !interaction.raw_sha256.empty();
    return object;
}

json::object customer_json(const Customer& customer, const AgentNames& agents) {
    json::array identities;
    for (const Identity& identity : customer.identities) {
        identities.push_back(json::object{
            {"kind", identity.handle.kind},
            {"value", identity.handle.value},
            {"proof", to_string(identity.proof)},
            {"scope", text_or_null(identity.handle.scope)},
            {"display", identity.display.empty() ? identity.handle.value : identity.display},
            {"stale", identity.is_stale}});
    }
    return {{"id", customer.id.text()},
            {"number", customer.number},
            {"display_name", customer.display_name},
            {"identities", std::move(identities)},
            {"owner", agent_ref(customer.owner, agents)},
            {"fields", parsed_or_empty(customer.fields)},
            {"created_at", rfc3339(customer.created_at)},
            {"version", customer.version}};
}

json::object ticket_json(const TicketRow& row, const AgentNames& agents) {
    const Ticket& ticket = row.ticket;
    json::object who{{"id", ticket.customer.text()},
                     {"number", row.customer_number},
                     {"display_name", row.customer_name}};
    json::object object;
    object["id"] = ticket.id.text();
    object["number"] = ticket.number;
    object["customer"] = std::move(who);
    object["connector"] = text_or_null(ticket.connector);
    object["channel"] = text_or_null(row.channel);
    object["subject"] = ticket.subject;
    object["status"] = to_string(ticket.status);
    object["type"] = to_string(ticket.type);
    object["priority"] = to_string(ticket.priority);
    object["assignee"] = agent_ref(ticket.assignee, agents);
    object["claimed"] = ticket.is_claimed;
    object["created_at"] = rfc3339(ticket.created_at);
    object["updated_at"] = rfc3339(ticket.updated_at);
    object["waiting_since"] = time_or_null(ticket.waiting_since);
    object["last_change"] = ticket.last_change;
    object["version"] = ticket.version;
    object["merged_into"] =
        ticket.merged_into ? json::value(ticket.merged_into->text()) : json::value(nullptr);
    object["claims_to_belong_to"] =
        ticket.claims_ticket ? json::value(json::object{{"id", ticket.claims_ticket->text()},
                                                        {"number", row.claims_number}})
                             : json::value(nullptr);
    object["last_words"] = row.last_words;
    object["last_author"] = row.last_author;
    return object;
}

json::object reply_plan_json(const ReplyPlan& plan) {
    return {{"available", plan.is_available},
            {"reason", plan.reason},
            {"connector", text_or_null(plan.connector)},
            {"channel", text_or_null(plan.channel)},
            {"to", parties_json(plan.to)},
            {"cc", parties_json(plan.cc)},
            {"subject", plan.subject},
            {"warnings", strings(plan.warnings)},
            {"has_subject", plan.capabilities.has_subject},
            {"has_html", plan.capabilities.has_html},
            {"has_recipients", plan.capabilities.has_recipients},
            {"max_text", plan.capabilities.max_text}};
}

json::object capabilities_json(const Capabilities& capabilities) {
    return {{"can_send", capabilities.can_send},
            {"has_subject", capabilities.has_subject},
            {"has_html", capabilities.has_html},
            {"has_recipients", capabilities.has_recipients},
            {"needs_presence", capabilities.needs_presence},
            {"max_text", capabilities.max_text},
            {"max_attachment", capabilities.max_attachment}};
}

json::object slot_json(const Supervisor::Slot& slot, std::int64_t queued) {
    const Health& health = slot.host.health();
    return {{"name", slot.config.name},
            {"channel", slot.config.type->channel},
            {"title", slot.config.type->title},
            {"state", to_string(health.state)},
            {"reason", health.reason},
            {"last_in", time_or_null(health.last_in)},
            {"last_out", time_or_null(health.last_out)},
            {"backlog", health.backlog ? json::value(*health.backlog) : json::value(nullptr)},
            {"queued", queued},
            {"restarts", slot.restarts},
            {"provisioned", true},
            {"capabilities", capabilities_json(slot.config.type->capabilities)}};
}

json::object change_json(const Change& change) {
    return {{"seq", change.seq}, {"kind", change.kind}, {"ids", strings(change.ids)}};
}

json::object hit_json(const SearchHit& hit) {
    return {{"kind", hit.kind},
            {"id", hit.id},
            {"title", hit.title},
            {"snippet", hit.snippet},
            {"customer_id",
             hit.customer.is_nil() ? json::value(nullptr) : json::value(hit.customer.text())},
            {"at", rfc3339(hit.at)}};
}

json::object quarantine_json(const QuarantineItem& item) {
    return {{"id", item.id.text()},
            {"connector", item.connector},
            {"channel", item.channel},
            {"reason", item.reason},
            {"detail", item.detail},
            {"sender", text_or_null(item.sender)},
            {"subject", text_or_null(item.subject)},
            {"state", item.state},
            {"received_at", rfc3339(item.received_at)}};
}

json::object agent_json(const Agent& agent) {
    json::value teams;
    if (agent.is_limited) {
        teams.emplace_array();
        for (const TeamId team : agent.teams)
            teams.get_array().emplace_back(team.text());
    }
    return {{"id", agent.id.text()},
            {"name", agent.name},
            {"email", agent.email},
            {"role", to_string(agent.role)},
            {"disabled", agent.is_disabled},
            {"teams", std::move(teams)},
            {"created_at", rfc3339(agent.created_at)}};
}

json::object team_json(const Team& team) {
    json::array connectors;
    for (const std::string& connector : team.connectors)
        connectors.emplace_back(connector);
    return {{"id", team.id.text()},
            {"name", team.name},
            {"connectors", std::move(connectors)},
            {"created_at", rfc3339(team.created_at)}};
}

json::object offboard_json(const OffboardReport& report) {
    json::object body = {{"agent", agent_json(report.agent)},
                         {"sessions_ended", report.sessions},
                         {"tokens_revoked", report.tokens},
                         {"invitations_withdrawn", report.invitations},
                         {"provider_links_removed", report.provider_links}};
    body["to"] = report.heir ? json::value(report.heir->text()) : json::value(nullptr);
    body["tickets"] = json::array(report.tickets.begin(), report.tickets.end());
    body["customers"] = json::array(report.customers.begin(), report.customers.end());
    return body;
}

json::object token_json(const ApiToken& token) {
    return {{"id", token.id.text()},
            {"name", token.name},
            {"role", to_string(token.role)},
            {"created_at", rfc3339(token.created_at)},
            {"revoked_at", time_or_null(token.revoked_at)}};
}

}  // namespace tributary
