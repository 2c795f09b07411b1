// Notices that a sending service writes for programs: one JSON object as the text of a mail
// (Amazon SES by way of SNS). Pure, thread-safe.
#pragma once

#include <optional>
#include <string_view>

#include "model/interaction.hpp"

namespace tributary::email {

// The bounce or delivery such a notice tells of; nullopt when the text is none.
std::optional<Bounce> read_bounce_event(std::string_view text);

// Whether it tells that a recipient complained.
bool is_complaint_event(std::string_view text);

}  // namespace tributary::email
