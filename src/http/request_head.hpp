// A delimited, judged head turned into a Request. Pure; the only user of the HTTP parser.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "http/message.hpp"

namespace tributary::http {

// Everything but body, peer and is_tls. An error is a breach of the grammar (reason "bad_request").
// A path that no route may see comes out empty, so that it ends like any other unknown one.
Result<Request> parse_head(std::string_view head);

// The decoded path: absolute, no dot segments, no empty ones but a last, valid UTF-8, no controls,
// no backslash or semicolon and no slash that came encoded. nullopt otherwise: nothing is tidied
// up, as whoever checks a path before us might tidy it up differently.
std::optional<std::string> decode_path(std::string_view path);

// Who speaks: the socket's peer, or behind trusted proxies the last address in X-Forwarded-For that
// is none of theirs.
std::string client_address(const Headers& headers, const std::string& socket_peer,
                           const std::vector<std::string>& trusted_proxies);

}  // namespace tributary::http
