// Bounces in prose: the forms of servers that do not write RFC 3464 parts (qmail, Exim, Exchange,
// Domino and many smaller ones). There is no parser for each: they all name the recipient in one of
// a few ways, and say why beside it. Pure, linear, thread-safe.
#pragma once

#include <string_view>
#include <vector>

#include "connectors/email/headers.hpp"
#include "model/interaction.hpp"

namespace tributary::email {

// Whether a message without report parts comes from a mail system and tells of a failure.
bool sounds_like_bounce(const Headers& headers, std::string_view text);

// The recipients such a message names, with what it says about each.
std::vector<BouncedRecipient> read_bounce_text(const Headers& headers, std::string_view text);

// Fills in statuses that say only their class from the words around each address.
void refine_statuses(std::vector<BouncedRecipient>& recipients, std::string_view text);

}  // namespace tributary::email
