// The public surface of one chat connector: which path means what.
#pragma once

#include <string>
#include <string_view>

#include "http/message.hpp"

namespace tributary::chat {

enum class Endpoint {
    unknown,
    widget_script,  // /widget.js
    widget_words,   // /widget.json
    generate,       // …/tokens/generate
    refresh,        // …/tokens/refresh
    conversations,  // …/conversations
    conversation,   // …/conversations/{id}
    activities,     // …/conversations/{id}/activities
    upload,         // …/conversations/{id}/upload
    stream,         // …/conversations/{id}/stream
    attachment,     // …/conversations/{id}/attachments/{attachment}/{name}
};

struct Place {
    Place() = default;
    Endpoint endpoint = Endpoint::unknown;
    std::string conversation;
    std::string attachment;
    std::string name;
};

// `path` is what stands behind the connector's mount.
Place find_place(std::string_view path);
bool allows(Endpoint endpoint, http::Method method);

}  // namespace tributary::chat
