// A Reply's status line and fields as bytes.
#pragma once

#include <string>
#include <string_view>

#include "http/message.hpp"

namespace tributary::http {

struct ReplyFraming {
    bool is_http_1_0 = false;
    bool is_last = false;   // Connection: close
    std::string_view date;  // RFC 9110, section 6.6.1
};

using HeaderList = std::vector<std::pair<std::string, std::string>>;

// Appends to `out`. Length, date and connection are the server's to say; a handler's own are left
// out, and so is a field that would break the framing (a control character in name or value).
void append_reply_head(std::string& out, const Reply& reply, const HeaderList& defaults,
                       const ReplyFraming& framing);

// Whether replies of that status carry no body at all (RFC 9112, section 6.3).
bool is_bodiless(int status);

}  // namespace tributary::http
