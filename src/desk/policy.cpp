#include "desk/policy.hpp"

#include <algorithm>

#include "store/scope.hpp"

namespace tributary {
namespace {

Role least_role(Audience audience) {
    switch (audience) {
        case Audience::admin: return Role::admin;
        case Audience::agent: return Role::agent;
        case Audience::everybody:
        case Audience::reader: break;
    }
    return Role::reader;
}

const char* sentence_for_hidden(Subject subject) {
    switch (subject) {
        case Subject::ticket: return "There is no such ticket.";
        case Subject::customer: return "There is no such customer.";
        case Subject::interaction: return "There is no such interaction.";
        case Subject::connector: return "There is no such connector.";
        case Subject::quarantined: return "There is no such item.";
        case Subject::nothing: break;
    }
    return "There is nothing under this address.";
}

template <class Tag>
bool sees_named(const Tx& tx, const Scope& scope, std::string_view text,
                bool (*sees)(const Tx&, const Scope&, Id<Tag>)) {
    const auto id = Id<Tag>::parse(text);
    return !id || sees(tx, scope, *id);
}

bool sees(const Tx& tx, Subject subject, const Scope& scope, std::string_view named) {
    switch (subject) {
        case Subject::nothing: return true;
        case Subject::ticket: return sees_named<struct TicketTag>(tx, scope, named, sees_ticket);
        case Subject::customer:
            return sees_named<struct CustomerTag>(tx, scope, named, sees_customer);
        case Subject::interaction:
            return sees_named<struct InteractionTag>(tx, scope, named, sees_interaction);
        case Subject::quarantined:
            return sees_named<struct QuarantineTag>(tx, scope, named, sees_quarantined);
        case Subject::connector: return sees_connector(tx, scope, named);
    }
    return false;
}

}  // namespace

std::string_view to_string(Audience audience) {
    switch (audience) {
        case Audience::everybody: return "everybody";
        case Audience::reader: return "reader";
        case Audience::agent: return "agent";
        case Audience::admin: return "admin";
    }
    return "";
}

std::string_view to_string(Subject subject) {
    switch (subject) {
        case Subject::nothing: return "nothing";
        case Subject::ticket: return "ticket";
        case Subject::customer: return "customer";
        case Subject::interaction: return "interaction";
        case Subject::connector: return "connector";
        case Subject::quarantined: return "quarantined";
    }
    return "";
}

Result<> permit(Audience audience, const Actor& actor) {
    if (audience == Audience::everybody || actor.role >= least_role(audience)) return {};
    return Error(Outcome::denied, "Your role does not allow this.");
}

Result<> permit(const Tx& tx, Subject subject, const Actor& actor, std::string_view named) {
    if (actor.scope.is_everything() || sees(tx, subject, actor.scope, named)) return {};
    return Error(Outcome::not_found, sentence_for_hidden(subject));
}

void require_seen(const Tx& tx, const Actor& actor, TicketId id) {
    if (!sees_ticket(tx, actor.scope, id))
        throw Failure(Outcome::not_found, sentence_for_hidden(Subject::ticket));
}

void require_seen(const Tx& tx, const Actor& actor, CustomerId id) {
    if (!sees_customer(tx, actor.scope, id))
        throw Failure(Outcome::not_found, sentence_for_hidden(Subject::customer));
}

std::string choose_connector(const Tx& tx, const Actor& actor, std::string_view wanted) {
    if (actor.scope.is_everything()) return std::string(wanted);
    const auto own = connectors_in(tx, actor.scope);
    if (wanted.empty() && own.size() == 1) return own.front();
    if (std::find(own.begin(), own.end(), wanted) != own.end()) return std::string(wanted);
    throw Failure(Error(Outcome::invalid, "Say which connector of your teams this belongs to.")
                      .with_field("/connector", "must be a connector of one of your teams"));
}

}  // namespace tributary
