#include "connectors/chat/gate.hpp"

#include "base/crypto.hpp"
#include "base/text.hpp"

namespace tributary::chat {
namespace {

constexpr Seconds stream_ticket_lifetime{60};
constexpr std::string_view anonymous_prefix = "dl_";  // Direct Line's mark of a token-bound user id
constexpr std::string_view bearer_scheme = "Bearer ";

std::string_view bearer_of(const http::Request& request) {
    const auto field = request.headers.get("Authorization");
    if (!starts_with_ignoring_case(field, bearer_scheme)) return {};
    return trim(field.substr(bearer_scheme.size()));
}

std::string origin_of_url(std::string_view url) {
    const auto authority = url.find("://");
    if (authority == std::string_view::npos) return {};
    return normalize_origin(url.substr(0, url.find('/', authority + 3)));
}

}  // namespace

Gate::Gate(const Options& options, Signer sign, const Clock& clock, std::string base_url)
    : options_(options),
      sign_(std::move(sign)),
      clock_(clock),
      base_url_(std::move(base_url)),
      own_origin_(origin_of_url(base_url_)) {}

bool Gate::welcomes_origin(const http::Request& request) const {
    return !request.headers.has("Origin") || options_.allows_origin(request.headers.get("Origin"));
}

bool Gate::bears_secret(const http::Request& request) const {
    return !options_.secret.empty() &&
           equal_in_constant_time(bearer_of(request), options_.secret.reveal());  // compared only
}

bool Gate::comes_from(const http::Request& request, const std::string& origin) const {
    if (request.headers.has("Origin"))
        return normalize_origin(request.headers.get("Origin")) == origin;
    // A page of our own sends no Origin with GET (Fetch standard, "append a request Origin
    // header").
    return origin == own_origin_ && request.method == http::Method::get;
}

Checked<Visit> Gate::read_bearer(const http::Request& request) const {
    if (!welcomes_origin(request)) return Refusal::wrong_origin;
    Visit visit;
    if (bears_secret(request)) {
        visit.is_by_secret = true;
        visit.pass.origin = normalize_origin(request.headers.get("Origin"));
        // A secret that comes from a page is a secret no more: it opens, but vouches for nobody.
        visit.pass.proof = visit.pass.origin.empty() ? Proof::signed_by_host : Proof::claimed;
        return visit;
    }
    auto pass = unseal_pass(sign_, bearer_of(request));
    if (!pass) return Refusal::unauthorized;
    if (!pass->origin.empty() && !comes_from(request, pass->origin)) return Refusal::wrong_origin;
    visit.pass = std::move(*pass);
    return visit;
}

Checked<Visit> Gate::admit(const http::Request& request, const std::string& conversation) const {
    auto visit = read_bearer(request);
    if (!visit) return visit;
    if (visit->is_by_secret) {
        if (!conversation.empty() && !is_conversation(conversation)) return Refusal::not_found;
        visit->pass.conversation = conversation;
        return visit;
    }
    if (visit->pass.expires <= clock_.now()) return Refusal::token_expired;
    if (!conversation.empty() && visit->pass.conversation != conversation)
        return Refusal::not_found;
    return visit;
}

Checked<Visit> Gate::admit_for_refresh(const http::Request& request) const {
    auto visit = read_bearer(request);
    if (!visit) return visit;
    if (visit->is_by_secret) return Refusal::unauthorized;
    const auto& pass = visit->pass;
    // Who has no site's login to ask for a new token keeps the conversation with the old one.
    const bool is_anonymous = pass.proof == Proof::channel && !pass.origin.empty();
    const auto last = is_anonymous ? pass.expires + options_.resume_within : pass.expires;
    if (last <= clock_.now()) return Refusal::token_expired;
    return visit;
}

Checked<Visit> Gate::admit_stranger(const http::Request& request) const {
    if (!welcomes_origin(request)) return Refusal::wrong_origin;
    if (!request.headers.has("Origin")) return Refusal::unauthorized;
    Visit visit;
    visit.pass.origin = normalize_origin(request.headers.get("Origin"));
    return visit;
}

Pass Gate::renew(Pass pass) const {
    if (pass.conversation.empty()) pass.conversation = make_conversation_id(sign_);
    if (pass.user.empty()) {
        pass.user = std::string(anonymous_prefix) + random_token();
        pass.proof = Proof::channel;
    }
    pass.expires = clock_.now() + options_.token_lifetime;
    return pass;
}

std::string Gate::stream_url(const Pass& pass, std::int64_t watermark) const {
    StreamTicket ticket;
    ticket.conversation = pass.conversation;
    ticket.origin = pass.origin;
    ticket.nonce = random_token(12);
    ticket.expires = clock_.now() + stream_ticket_lifetime;
    auto url = base_url_;
    if (url.starts_with("http")) url.replace(0, 4, "ws");  // https becomes wss
    url += "/v3/directline/conversations/" + pass.conversation + "/stream?";
    if (watermark > 0) url += "watermark=" + std::to_string(watermark) + "&";
    return url + "t=" + seal_stream(sign_, ticket);
}

std::string Gate::file_url(const std::string& conversation, const Attachment& attachment) const {
    FileTicket ticket;
    ticket.conversation = conversation;
    ticket.attachment = attachment.id.text();
    ticket.content_type = attachment.content_type;
    ticket.expires = clock_.now() + options_.token_lifetime;
    const auto name = attachment.filename.empty() ? "file" : percent_encode(attachment.filename);
    return base_url_ + "/v3/directline/conversations/" + conversation + "/attachments/" +
           ticket.attachment + "/" + name + "?t=" + seal_file(sign_, ticket);
}

Checked<std::string> Gate::open_stream(const http::Request& request, const Place& place) {
    if (!welcomes_origin(request)) return Refusal::wrong_origin;
    auto ticket = unseal_stream(sign_, http::find_field(request.query, "t").value_or(""));
    if (!ticket) return Refusal::unauthorized;
    // Browsers name the origin of every WebSocket (RFC 6455, section 10.2), our own pages' too.
    if (!ticket->origin.empty() &&
        normalize_origin(request.headers.get("Origin")) != ticket->origin)
        return Refusal::wrong_origin;
    if (ticket->conversation != place.conversation) return Refusal::not_found;
    const auto now = clock_.now();
    if (ticket->expires <= now) return Refusal::token_expired;
    std::erase_if(used_tickets_, [now](const auto& used) { return used.second <= now; });
    if (!used_tickets_.try_emplace(ticket->nonce, ticket->expires).second)
        return Refusal::token_expired;
    return std::move(ticket->conversation);
}

Checked<FileTicket> Gate::admit_file(const http::Request& request, const Place& place) const {
    if (!welcomes_origin(request)) return Refusal::wrong_origin;
    auto ticket = unseal_file(sign_, http::find_field(request.query, "t").value_or(""));
    if (!ticket) return Refusal::unauthorized;
    if (ticket->conversation != place.conversation || ticket->attachment != place.attachment)
        return Refusal::not_found;
    if (ticket->expires <= clock_.now()) return Refusal::token_expired;
    return std::move(*ticket);
}

}  // namespace tributary::chat
