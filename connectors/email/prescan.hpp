// A linear look at a message before anything parses it. The MIME library recurses over nested parts
// and address groups and is quadratic in their depth: what is over a limit here never reaches it.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/error.hpp"

namespace tributary::email {

inline constexpr std::size_t max_message_bytes = 25'000'000;
inline constexpr std::size_t max_mime_depth = 32;
inline constexpr std::size_t max_mime_parts = 1000;
// One header block, of each field what is read of it (max_field_bytes).
inline constexpr std::size_t max_header_bytes = 256 * 1024;
// Longer ones are no accident; shorter ones are cut. Recipients may be as many as fit into a mail.
inline constexpr std::size_t max_raw_field_bytes = 1'500'000;
inline constexpr std::size_t max_header_fields = 2000;
inline constexpr std::size_t max_group_depth = 32;

// An Error's reason is too_large, header_size, header, mime_depth or mime_parts. What is only too
// deep may be read all the same: read_mime() leaves alone what lies below the limit.
Result<> prescan_message(std::string_view raw);

}  // namespace tributary::email
