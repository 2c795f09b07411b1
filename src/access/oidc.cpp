#include "access/oidc.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdlib>

#include "base/text.hpp"

namespace tributary::oidc {
namespace json = boost::json;
namespace {

constexpr std::size_t kMostDocumentBytes = 256'000;
constexpr std::int64_t kSkewSeconds = 60;          // of the provider's clock
constexpr std::int64_t kOldestTokenSeconds = 600;  // a token is asked for and read at once
constexpr std::size_t kMostSubjectBytes = 255;     // section 2

Error refused(const char* why) {
    return Error(Outcome::rejected, "The provider's answer is not valid.", why);
}

std::optional<json::object> parse_object(std::string_view text) {
    if (text.size() > kMostDocumentBytes) return std::nullopt;
    boost::system::error_code error;
    json::value value = json::parse(text, error);
    if (error || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

std::string text_of(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

// Seconds since 1970; a fraction is dropped.
std::optional<std::int64_t> seconds_of(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    if (!value) return std::nullopt;
    if (value->is_int64()) return value->get_int64();
    if (value->is_double() && value->get_double() > 0 && value->get_double() < 1e11)
        return static_cast<std::int64_t>(value->get_double());
    return std::nullopt;
}

bool is_on_this_machine(std::string_view url) {
    for (const std::string_view begin : {"http://127.0.0.1:", "http://[::1]:", "http://localhost:"})
        if (url.starts_with(begin)) return true;
    return false;
}

bool is_safe_address(std::string_view url, std::string_view issuer) {
    return url.starts_with("https://") || (is_on_this_machine(issuer) && is_on_this_machine(url));
}

bool holds(const json::value* list, std::string_view text) {
    if (!list || !list->is_array()) return false;
    const json::array& texts = list->get_array();
    return std::any_of(texts.begin(), texts.end(), [&](const json::value& one) {
        return one.is_string() && one.get_string() == text;
    });
}

bool is_audience(const json::object& claims, const std::string& client_id) {
    const json::value* audience = claims.if_contains("aud");
    const std::string party = text_of(claims, "azp");
    if (claims.contains("azp") && party != client_id) return false;
    if (audience && audience->is_string()) return audience->get_string() == client_id;
    if (!holds(audience, client_id)) return false;
    return audience->get_array().size() == 1 || party == client_id;
}

}  // namespace

std::string discovery_address(std::string_view issuer) {
    std::string address(issuer);
    while (!address.empty() && address.back() == '/')
        address.pop_back();
    return address + "/.well-known/openid-configuration";
}

Result<Metadata> read_metadata(std::string_view document, std::string_view issuer) {
    const auto object = parse_object(document);
    if (!object) return refused("malformed discovery document");
    if (text_of(*object, "issuer") != issuer) return refused("another issuer's document");
    Metadata metadata;
    metadata.authorization_endpoint = text_of(*object, "authorization_endpoint");
    metadata.token_endpoint = text_of(*object, "token_endpoint");
    metadata.jwks_uri = text_of(*object, "jwks_uri");
    for (const std::string& url :
         {metadata.authorization_endpoint, metadata.token_endpoint, metadata.jwks_uri})
        if (!is_safe_address(url, issuer)) return refused("an address that is not https");
    const json::value* names =
        object->if_contains("authorization_response_iss_parameter_supported");
    metadata.names_issuer = names && names->is_bool() && names->get_bool();
    const json::value* methods = object->if_contains("token_endpoint_auth_methods_supported");
    metadata.wants_secret_in_form =
        holds(methods, "client_secret_post") && !holds(methods, "client_secret_basic");
    return metadata;
}

Journey begin_journey() {
    Journey journey;
    journey.state = random_token(32);
    journey.nonce = random_token(32);
    journey.verifier = random_token(32);
    journey.browser = random_token(32);
    return journey;
}

std::string journey_address(const Options& options, const Metadata& metadata,
                            const Journey& journey, std::string_view redirect_uri) {
    const char glue = metadata.authorization_endpoint.find('?') == std::string::npos ? '?' : '&';
    return metadata.authorization_endpoint + glue +
           "response_type=code&scope=openid&client_id=" + percent_encode(options.client_id) +
           "&redirect_uri=" + percent_encode(redirect_uri) + "&state=" + journey.state +
           "&nonce=" + journey.nonce + "&code_challenge=" + to_base64url(sha256(journey.verifier)) +
           "&code_challenge_method=S256";
}

std::string code_form(const Options& options, const Metadata& metadata, std::string_view code,
                      std::string_view verifier, std::string_view redirect_uri) {
    std::string form = "grant_type=authorization_code&code=" + percent_encode(code) +
                       "&redirect_uri=" + percent_encode(redirect_uri) +
                       "&code_verifier=" + percent_encode(verifier) +
                       "&client_id=" + percent_encode(options.client_id);
    if (metadata.wants_secret_in_form)
        // Where the provider wants it.
        form += "&client_secret=" + percent_encode(options.client_secret.reveal());
    return form;
}

std::string client_authorization(const Options& options, const Metadata& metadata) {
    if (metadata.wants_secret_in_form || options.client_secret.empty()) return {};
    return "Basic " + to_base64(percent_encode(options.client_id) + ":" +
                                percent_encode(options.client_secret.reveal()));
}

Result<std::string> read_id_token(int status, std::string_view body) {
    const auto object = parse_object(body);
    if (status != 200 || !object) return refused("no token for this code");
    const std::string token = text_of(*object, "id_token");
    if (token.empty()) return refused("no id token");
    return token;
}

Result<std::string> judge_claims(const json::object& claims, const Options& options,
                                 std::string_view nonce, Timestamp at) {
    const std::int64_t now = unix_ms(at) / 1000;
    if (text_of(claims, "iss") != options.issuer) return refused("another issuer");
    if (!is_audience(claims, options.client_id)) return refused("meant for another audience");
    const auto expires = seconds_of(claims, "exp");
    if (!expires || *expires + kSkewSeconds <= now) return refused("expired");
    const auto issued = seconds_of(claims, "iat");
    if (!issued || *issued > now + kSkewSeconds || *issued + kOldestTokenSeconds < now)
        return refused("issued at another time");
    const auto begins = seconds_of(claims, "nbf");
    if (begins && *begins > now + kSkewSeconds) return refused("not valid yet");
    if (nonce.empty() || !equal_in_constant_time(text_of(claims, "nonce"), nonce))
        return refused("another journey's nonce");
    const std::string subject = text_of(claims, "sub");
    if (subject.empty() || subject.size() > kMostSubjectBytes) return refused("no subject");
    return subject;
}

}  // namespace tributary::oidc
