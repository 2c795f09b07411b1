// One raw message to one normalised interaction. Pure: the same bytes and settings give the same
// result, so that stored mail can be replayed. Runs on any thread.
#pragma once

#include <string_view>

#include "base/error.hpp"
#include "connector/connector.hpp"
#include "connectors/email/settings.hpp"

namespace tributary::email {

// Malformed mail is mail: whatever can be had is there and `content.warnings` tells the rest. An
// Error (its reason: mime_depth, mime_parts, header_size, header, too_large, malformed) is for what
// cannot be read at all.
Result<InboundMessage> normalize_mail(const MailSettings& settings, std::string_view raw);

}  // namespace tributary::email
