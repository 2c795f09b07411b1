// What stands in a mailbox's folders, for comparing it with what came of it. Over a connection of
// its own, which changes nothing (EXAMINE, PEEK).
#pragma once

#include <string>
#include <vector>

#include "base/task.hpp"
#include "connector/connector.hpp"
#include "connectors/email/cursor.hpp"
#include "connectors/email/mailbox.hpp"
#include "connectors/email/settings.hpp"

namespace tributary::email {

// Every mail of every folder that is read; those behind their folder's cursor are waiting.
awaitable<std::vector<SourceItem>> list_mails(OpenImap open, ImapSettings settings,
                                              MailboxCursors cursors);
// The dedupe keys of some of them, in order, from their bytes; "" for mails that are gone.
awaitable<std::vector<std::string>> read_mail_keys(OpenImap open, std::vector<std::string> refs);

}  // namespace tributary::email
