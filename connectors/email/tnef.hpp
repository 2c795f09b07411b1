// The files inside Outlook's winmail.dat (application/ms-tnef, [MS-OXTNEF]). A message among them
// is one file and is not entered. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tributary::email {

struct PackedFile {
    std::string name;
    std::string content_type;
    std::string bytes;
};

// As many as can be read before the first fault; empty when it is no TNEF at all.
std::vector<PackedFile> read_tnef(std::string_view bytes);

// The last path segment of a name from outside, never "." or "..", at most 255 bytes.
std::string safe_filename(std::string_view name);

}  // namespace tributary::email
