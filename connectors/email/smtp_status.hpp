// What mail servers say about a refusal: reply codes (RFC 5321 section 4.2), enhanced codes (RFC
// 3463) and the words beside them. Pure, linear, thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "model/interaction.hpp"

namespace tributary::email {

// The enhanced code that says most: the Status field, unless that is absent, names only a class or
// only sums up ("expired") while the other server's reply in `diagnostic` is exact. Without any,
// "5.0.0" or "4.0.0" by the class of the reply; "" when nothing tells.
std::string exact_status(std::string_view status_field, std::string_view diagnostic);

// Whether a status says its class and nothing else ("5.0.0").
bool says_only_class(std::string_view status);

// Fills in what follows from action, status and `words`: whether trying again is of no use, and
// whether the address itself is at fault.
void judge_recipient(BouncedRecipient& recipient, std::string_view words);

// The same of a final refusal ("550 5.1.1 No such user") in answer to RCPT.
bool speaks_of_dead_address(std::string_view refusal);

}  // namespace tributary::email
