#include "connectors/email/oauth.hpp"

#include <boost/json.hpp>

#include <algorithm>

#include "base/text.hpp"

namespace tributary::email {

namespace json = boost::json;

namespace {

constexpr std::int64_t max_lifetime = 10L * 365 * 24 * 3600;

std::string text_of(const json::object& object, std::string_view name) {
    const json::value* found = object.if_contains(name);
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

// Some providers send numbers as text.
std::optional<std::chrono::seconds> seconds_of(const json::object& object, std::string_view name) {
    const json::value* found = object.if_contains(name);
    if (!found) return std::nullopt;
    std::int64_t number = 0;
    if (found->is_string()) {
        const std::string text(found->get_string());
        if (text.empty() || text.size() > 10 ||
            text.find_first_not_of("0123456789") != std::string::npos)
            return std::nullopt;
        number = std::stoll(text);
    } else if (found->is_int64()) {
        number = found->get_int64();
    }
    if (number <= 0) return std::nullopt;
    return std::chrono::seconds(std::min(number, max_lifetime));
}

json::object parse_object(std::string_view text) {
    boost::system::error_code error;
    json::value value = json::parse(json::string_view(text.data(), text.size()), error);
    return !error && value.is_object() ? std::move(value.get_object()) : json::object();
}

// RFC 6749 section 5.2. What the provider says is for the log; it never holds a token.
Error to_error(int status, const json::object& reply) {
    const std::string code = text_of(reply, "error");
    std::string detail = std::to_string(status) + ' ' + code + ' ';
    detail += strip_controls(truncate_utf8(text_of(reply, "error_description"), 300), Lines::join);
    if (code == "invalid_grant" || code == "interaction_required" || code == "consent_required" ||
        code == "login_required")
        return Error(Outcome::denied, "The mail provider needs consent again.", detail)
            .with_reason("consent_needed");
    if (code == "invalid_client" || code == "unauthorized_client" || code == "invalid_scope")
        return Error(Outcome::denied,
                     "The mail provider refuses this application. Check oauth.client_id, "
                     "oauth.client_secret and oauth.scope, then reload.",
                     detail)
            .with_reason("client_refused");
    return Error(Outcome::unavailable, "The mail provider gives no access at the moment.", detail)
        .with_reason("token_endpoint");
}

void add_field(std::string& form, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (!form.empty()) form += '&';
    form += std::string(name) + '=' + percent_encode(value);
}

}  // namespace

std::optional<OAuthSettings> find_provider(std::string_view name) {
    OAuthSettings known;
    if (name == "google") {
        known.auth_url = "https://accounts.google.com/o/oauth2/v2/auth";
        known.token_url = "https://oauth2.googleapis.com/token";
        known.scope = "https://mail.google.com/";
        return known;
    }
    if (name == "microsoft") {
        known.auth_url = "https://login.microsoftonline.com/common/oauth2/v2.0/authorize";
        known.token_url = "https://login.microsoftonline.com/common/oauth2/v2.0/token";
        known.scope =
            "https://outlook.office.com/IMAP.AccessAsUser.All "
            "https://outlook.office.com/SMTP.Send offline_access";
        return known;
    }
    return std::nullopt;
}

Result<TokenReply> read_token_reply(int status, std::string_view body) {
    const json::object object = parse_object(body);
    if (status != 200) return to_error(status, object);
    TokenReply reply;
    reply.access_token = Secret(text_of(object, "access_token"));
    if (reply.access_token.empty()) return to_error(status, object);
    reply.lifetime = seconds_of(object, "expires_in").value_or(reply.lifetime);
    reply.refresh_token = Secret(text_of(object, "refresh_token"));
    reply.refresh_lifetime = seconds_of(object, "refresh_token_expires_in");
    if (!reply.refresh_lifetime) reply.refresh_lifetime = seconds_of(object, "refresh_expires_in");
    return reply;
}

std::string refresh_form(const OAuthSettings& settings, const Secret& refresh_token) {
    std::string form;
    add_field(form, "grant_type", "refresh_token");
    add_field(form, "refresh_token", refresh_token.reveal());  // to the provider that gave it
    add_field(form, "client_id", settings.client_id);
    add_field(form, "client_secret", settings.client_secret.reveal());  // likewise
    return form;
}

std::string code_form(const OAuthSettings& settings, const std::string& code,
                      const std::string& verifier, const std::string& redirect_url) {
    std::string form;
    add_field(form, "grant_type", "authorization_code");
    add_field(form, "code", code);
    add_field(form, "code_verifier", verifier);
    add_field(form, "redirect_uri", redirect_url);
    add_field(form, "client_id", settings.client_id);
    add_field(form, "client_secret", settings.client_secret.reveal());  // to its provider
    return form;
}

std::string consent_url(const OAuthSettings& settings, const std::string& state,
                        const std::string& verifier, const std::string& redirect_url,
                        const std::string& account) {
    std::string query;
    add_field(query, "response_type", "code");
    add_field(query, "client_id", settings.client_id);
    add_field(query, "redirect_uri", redirect_url);
    add_field(query, "scope", settings.scope);
    add_field(query, "state", state);
    add_field(query, "code_challenge", to_base64url(sha256(verifier)));
    add_field(query, "code_challenge_method", "S256");
    add_field(query, "login_hint", account);
    // Without these, Google gives a refresh token at the very first consent only; others ignore
    // them.
    add_field(query, "access_type", "offline");
    add_field(query, "prompt", "consent");
    const char* glue = settings.auth_url.find('?') == std::string::npos ? "?" : "&";
    return settings.auth_url + glue + query;
}

Secret to_text(const KeptToken& kept) {
    json::object object{{"token", kept.token.reveal()}, {"origin", kept.origin}};  // to be sealed
    if (kept.expires_at) object["expires_at"] = *kept.expires_at;
    return Secret(json::serialize(object));
}

std::optional<KeptToken> read_kept_token(const Secret& text) {
    const json::object object = parse_object(text.reveal());
    KeptToken kept;
    kept.token = Secret(text_of(object, "token"));
    if (kept.token.empty()) return std::nullopt;
    kept.origin = text_of(object, "origin");
    const json::value* expiry = object.if_contains("expires_at");
    if (expiry && expiry->is_int64()) kept.expires_at = expiry->get_int64();
    return kept;
}

}  // namespace tributary::email
