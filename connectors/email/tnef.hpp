// What Outlook packs into winmail.dat (application/ms-tnef, [MS-OXTNEF]): the body and the files.
// Pure, linear in the stream, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::email {

struct PackedFile {
    std::string name;
    std::string content_type;
    std::string content_id;
    std::string bytes;
};

// A message inside a message is one file (message/rfc822, written anew from what TNEF tells of it),
// and its own files stand behind it.
struct PackedMail {
    std::string text;                 // UTF-8, line feeds; "" when there is none
    std::optional<std::string> html;  // not sanitised
    std::vector<PackedFile> files;
};

// As much as can be read before the first fault; nullopt when it is no TNEF at all.
std::optional<PackedMail> read_tnef(std::string_view bytes);

}  // namespace tributary::email
