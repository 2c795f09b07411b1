// The tree of a message's parts. Splitting is the MIME library's work; what the headers mean is
// read by our own code, because the library takes names, charsets and addresses too literally.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "connectors/email/header_text.hpp"
#include "connectors/email/headers.hpp"

namespace tributary::email {

// One node. Its views point into the message it was read from.
struct Part {
    Part() = default;
    Headers headers;
    ParameterizedValue type;         // value never empty: "text/plain" when undeclared
    ParameterizedValue disposition;  // value "" when undeclared
    std::string_view body;           // still transfer-encoded
    std::vector<Part> children;      // of a multipart

    bool is_multipart() const { return !children.empty(); }
    bool is_text() const { return type.value == "text/plain" || type.value == "text/html"; }
    // Content-ID without its brackets; "" when none.
    std::string content_id() const;
    // As declared by Content-Disposition, else by Content-Type, reduced to a harmless last path
    // segment; "" when none.
    std::string filename() const;
    std::string decoded_body() const;
};

// The last path segment of a name from outside, never "." or "..", at most 255 bytes.
std::string safe_filename(std::string_view name);

// `raw` has passed prescan_message(), or is only too deep: a multipart below max_mime_depth levels
// is a leaf, and parts beyond max_mime_parts are not looked for. Whatever the library throws is an
// Error here.
Result<Part> read_mime(std::string_view raw);

}  // namespace tributary::email
