#include "connectors/chat/seal.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/crypto.hpp"
#include "base/text.hpp"

namespace tributary::chat {
namespace {

constexpr std::size_t max_sealed_bytes = 4096;
constexpr std::string_view pass_purpose = "chat-token";
constexpr std::string_view stream_purpose = "chat-stream";
constexpr std::string_view file_purpose = "chat-file";
constexpr std::string_view conversation_purpose = "chat-conversation";

constexpr std::string_view header = R"({"alg":"house","typ":"JWT"})";
constexpr std::size_t conversation_random_bytes = 15;
constexpr std::size_t conversation_mac_bytes = 9;

std::string text_of(const boost::json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

// NumericDate of RFC 7519, section 2: seconds.
Timestamp time_of(const boost::json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value && value->is_int64() ? from_unix_ms(value->get_int64() * 1000) : Timestamp();
}

std::int64_t seconds_of(Timestamp at) {
    return unix_ms(at) / 1000;
}

std::string conversation_mac(const Signer& sign, std::string_view random) {
    return to_base64url(
        sha256(sign(conversation_purpose, random)).substr(0, conversation_mac_bytes));
}

}  // namespace

std::string seal(const Signer& sign, std::string_view purpose, const boost::json::object& payload) {
    auto text = to_base64url(header) + "." + to_base64url(boost::json::serialize(payload));
    auto mac = to_base64url(sign(purpose, text));
    return text + "." + mac;
}

std::optional<boost::json::object> unseal(const Signer& sign, std::string_view purpose,
                                          std::string_view sealed) {
    if (sealed.size() > max_sealed_bytes) return std::nullopt;
    const auto end = sealed.rfind('.');
    if (end == std::string_view::npos) return std::nullopt;
    const auto signed_part = sealed.substr(0, end);
    if (!equal_in_constant_time(to_base64url(sign(purpose, signed_part)), sealed.substr(end + 1)))
        return std::nullopt;
    const auto start = signed_part.find('.');
    if (start == std::string_view::npos) return std::nullopt;
    const auto json = from_base64url(signed_part.substr(start + 1));
    if (!json) return std::nullopt;
    boost::system::error_code error;
    auto value = boost::json::parse(*json, error);
    if (error || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

std::string make_conversation_id(const Signer& sign) {
    auto random = random_token(conversation_random_bytes);
    return random + conversation_mac(sign, random);
}

bool is_conversation_id(const Signer& sign, std::string_view id) {
    constexpr std::size_t random_size = conversation_random_bytes * 4 / 3;
    if (id.size() <= random_size) return false;
    return equal_in_constant_time(conversation_mac(sign, id.substr(0, random_size)),
                                  id.substr(random_size));
}

std::string seal_pass(const Signer& sign, const Pass& pass) {
    boost::json::object payload;
    payload["conv"] = pass.conversation;
    payload["user"] = pass.user;
    if (!pass.name.empty()) payload["name"] = pass.name;
    if (!pass.origin.empty()) payload["origin"] = pass.origin;
    payload["proof"] = to_string(pass.proof);
    payload["exp"] = seconds_of(pass.expires);
    return seal(sign, pass_purpose, payload);
}

std::optional<Pass> unseal_pass(const Signer& sign, std::string_view token) {
    const auto payload = unseal(sign, pass_purpose, token);
    if (!payload) return std::nullopt;
    Pass pass;
    pass.conversation = text_of(*payload, "conv");
    pass.user = text_of(*payload, "user");
    pass.name = text_of(*payload, "name");
    pass.origin = text_of(*payload, "origin");
    pass.proof = parse_proof(text_of(*payload, "proof")).value_or(Proof::claimed);
    pass.expires = time_of(*payload, "exp");
    return pass;
}

std::string seal_stream(const Signer& sign, const StreamTicket& ticket) {
    boost::json::object payload;
    payload["conv"] = ticket.conversation;
    if (!ticket.origin.empty()) payload["origin"] = ticket.origin;
    payload["jti"] = ticket.nonce;
    payload["exp"] = seconds_of(ticket.expires);
    return seal(sign, stream_purpose, payload);
}

std::optional<StreamTicket> unseal_stream(const Signer& sign, std::string_view text) {
    const auto payload = unseal(sign, stream_purpose, text);
    if (!payload) return std::nullopt;
    StreamTicket ticket;
    ticket.conversation = text_of(*payload, "conv");
    ticket.origin = text_of(*payload, "origin");
    ticket.nonce = text_of(*payload, "jti");
    ticket.expires = time_of(*payload, "exp");
    return ticket;
}

std::string seal_file(const Signer& sign, const FileTicket& ticket) {
    boost::json::object payload;
    payload["conv"] = ticket.conversation;
    payload["file"] = ticket.attachment;
    payload["type"] = ticket.content_type;
    payload["exp"] = seconds_of(ticket.expires);
    return seal(sign, file_purpose, payload);
}

std::optional<FileTicket> unseal_file(const Signer& sign, std::string_view text) {
    const auto payload = unseal(sign, file_purpose, text);
    if (!payload) return std::nullopt;
    FileTicket ticket;
    ticket.conversation = text_of(*payload, "conv");
    ticket.attachment = text_of(*payload, "file");
    ticket.content_type = text_of(*payload, "type");
    ticket.expires = time_of(*payload, "exp");
    return ticket;
}

}  // namespace tributary::chat
