// The words behind a status code (RFC 9110, section 15, and the IANA registry).
#pragma once

#include <string_view>

namespace tributary::http {

// "Not Found" for 404; "Unknown" for a code that is not in the table.
std::string_view status_phrase(int status);

}  // namespace tributary::http
