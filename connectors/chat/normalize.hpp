// From a request as it was stored to the interaction it is. Pure: what the token said stands in the
// stored head, so the same bytes and settings give the same interaction, now and on replay.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/time.hpp"
#include "connector/connector.hpp"
#include "connectors/chat/activity.hpp"
#include "model/identity.hpp"

namespace tributary::chat {

// What the house knows of a request besides its bytes.
struct Session {
    Session() = default;
    std::string connector;
    std::string conversation;
    std::string user;
    std::string name;  // vouched for by the site; "" when not
    Proof proof = Proof::channel;
    Claims claims;  // typed earlier in this conversation
    Timestamp received_at;
    std::string request;  // random; keeps equal messages without an id of their own apart
};

// The stored form (connector/stored_request.hpp): a head that is ours, and the client's body byte
// for byte. Authorization is not in it.
std::string make_raw(const Session& session, std::string_view content_type, std::string_view body);
inline constexpr std::string_view raw_content_type = "application/http";

// Files and activity of an upload (multipart/form-data, RFC 7578).
struct Upload {
    Upload() = default;
    boost::json::value activity;
    std::vector<http::UploadedFile> files;
};
struct UploadLimits {
    std::size_t max_files = 20;
    std::size_t max_bytes = 25'000'000;  // all files together
};
Checked<Upload> read_upload(std::string_view content_type, std::string body,
                            const UploadLimits& limits);

// Takes what make_raw() made, or a bare activity as JSON. `region` as in normalize_phone().
Result<InboundMessage> normalize(std::string_view region, std::string_view raw);

}  // namespace tributary::chat
