// Bounces in prose: the forms of servers that do not write RFC 3464 parts (qmail, Exim, Exchange,
// Domino and others), and the codes inside SMTP replies. Pure, linear, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/email/headers.hpp"
#include "model/interaction.hpp"

namespace tributary::email {

// The enhanced code (RFC 3463) of a report: the Status field, or, where that is absent or says no
// more than its class, the one in the SMTP reply, or the reply's class alone; "" when unknown.
std::string exact_status(std::string_view status_field, std::string_view diagnostic);

// Whether a message without report parts comes from a mail system and tells of a failure.
bool sounds_like_bounce(const Headers& headers, std::string_view text);

// The recipients such a message names, with what it says about each.
std::vector<BouncedRecipient> read_bounce_text(const Headers& headers, std::string_view text);

// Fills in statuses that say only their class from the words around each address.
void refine_statuses(std::vector<BouncedRecipient>& recipients, std::string_view text);

}  // namespace tributary::email
