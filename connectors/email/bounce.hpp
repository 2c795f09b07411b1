// Delivery reports (RFC 3464) and the older forms of "your mail did not arrive". Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/email/mime_read.hpp"
#include "model/interaction.hpp"

namespace tributary::email {

// The report in this message: from its message/delivery-status parts, else from the wording that
// mail servers use. nullopt when it is no report. `text` is the message's plain text.
std::optional<Bounce> read_delivery_report(const Part& root, std::string_view text);

// The mail that came back, or as much of it as did; "" when it is not a part of its own.
std::string returned_copy(const Part& root);

// Whether anything failed or waits; a report of successes only is a receipt.
bool has_failure(const Bounce& report);

}  // namespace tributary::email
