// Whether a request is a proper WebSocket handshake (RFC 6455, section 4.2.1). Pure.
#pragma once

#include <optional>

#include "http/framing.hpp"
#include "http/message.hpp"

namespace tributary::http {

// Whether it means to be one at all: an Upgrade field that names "websocket".
bool asks_for_upgrade(const Request& request);

// The refusal: 400 for a broken handshake, 426 for none or for another version.
std::optional<Reply> refuse_upgrade(const Request& request, const Framing& framing);

}  // namespace tributary::http
