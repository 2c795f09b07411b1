// Mail handed in by other mail servers, over LMTP or SMTP: a 250 means that the house has it for
// good. On an address that other machines can reach, nothing is taken outside TLS (RFC 3207), nor
// from servers that are not listed.
#pragma once

#include <string>
#include <string_view>

#include "base/task.hpp"
#include "connector/connector.hpp"
#include "connectors/email/settings.hpp"

namespace tributary::email {

// What is wrong with where it would listen ("127.0.0.1:2424", "[::1]:2424", "/run/desk/lmtp"), or
// "".
std::string find_listen_fault(const LmtpSettings& lmtp);

// True for the mailbox's address and its aliases, also with a token between (support+TOKEN@…).
bool is_own_address(const MailSettings& settings, std::string_view address);

// Until cancelled; then its sessions end, too, and mails without an answer stay with their sender.
// Throws Failure: unavailable when the address cannot be had, invalid when the certificate cannot
// be used. `settings.lmtp` is set.
awaitable<void> listen_for_mail(ConnectorHost& host, MailSettings settings);

}  // namespace tributary::email
