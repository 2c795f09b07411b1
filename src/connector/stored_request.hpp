// The original of what a push channel was sent, as it is kept and replayed: an application/http
// message (RFC 9112, section 10.2) with the headers that normalising reads, and nothing that could
// let somebody in. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace tributary {

struct StoredRequest {
    StoredRequest() = default;
    http::Request request;
    // Which event of a batch this original stands for; empty: the only one.
    std::optional<std::size_t> event;
    // A request as write_request() wrote it, hence one that was verified; else just a body.
    bool was_received = false;
};

// `kept` are the names of headers to keep.
std::string write_request(const http::Request& request, const std::vector<std::string>& kept,
                          std::optional<std::size_t> event);
// A message of write_request(), or a bare body. Reason "malformed" when its head cannot be read.
Result<StoredRequest> read_request(std::string_view raw);

}  // namespace tributary
