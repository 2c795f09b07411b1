// Mail handed in by a mail server on this machine, over LMTP or SMTP: a 250 means that the house
// has it for good. Listens on a loopback address or a Unix socket, so it speaks no TLS.
#pragma once

#include <optional>
#include <string>

#include "base/task.hpp"
#include "connector/connector.hpp"
#include "connectors/email/settings.hpp"

namespace tributary::email {

// Where to listen: "127.0.0.1:2424", "[::1]:2424" or "/run/tributary/lmtp"; what is wrong with
// `text`, or "".
std::string find_listen_fault(const std::string& text);

// True for the mailbox's address and its aliases, also with a token between (support+TOKEN@…).
bool is_own_address(const MailSettings& settings, std::string_view address);

// Until cancelled; then its sessions end, too, and mails without an answer stay with their sender.
// Throws Failure(unavailable) when the address cannot be had. `settings.lmtp_listen` is set.
awaitable<void> listen_for_mail(ConnectorHost& host, MailSettings settings);

}  // namespace tributary::email
