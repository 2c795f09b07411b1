// Self-contained tokens: what a visitor's pass, a stream's address and a file's address say is
// signed into them, so that nothing has to be kept and a restart forgets nobody.
#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/time.hpp"
#include "model/identity.hpp"

namespace tributary::chat {

// The house's MAC, bound to this connector: (purpose, payload) to opaque bytes.
using Signer = std::function<std::string(std::string_view purpose, std::string_view payload)>;

// "header.payload.mac", each base64url. JWT's shape (RFC 7519, section 3), so that Direct Line
// clients can read `user` from a token; the MAC is the house's own.
std::string seal(const Signer& sign, std::string_view purpose, const boost::json::object& payload);
// The payload, if the MAC is right; the comparison takes the same time wherever they differ.
std::optional<boost::json::object> unseal(const Signer& sign, std::string_view purpose,
                                          std::string_view sealed);

// Conversation ids prove themselves too: nobody can make one up, whoever's token they hold.
std::string make_conversation_id(const Signer& sign);
bool is_conversation_id(const Signer& sign, std::string_view id);

// Who talks, in which conversation, from where.
struct Pass {
    Pass() = default;
    std::string conversation;
    std::string user;    // "dl_…" for anonymous visitors; the site's own id for vouched users
    std::string name;    // as the site's server gave it; "" when unknown
    std::string origin;  // normalised; "" when bound to none
    Proof proof = Proof::channel;
    Timestamp expires;
};
std::string seal_pass(const Signer& sign, const Pass& pass);
std::optional<Pass> unseal_pass(const Signer& sign, std::string_view token);

// The address of one conversation's stream; opens once.
struct StreamTicket {
    StreamTicket() = default;
    std::string conversation;
    std::string origin;
    std::string nonce;
    Timestamp expires;
};
std::string seal_stream(const Signer& sign, const StreamTicket& ticket);
std::optional<StreamTicket> unseal_stream(const Signer& sign, std::string_view text);

// The address of one file of one conversation.
struct FileTicket {
    FileTicket() = default;
    std::string conversation;
    std::string attachment;  // AttachmentId as text
    std::string content_type;
    Timestamp expires;
};
std::string seal_file(const Signer& sign, const FileTicket& ticket);
std::optional<FileTicket> unseal_file(const Signer& sign, std::string_view text);

}  // namespace tributary::chat
