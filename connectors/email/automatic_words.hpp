// The words by which answering machines introduce themselves. Pure, thread-safe.
#pragma once

#include <string_view>

namespace tributary::email {

// Whether a decoded subject starts like an answering machine's ("Out of office: ...").
bool is_answering_subject(std::string_view subject);

}  // namespace tributary::email
