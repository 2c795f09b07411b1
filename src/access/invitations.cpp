#include "access/invitations.hpp"

#include "base/crypto.hpp"
#include "store/access.hpp"
#include "store/sessions.hpp"

namespace tributary {
namespace {

Error refused() {
    return Error(Outcome::denied, "This link is not valid any more. Ask for a new one.")
        .with_reason("link_refused");
}

std::string issue(Tx& tx, OneUse purpose, std::optional<AgentId> agent, Timestamp expires_at) {
    remove_one_use_tokens(tx, purpose, agent);
    OneUseToken token;
    token.purpose = purpose;
    token.agent = agent;
    token.expires_at = expires_at;
    std::string secret = random_token(32);
    insert_one_use_token(tx, token, sha256(secret));
    return secret;
}

Result<Agent> invited(const Tx& tx, const std::optional<OneUseToken>& token, Timestamp now) {
    if (!token || now >= token->expires_at || !token->agent) return refused();
    auto agent = find_agent(tx, *token->agent);
    if (!agent || agent->is_disabled) return refused();
    return std::move(*agent);
}

}  // namespace

std::string issue_set_up(Tx& tx, Timestamp now) {
    return issue(tx, OneUse::set_up, std::nullopt, now + kSetUpPatience);
}

std::string issue_invitation(Tx& tx, AgentId agent, Timestamp now) {
    return issue(tx, OneUse::invitation, agent, now + kInvitationPatience);
}

Result<Agent> find_invited(const Tx& tx, std::string_view sha256, Timestamp now) {
    return invited(tx, find_one_use_token(tx, OneUse::invitation, sha256), now);
}

Result<Agent> redeem_invitation(Tx& tx, std::string_view sha256, Timestamp now) {
    return invited(tx, take_one_use_token(tx, OneUse::invitation, sha256), now);
}

Result<> redeem_set_up(Tx& tx, std::string_view sha256, Timestamp now) {
    const auto token = take_one_use_token(tx, OneUse::set_up, sha256);
    if (!token || now >= token->expires_at || !is_unclaimed(tx)) return refused();
    return {};
}

}  // namespace tributary
