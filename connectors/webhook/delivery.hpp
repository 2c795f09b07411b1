// One delivery, normalised. Pure: the same request and the same profile give the same messages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connector/connector.hpp"
#include "connectors/webhook/profile.hpp"

namespace tributary::webhook {

struct Delivery {
    Delivery() = default;
    std::vector<InboundMessage> messages;
    // Whether the body alone may tell two deliveries of one key apart (see README, "Conflicts").
    bool is_single = true;
};

// An Error refuses the whole request: 415 or 400 for what is not JSON, 422 for what is no event,
// 413 for too large a batch. What cannot be mapped is a message with `trouble`.
Result<Delivery> read_delivery(const Profile& profile, const http::Request& request);

// One original as stored, or a bare JSON body. Of a bare body nothing vouches for the sender.
Result<InboundMessage> read_original(const Profile& profile, std::string_view raw);

// The parsed body; for handshakes too.
Result<boost::json::value> read_body(const Profile& profile, const http::Request& request);

}  // namespace tributary::webhook
