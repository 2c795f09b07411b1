// Signed reply addresses, "support+TOKEN@example.com": an answer finds its ticket by the address it
// is sent to, and nobody can make one up. The token survives mail systems that fold case.
// Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "connectors/email/headers.hpp"
#include "connectors/email/settings.hpp"

namespace tributary::email {

// The address answers to `reply_token` (a ticket's id) go to: the mailbox's own address when signed
// addresses are off, there is no key, or the result would be too long for SMTP.
std::string make_reply_address(const MailSettings& settings, std::string_view reply_token);

// The token of the first recipient address that carries a genuine one; "" when none does.
std::string find_reply_token(const MailSettings& settings, const Headers& headers);

// The same in running text: a bounce quotes the mail that we sent, with its reply address.
std::string find_token_in_text(const MailSettings& settings, std::string_view text);

}  // namespace tributary::email
