// The agents' web app as Vite built it, embedded in the binary by web/CMakeLists.txt.
#pragma once

#include <optional>
#include <string_view>

namespace tributary {

// One file as it is served. The views point into the program itself.
struct WebAsset {
    WebAsset() = default;
    std::string_view bytes;
    std::string_view content_type;
    std::string_view etag;                     // strong; the quotes are the header's
    std::string_view content_security_policy;  // the header's value; not the same for every file
    bool immutable = false;                    // the name holds a hash: cacheable for ever
};

// `path` is a request target's path; "/" is the page itself. Empty where there is no such file.
std::optional<WebAsset> find_web_asset(std::string_view path);

}  // namespace tributary
