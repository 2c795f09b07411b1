#include "desk/reply_plan.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace tributary {
namespace {

constexpr std::size_t kMaxReferences = 20;

const ReplyRoute* find_route(const std::vector<ReplyRoute>& routes, std::string_view connector) {
    for (const ReplyRoute& route : routes)
        if (route.connector == connector) return &route;
    return nullptr;
}

std::string normal_form(std::string_view address) {
    return normalize_email(address).value_or(std::string(address));
}

// Adds the parties that can be written to and are not there yet.
void add_new(ReplyPlan& plan, std::vector<Party>& list, const std::vector<Party>& parties,
             std::set<std::string>& seen) {
    for (const Party& party : parties) {
        const std::string& kind = plan.capabilities.reaches;
        if (party.address.empty() || is_own_address(plan.own, party.address)) continue;
        if (!kind.empty() && !make_handle(kind, party.address)) continue;
        if (seen.insert(normal_form(party.address)).second) list.push_back(party);
    }
}

std::string reply_subject(std::string_view subject) {
    subject = trim(subject);
    if (starts_with_ignoring_case(subject, "re:") || starts_with_ignoring_case(subject, "aw:"))
        return std::string(subject);
    return "Re: " + std::string(subject);
}

void address_reply(ReplyPlan& plan, const ReplyRoute& route, const Interaction& newest) {
    const Content& words = newest.content;
    plan.conversation = newest.conversation;
    if (!route.capabilities.has_recipients) {
        plan.to.push_back(words.from);
        return;
    }
    std::set<std::string> seen;
    add_new(plan, plan.to, words.reply_to, seen);
    if (plan.to.empty()) add_new(plan, plan.to, {words.from}, seen);
    add_new(plan, plan.cc, words.to, seen);
    add_new(plan, plan.cc, words.cc, seen);
}

void thread_reply(ReplyPlan& plan, const Interaction& newest) {
    const Content& words = newest.content;
    if (words.message_id.empty()) return;
    plan.in_reply_to.push_back(words.message_id);
    plan.references = words.references.empty() ? words.in_reply_to : words.references;
    plan.references.push_back(words.message_id);
    // RFC 5322 section 3.6.4 lets a list be shortened; the first and the newest ids matter.
    if (plan.references.size() > kMaxReferences)
        plan.references.erase(
            plan.references.begin() + 1,
            plan.references.end() - static_cast<std::ptrdiff_t>(kMaxReferences - 1));
}

void choose(ReplyPlan& plan, const ReplyRoute& route) {
    plan.is_available = true;
    plan.connector = route.connector;
    plan.channel = route.channel;
    plan.capabilities = route.capabilities;
    // An id under the sender's own domain, as receivers expect of a message from there.
    if (!route.own_handles.empty()) {
        const std::string& own = route.own_handles.front().value;
        const std::size_t at = own.rfind('@');
        if (at != std::string::npos) plan.id_domain = own.substr(at + 1);
    }
}

bool is_better(const Identity& one, const Identity& other) {
    return one.is_stale == other.is_stale ? one.proof > other.proof : !one.is_stale;
}

// The address to write to unasked: one that mail still reaches, then the strongest proof, and among
// equals the one just used.
const Identity* best_identity(const Customer& customer, std::string_view kind) {
    const Identity* best = nullptr;
    for (const Identity& identity : customer.identities)
        if (identity.handle.kind == kind && (!best || is_better(identity, *best))) best = &identity;
    return best;
}

}  // namespace

bool is_own_address(const std::vector<OwnAddress>& own, std::string_view written) {
    const std::string address = normal_form(written);
    const std::size_t at = address.rfind('@');
    return std::any_of(own.begin(), own.end(), [&](const OwnAddress& one) {
        if (one.address == address) return true;
        const std::size_t own_at = one.address.rfind('@');
        if (one.tag_delimiter.empty() || at == std::string::npos || own_at == std::string::npos)
            return false;
        const std::string tagged = one.address.substr(0, own_at) + one.tag_delimiter;
        return address.starts_with(tagged) && address.substr(at) == one.address.substr(own_at);
    });
}

void choose_recipients(ReplyPlan& plan, const std::vector<Party>& to,
                       const std::vector<Party>& cc) {
    std::set<std::string> seen;
    plan.to.clear();
    plan.cc.clear();
    add_new(plan, plan.to, to, seen);
    add_new(plan, plan.cc, cc, seen);
}

ReplyPlan plan_reply(const ReplySituation& situation) {
    ReplyPlan plan;
    for (const ReplyRoute& route : situation.routes)
        for (const Handle& own : route.own_handles)
            plan.own.push_back({own.value, route.tag_delimiter});
    plan.subject = reply_subject(situation.ticket_subject);
    if (situation.newest) {
        const ReplyRoute* route = find_route(situation.routes, situation.newest->connector);
        if (route && route->capabilities.can_send) {
            choose(plan, *route);
            address_reply(plan, *route, *situation.newest);
            thread_reply(plan, *situation.newest);
            if (!plan.to.empty()) return plan;
            plan = ReplyPlan();
            plan.reason = "The sender left no address to answer to.";
            return plan;
        }
    }
    for (const ReplyRoute& route : situation.routes) {
        if (!route.capabilities.can_send || route.capabilities.reaches.empty()) continue;
        // What a claimed writer typed is where that writer wants the answer, not the customer's.
        if (situation.newest && situation.newest->is_claimed) {
            const Party& from = situation.newest->content.from;
            if (from.address.empty()) continue;
            choose(plan, route);
            plan.to.push_back(from);
            return plan;
        }
        if (const Identity* identity =
                best_identity(situation.customer, route.capabilities.reaches)) {
            choose(plan, route);
            plan.to.emplace_back(situation.customer.display_name, identity->handle.value);
            return plan;
        }
    }
    plan.reason = "No connector reaches an address of this customer.";
    return plan;
}

}  // namespace tributary
