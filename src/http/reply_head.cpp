#include "http/reply_head.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "http/status.hpp"

namespace tributary::http {
namespace {

bool is_ours(std::string_view name) {
    return equals_ignoring_case(name, "Content-Length") || equals_ignoring_case(name, "Date") ||
           equals_ignoring_case(name, "Connection") ||
           equals_ignoring_case(name, "Transfer-Encoding");
}

bool is_clean(std::string_view text) {
    return std::ranges::none_of(
        text, [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    if (!is_clean(name) || !is_clean(value)) return;
    out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool is_bodiless(int status) {
    return status < 200 || status == 204 || status == 304;
}

void append_reply_head(std::string& out, const Reply& reply, const HeaderList& defaults,
                       const ReplyFraming& framing) {
    out.append("HTTP/1.1 ").append(std::to_string(reply.status)).append(" ");
    out.append(status_phrase(reply.status)).append("\r\n");
    append_field(out, "Date", framing.date);
    for (const auto& [name, value] : reply.headers.all()) {
        if (!is_ours(name)) append_field(out, name, value);
    }
    for (const auto& [name, value] : defaults) {
        if (!reply.headers.has(name)) append_field(out, name, value);
    }
    if (!is_bodiless(reply.status))
        append_field(out, "Content-Length", std::to_string(reply.body.size()));
    if (framing.is_last) {
        append_field(out, "Connection", "close");
    } else if (framing.is_http_1_0) {
        append_field(out, "Connection", "keep-alive");
    }
    out.append("\r\n");
}

}  // namespace tributary::http
