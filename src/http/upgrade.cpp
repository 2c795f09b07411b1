#include "http/upgrade.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/text.hpp"

namespace tributary::http {
namespace {

Reply bad_handshake(std::string sentence) {
    return Reply::problem(Error(Outcome::rejected, std::move(sentence)).with_reason("bad_request"));
}

Reply upgrade_required() {
    Reply reply = Reply::problem(Error(Outcome::rejected, "Speak WebSocket version 13 here.")
                                     .with_reason("upgrade_required"));
    reply.headers.set("Upgrade", "websocket");
    reply.headers.set("Sec-WebSocket-Version", "13");
    return reply;
}

}  // namespace

bool asks_for_upgrade(const Request& request) {
    return std::ranges::any_of(split(request.headers.get("Upgrade"), ','),
                               [](std::string_view protocol) {
                                   return equals_ignoring_case(trim(protocol), "websocket");
                               });
}

std::optional<Reply> refuse_upgrade(const Request& request, const Framing& framing) {
    if (!framing.has_upgrade || !asks_for_upgrade(request)) return upgrade_required();
    if (framing.content_length > 0) return bad_handshake("A WebSocket handshake has no body.");
    if (request.headers.count("Sec-WebSocket-Version") != 1 ||
        request.headers.get("Sec-WebSocket-Version") != "13")
        return upgrade_required();
    const auto key = from_base64(request.headers.get("Sec-WebSocket-Key"));
    if (request.headers.count("Sec-WebSocket-Key") != 1 || !key || key->size() != 16)
        return bad_handshake("The Sec-WebSocket-Key is not right.");
    return std::nullopt;
}

}  // namespace tributary::http
