// Which parts are what the sender wrote and which are files (RFC 8621, section 4.1.4). Every leaf
// ends up as text, as HTML, as a file or in a warning: none is left behind. Pure, thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "connector/connector.hpp"
#include "connectors/email/mime_read.hpp"

namespace tributary::email {

struct MailBody {
    MailBody() = default;
    bool has_text = false;            // some text/plain part is body
    std::string text;                 // those parts, in order; UTF-8, line feeds
    std::optional<std::string> html;  // the text/html parts, as they came; UTF-8
    std::vector<InboundFile> files;   // with meta filled, ids not yet
    // Each once: encoding_damaged, encrypted, signature_not_checked (the detached signature is no
    // file for people), packed_body_left_out (Outlook's copy of a text that is there anyway).
    std::vector<std::string> warnings;
};

MailBody read_body(const Part& root);

// RFC 3676: lines that end in a blank go on in the next one.
enum class DelSp { no, yes };
std::string unflow(std::string_view text, DelSp delsp);

}  // namespace tributary::email
