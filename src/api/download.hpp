// Foreign bytes on their way to a browser: never inline, never sniffed, never active.
#pragma once

#include <string>

#include "api/context.hpp"
#include "http/message.hpp"

namespace tributary {

struct Download {
    Download() = default;
    std::string sha256;  // raw 32 bytes
    std::string filename;
    std::string content_type;
};

// The last path component without characters that mean something to a shell, a path or a header;
// "download" when nothing is left.
std::string safe_filename(std::string_view name);

// Loads the blob off the I/O thread and shapes the reply: Content-Disposition attachment with a
// safe name (RFC 6266), nosniff, a sandboxing CSP, private caching. Throws Failure(not_found).
awaitable<http::Reply> serve_download(ApiContext& context, Download download);

}  // namespace tributary
