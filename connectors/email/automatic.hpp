// Whether a person wrote this mail or a machine did, and what kind of machine (RFC 3834 and the
// habits around it). Pure, thread-safe.
#pragma once

#include <optional>
#include <string_view>

#include "connectors/email/mime_read.hpp"
#include "connectors/email/settings.hpp"
#include "model/interaction.hpp"

namespace tributary::email {

struct AutomaticMail {
    AutoKind kind = AutoKind::none;
    std::optional<Bounce> bounce;  // with kind bounce only
};

// Whether a mail that a person may have written can be answered by a machine at all: bulk senders'
// mail cannot, nor what asks for no automatic answers.
bool may_be_answered(const Headers& headers);

// The first that fits: bounce, feedback, receipt, auto_reply, loop, list, none.
AutomaticMail classify_automatic(const MailSettings& settings, const Part& root,
                                 std::string_view text);

}  // namespace tributary::email
