// What somebody signs in with, and being signed in: passwords, second factors, providers' links,
// one-use tokens, sessions. Secrets come here as hashes or sealed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/agent.hpp"
#include "store/store.hpp"

namespace tributary {

std::optional<std::string> find_password_hash(const Tx& tx, AgentId agent);
void set_password_hash(Tx& tx, AgentId agent, std::string_view hash, Timestamp now);
bool remove_password(Tx& tx, AgentId agent);
// Nobody has ever been able to sign in with a browser: no password, no provider's link.
bool is_unclaimed(const Tx& tx);

// --- sessions, named by the SHA-256 of their secret
void insert_session(Tx& tx, const Session& session, std::string_view sha256);
std::optional<Session> find_session(const Tx& tx, std::string_view sha256);
void touch_session(Tx& tx, SessionId id, Timestamp now);
bool end_session(Tx& tx, std::string_view sha256);
std::int64_t end_sessions_of(Tx& tx, AgentId agent);
// Begun before `oldest` or last seen before `idle`.
std::int64_t end_old_sessions(Tx& tx, Timestamp oldest, Timestamp idle);

// --- one-use tokens
struct OneUseToken {
    OneUseToken() = default;
    OneUse purpose = OneUse::invitation;
    std::optional<AgentId> agent;
    Timestamp expires_at;
};
void insert_one_use_token(Tx& tx, const OneUseToken& token, std::string_view sha256);
// Takes it out, so that nobody finds it a second time, expired or not.
std::optional<OneUseToken> take_one_use_token(Tx& tx, OneUse purpose, std::string_view sha256);
std::optional<OneUseToken> find_one_use_token(const Tx& tx, OneUse purpose,
                                              std::string_view sha256);
std::int64_t remove_one_use_tokens(Tx& tx, OneUse purpose, std::optional<AgentId> agent);
void remove_expired_tokens(Tx& tx, Timestamp now);

// --- the second factor
struct SecondFactor {
    SecondFactor() = default;
    std::string sealed;
    std::optional<Timestamp> confirmed_at;  // counts from then on
    std::int64_t last_step = 0;             // of the newest code that was used
};
// What its secret is sealed under.
std::string second_factor_context(AgentId agent);
std::optional<SecondFactor> find_second_factor(const Tx& tx, AgentId agent);
void set_second_factor(Tx& tx, AgentId agent, const SecondFactor& factor);
bool remove_second_factor(Tx& tx, AgentId agent);  // with its recovery codes
void set_recovery_codes(Tx& tx, AgentId agent, const std::vector<std::string>& sha256s);
bool take_recovery_code(Tx& tx, AgentId agent, std::string_view sha256);
std::int64_t count_recovery_codes(const Tx& tx, AgentId agent);

// --- identity providers: (issuer, subject) is the key, never an address
std::optional<AgentId> find_linked_agent(const Tx& tx, std::string_view issuer,
                                         std::string_view subject);
// False when this pair is linked already.
bool link_provider(Tx& tx, std::string_view issuer, std::string_view subject, AgentId agent,
                   Timestamp now);
std::int64_t remove_links_of(Tx& tx, AgentId agent);

}  // namespace tributary
