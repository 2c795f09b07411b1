// Who did and saw what: rows that are only added, each chained to the one before by its hash.
//
// They hold ids, names of settings and outcomes, never what a customer said or a secret, so that
// they can outlive whom they are about. There is no function to change or remove one, and the
// database refuses it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "store/page.hpp"
#include "store/store.hpp"

namespace tributary {

inline constexpr const char* console_actor = "console";  // a command on this machine
inline constexpr const char* house_actor = "house";      // the daemon by itself

struct AuditEvent {
    AuditEvent() = default;
    AuditEvent(std::string who, std::string what, std::string whom, std::string more = "{}")
        : actor(std::move(who)),
          action(std::move(what)),
          subject(std::move(whom)),
          detail(std::move(more)) {}
    std::string actor;    // an agent's id, or one of the above
    std::string action;   // "customer.read", "token.create", "POST /api/v1/agents"
    std::string subject;  // "customer <id>", "connector support", ""
    std::string detail;   // JSON object
};
// In the transaction of what it is about: one is not without the other.
void append_audit(Tx& tx, const AuditEvent& event, Timestamp now);

// An agent came in, or did not. `how` is "password", "session", "oidc"; `outcome` "ok" or why not.
// Who is nobody we know has the actor "".
void audit_sign_in(Tx& tx, std::optional<AgentId> agent, const std::string& how,
                   const std::string& outcome, Timestamp now);

struct AuditRow {
    std::int64_t seq = 0;
    Timestamp at;
    AuditEvent event;
    std::string hash;  // raw 32 bytes
};
struct AuditFilter {
    std::string actor;  // "" for all
    std::string action;
    std::string subject;
};
Page<AuditRow> list_audit(const Tx& tx, const AuditFilter& filter, const PageRequest& page);

// The newest row's number and hash: what an outside witness would note down.
struct AuditHead {
    std::int64_t seq = 0;
    std::string hash;
};
AuditHead audit_head(const Tx& tx);

using SettingValues = std::map<std::string, std::string>;
// Compares `now_set` with what was last seen, writes down each difference, and remembers `now_set`.
// How many differed; the first time of all is one row.
std::int64_t audit_settings(Tx& tx, const SettingValues& now_set, Timestamp now);

}  // namespace tributary
