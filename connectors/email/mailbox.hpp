// The pull loop of a mailbox: everything that is there once, then whatever arrives. Each of its
// folders has a connection of its own, so that each is told of new mail at once.
//
// The cursors in the house are the only state; flags on the server mean nothing and are left alone.
// A mail counts as fetched when the house has taken it with the cursor behind it, so a crash at any
// line fetches some mails again and loses none.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "base/task.hpp"
#include "connector/connector.hpp"
#include "connectors/email/imap_client.hpp"
#include "connectors/email/mail_intake.hpp"
#include "connectors/email/settings.hpp"

namespace tributary::email {

// Opens a connection that is logged in.
using OpenImap = std::function<awaitable<std::unique_ptr<ImapClient>>()>;

struct MailboxUse {
    MailboxUse() = default;
    OpenImap open;
    // What an admin should do before it is too late, for the health of a mailbox that is up; "".
    std::function<std::string()> warning;
};

// Where sessions of one folder broke while mails were being fetched, over several sessions: a
// server may stumble over one mail again and again.
struct Stumbles {
    Stumbles() = default;
    Uid at = 0;             // the first mail asked for when it broke
    int in_a_row = 0;       // how often with that one
    Uid careful_until = 0;  // up to here mails are asked for one by one

    void note(const std::vector<Uid>& asked);
};
using StumblesByFolder = std::map<std::string, Stumbles>;

// Runs until cancelled; throws Failure when the server or the store is away (unavailable) or the
// login is refused (denied). `settings.imap` must be there; `stumbles` outlives the run.
awaitable<void> run_mailbox(ConnectorHost& host, MailSettings settings, MailboxUse use,
                            StumblesByFolder& stumbles);

}  // namespace tributary::email
