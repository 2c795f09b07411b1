// Who may do what: secrets, tokens, origins and the addresses made from them. It keeps nothing but
// the stream tickets that were used in the last minute. I/O thread only.
#pragma once

#include <string>
#include <unordered_map>

#include "connectors/chat/endpoint.hpp"
#include "connectors/chat/options.hpp"
#include "connectors/chat/refusal.hpp"
#include "connectors/chat/seal.hpp"
#include "model/interaction.hpp"

namespace tributary::chat {

// Somebody who was let in.
struct Visit {
    Visit() = default;
    Pass pass;
    // With the secret: a site's server, which may speak for any user of any conversation.
    bool is_by_secret = false;
};

class Gate {
 public:
    // `base_url`: where this connector is mounted, without trailing slash.
    Gate(const Options& options, Signer sign, const Clock& clock, std::string base_url);

    // The Origin header, if there is one, belongs to a site that may use this chat.
    bool welcomes_origin(const http::Request& request) const;

    // The bearer of a secret or of a token that is good for `conversation`.
    Checked<Visit> admit(const http::Request& request, const std::string& conversation) const;
    // As admit(), but an anonymous visitor's token may have run out a while ago.
    Checked<Visit> admit_for_refresh(const http::Request& request) const;
    // A page of an allowed site without any token yet.
    Checked<Visit> admit_stranger(const http::Request& request) const;
    bool bears_secret(const http::Request& request) const;
    bool is_conversation(std::string_view id) const { return is_conversation_id(sign_, id); }

    // Fills in what is missing (a conversation, a visitor's id) and the time it ends.
    Pass renew(Pass pass) const;
    std::string token_of(const Pass& pass) const { return seal_pass(sign_, pass); }
    std::string stream_url(const Pass& pass, std::int64_t watermark) const;
    std::string file_url(const std::string& conversation, const Attachment& attachment) const;

    // The conversation whose stream the request may open. Once per ticket.
    Checked<std::string> open_stream(const http::Request& request, const Place& place);
    Checked<FileTicket> admit_file(const http::Request& request, const Place& place) const;

 private:
    Checked<Visit> read_bearer(const http::Request& request) const;
    bool comes_from(const http::Request& request, const std::string& origin) const;

    const Options& options_;
    Signer sign_;
    const Clock& clock_;
    std::string base_url_;
    std::string own_origin_;
    std::unordered_map<std::string, Timestamp> used_tickets_;  // nonce to end
};

}  // namespace tributary::chat
