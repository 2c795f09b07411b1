// The pull loop of one mailbox: everything that is there once, then whatever arrives.
//
// The cursor in the house is the only state; flags on the server mean nothing and are left alone.
// A mail counts as fetched when host.accept() has returned with the cursor behind it, so a crash
// at any line fetches some mails again and loses none.
#pragma once

#include "base/error.hpp"
#include "base/task.hpp"
#include "connector/connector.hpp"
#include "connectors/email/settings.hpp"

namespace tributary::email {

// Runs until cancelled; throws Failure when the server or the store is away (unavailable) or the
// login is refused (denied). `settings.imap` must be there.
awaitable<void> run_mailbox(ConnectorHost& host, MailSettings settings);

}  // namespace tributary::email
