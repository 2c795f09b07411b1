#include "desk/decide.hpp"

#include <algorithm>
#include <set>

namespace tributary {
namespace {

// A handle that means somebody beyond one connector: an address, not a session's user id.
bool is_address(const Handle& handle) {
    return handle.scope.empty();
}

std::string named(const Identity& identity) {
    return identity.handle.kind + " " +
           (identity.display.empty() ? identity.handle.value : identity.display);
}

std::set<CustomerId> owners_where(const std::vector<HandleEvidence>& evidence, auto&& holds) {
    std::set<CustomerId> found;
    for (const HandleEvidence& piece : evidence)
        for (const KnownOwner& owner : piece.owners)
            if (holds(piece, owner)) found.insert(owner.customer);
    return found;
}

const HandleEvidence* evidence_for(const WhoSituation& situation, CustomerId customer,
                                   auto&& holds) {
    for (const HandleEvidence& piece : situation.evidence)
        for (const KnownOwner& owner : piece.owners)
            if (owner.customer == customer && holds(piece, owner)) return &piece;
    return nullptr;
}

std::vector<Identity> all_identities(const WhoSituation& situation) {
    std::vector<Identity> identities;
    for (const HandleEvidence& piece : situation.evidence)
        identities.push_back(piece.identity);
    return identities;
}

// What the event adds to `customer`: all it carries, except handles somebody else has proven and
// what the customer has with as much proof already.
std::vector<Identity> learnable(const WhoSituation& situation, CustomerId customer) {
    std::vector<Identity> identities;
    for (const HandleEvidence& piece : situation.evidence) {
        const bool is_settled =
            std::any_of(piece.owners.begin(), piece.owners.end(), [&](const KnownOwner& owner) {
                return owner.customer == customer ? owner.proof >= piece.identity.proof
                                                  : is_proven(owner.proof);
            });
        if (!is_settled) identities.push_back(piece.identity);
    }
    return identities;
}

bool brings_proof(const WhoSituation& situation) {
    return std::any_of(situation.evidence.begin(), situation.evidence.end(),
                       [](const HandleEvidence& piece) { return is_proven(piece.identity.proof); });
}

constexpr auto kProvenOnBothSides = [](const HandleEvidence& piece, const KnownOwner& owner) {
    return is_proven(piece.identity.proof) && is_proven(owner.proof);
};
// The customer consists of claims only, and this event proves one of them.
constexpr auto kProvesAClaim = [](const HandleEvidence& piece, const KnownOwner& owner) {
    return is_proven(piece.identity.proof) && !is_proven(owner.proof) && !owner.has_proven_handle;
};
constexpr auto kClaimsAProvenOne = [](const HandleEvidence& piece, const KnownOwner& owner) {
    return !is_proven(piece.identity.proof) && is_proven(owner.proof);
};
constexpr auto kClaimsTheSame = [](const HandleEvidence& piece, const KnownOwner& owner) {
    return !is_proven(piece.identity.proof) && !is_proven(owner.proof) && !owner.has_proven_handle;
};

WhoDecision new_customer(const WhoSituation& situation, std::string why) {
    WhoDecision decision;
    decision.is_claimed = !brings_proof(situation);
    decision.learn = all_identities(situation);
    decision.why = std::move(why);
    return decision;
}

// Nothing this event carries is added to the customer: a claim alters nobody's data.
WhoDecision linked_as_claimed(CustomerId customer, std::string why) {
    WhoDecision decision;
    decision.customer = customer;
    decision.is_claimed = true;
    decision.why = std::move(why);
    return decision;
}

WhoDecision decide_in_conversation(const WhoSituation& situation) {
    const ConversationOwner& known = *situation.conversation;
    const std::set<CustomerId> claimed = owners_where(situation.evidence, kClaimsAProvenOne);
    const bool names_another = claimed.size() == 1 && *claimed.begin() != known.customer;
    if (names_another && !known.has_address && situation.claimed == ClaimedPolicy::link) {
        const HandleEvidence* piece = evidence_for(situation, *claimed.begin(), kClaimsAProvenOne);
        WhoDecision decision = linked_as_claimed(
            *claimed.begin(), "claims to be the owner of " + named(piece->identity));
        decision.moves_conversation = true;
        return decision;
    }
    WhoDecision decision;
    decision.customer = known.customer;
    decision.is_claimed = known.is_claimed;
    if (!known.is_claimed) decision.learn = learnable(situation, known.customer);
    decision.why = "the same conversation";
    return decision;
}

}  // namespace

WhoDecision decide_who(const WhoSituation& situation) {
    const std::set<CustomerId> proven = owners_where(situation.evidence, kProvenOnBothSides);
    if (situation.conversation) {
        const ConversationOwner& known = *situation.conversation;
        const bool proves_the_same = proven == std::set{known.customer} && !known.is_claimed;
        if (proven.empty() || proves_the_same) return decide_in_conversation(situation);
    }
    // Evidence comes strongest first, so with several proven owners the first handle decides; the
    // others become merge suggestions, never an automatic merge.
    for (const HandleEvidence& piece : situation.evidence) {
        for (const KnownOwner& owner : piece.owners) {
            if (!kProvenOnBothSides(piece, owner)) continue;
            WhoDecision decision;
            decision.customer = owner.customer;
            decision.learn = learnable(situation, owner.customer);
            decision.why = named(piece.identity) + ", proven by " +
                           (piece.identity.proof == Proof::channel ? "the channel" : "a signature");
            return decision;
        }
    }

    const std::set<CustomerId> promoted = owners_where(situation.evidence, kProvesAClaim);
    if (promoted.size() == 1) {
        WhoDecision decision;
        decision.customer = *promoted.begin();
        decision.learn = learnable(situation, *promoted.begin());
        const HandleEvidence* piece = evidence_for(situation, *promoted.begin(), kProvesAClaim);
        decision.why = named(piece->identity) + ", claimed before and proven now";
        return decision;
    }

    const bool has_proven_address = std::any_of(
        situation.evidence.begin(), situation.evidence.end(), [](const HandleEvidence& piece) {
            return is_proven(piece.identity.proof) && is_address(piece.identity.handle);
        });
    if (situation.claimed == ClaimedPolicy::link && !has_proven_address) {
        const std::set<CustomerId> claimed = owners_where(situation.evidence, kClaimsAProvenOne);
        if (claimed.size() == 1) {
            const HandleEvidence* piece =
                evidence_for(situation, *claimed.begin(), kClaimsAProvenOne);
            return linked_as_claimed(*claimed.begin(),
                                     "claims to be the owner of " + named(piece->identity));
        }
        if (claimed.size() > 1)
            return new_customer(situation, "claims addresses of several customers");
        const std::set<CustomerId> same = owners_where(situation.evidence, kClaimsTheSame);
        if (same.size() == 1) {
            const HandleEvidence* piece = evidence_for(situation, *same.begin(), kClaimsTheSame);
            WhoDecision decision;
            decision.customer = *same.begin();
            decision.is_claimed = !brings_proof(situation);
            decision.learn = learnable(situation, *same.begin());
            decision.why = "claims the same " + named(piece->identity) + " as before, not proven";
            return decision;
        }
    }
    if (situation.evidence.empty())
        return new_customer(situation, "the sender could not be identified");
    return new_customer(situation,
                        "first contact of " + named(situation.evidence.front().identity));
}

namespace {

std::string link_text(const CandidateTicket& candidate) {
    if (candidate.reports_on_ours) return "reports on a message of this ticket";
    switch (candidate.link) {
        case TicketLink::token: return "answers through the signed reply address";
        case TicketLink::reference: return "answers a message of this ticket";
        case TicketLink::conversation: return "the same conversation";
        case TicketLink::none: break;
    }
    return "";
}

bool raises_ticket(const TicketSituation& situation) {
    if (situation.is_history || situation.policy == TicketPolicy::never) return false;
    if (situation.auto_kind != AutoKind::none) return false;
    if (situation.policy == TicketPolicy::always) return true;
    switch (situation.kind) {
        case Kind::message:
        case Kind::form: return true;
        case Kind::call: return situation.is_missed_call;
        default: return false;
    }
}

}  // namespace

namespace {

bool reports_on(const TicketSituation& situation, const CandidateTicket& candidate) {
    return candidate.reports_on_ours &&
           (situation.auto_kind == AutoKind::bounce || situation.auto_kind == AutoKind::receipt ||
            situation.auto_kind == AutoKind::feedback);
}

}  // namespace

TicketDecision decide_ticket(const TicketSituation& situation) {
    using Action = TicketDecision::Action;
    TicketDecision decision;
    const bool is_words = situation.kind == Kind::message || situation.kind == Kind::form;
    if (situation.candidate) {
        const CandidateTicket& candidate = *situation.candidate;
        const std::string number = "#" + std::to_string(candidate.number);
        const bool is_automatic = situation.auto_kind != AutoKind::none;
        // A bounce comes from a mail system, never from a party, and belongs to what it reports on.
        if (candidate.sender_is_party || reports_on(situation, candidate)) {
            if (candidate.status != TicketStatus::closed || is_automatic) {
                const bool is_news = is_automatic ? situation.reports_failure : is_words;
                const bool wakes = is_news && !situation.is_history;
                decision.action = wakes ? Action::join_reopen : Action::join;
                decision.why = link_text(candidate);
                return decision;
            }
            decision.why = "follows " + number + ", which is closed";
        } else if (situation.auto_kind != AutoKind::bounce) {
            decision.claims_candidate = true;
            decision.why =
                "claims to belong to " + number + ", whose parties do not include the sender";
        }
    }
    if (raises_ticket(situation)) {
        decision.action = Action::open;
        if (decision.why.empty()) decision.why = "a new matter";
    } else if (decision.why.empty()) {
        decision.why = situation.is_history ? "history from before the connector was set up"
                       : situation.auto_kind != AutoKind::none ? "automatic mail raises no work"
                                                               : "recorded only";
    }
    return decision;
}

bool may_acknowledge(const AcknowledgeSituation& situation) {
    return situation.wanted && situation.is_new_ticket && situation.has_address &&
           !situation.is_history && !situation.is_own_mail &&
           situation.auto_kind == AutoKind::none &&
           situation.sent_to_writer_today < kAcknowledgementsPerWriterPerDay &&
           situation.sent_this_hour < kAcknowledgementsPerHour;
}

}  // namespace tributary
