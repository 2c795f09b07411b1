// Whether the receiving mail server vouches for the From address (RFC 8601). Pure, thread-safe.
#pragma once

#include <string_view>

#include "connectors/email/headers.hpp"
#include "connectors/email/settings.hpp"
#include "model/identity.hpp"

namespace tributary::email {

// `sender` is find_strict_sender()'s address. Only the topmost Authentication-Results counts, and
// only when a trusted server wrote it: anybody can write the ones below.
Proof judge_sender(const MailSettings& settings, const Headers& headers, std::string_view sender);

}  // namespace tributary::email
