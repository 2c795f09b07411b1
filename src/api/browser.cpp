#include "api/browser.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/text.hpp"

namespace tributary {
namespace {

// "https://desk.example.com" of "https://desk.example.com/path".
std::string_view origin_of(std::string_view url) {
    const std::size_t host = url.find("://");
    if (host == std::string_view::npos) return url;
    return url.substr(0, url.find('/', host + 3));
}

bool is_safe(http::Method method) {
    return method == http::Method::get || method == http::Method::head ||
           method == http::Method::options;
}

// `site`: "Strict" or "Lax".
std::string set_cookie(const std::string& name, std::string_view value, Transport transport,
                       const char* site, Milliseconds lifetime) {
    const auto seconds = std::chrono::duration_cast<Seconds>(lifetime).count();
    return name + "=" + std::string(value) + "; Max-Age=" + std::to_string(seconds) +
           "; Path=/; HttpOnly; SameSite=" + site +
           (transport == Transport::https ? "; Secure" : "");
}

std::string journey_cookie_name(Transport transport) {
    return transport == Transport::https ? "__Host-tributary-journey" : "tributary-journey";
}

Error cross_site() {
    return Error(Outcome::denied, "This request comes from another site.")
        .with_reason("cross_site");
}

}  // namespace

Transport transport_of(std::string_view public_url) {
    return public_url.starts_with("https://") ? Transport::https : Transport::plain_http;
}

std::string session_cookie_name(Transport transport) {
    return transport == Transport::https ? "__Host-tributary-session" : "tributary-session";
}

std::string session_secret(const http::Request& request, Transport transport) {
    return http::cookie(request, session_cookie_name(transport));
}

std::string session_cookie(std::string_view secret, Transport transport, Milliseconds lifetime) {
    return set_cookie(session_cookie_name(transport), secret, transport, "Strict", lifetime);
}

std::string ended_session_cookie(Transport transport) {
    return session_cookie("", transport, Milliseconds(0));
}

std::string journey_secret(const http::Request& request, Transport transport) {
    return http::cookie(request, journey_cookie_name(transport));
}

std::string journey_cookie(std::string_view secret, Transport transport, Milliseconds lifetime) {
    return set_cookie(journey_cookie_name(transport), secret, transport, "Lax", lifetime);
}

std::string ended_journey_cookie(Transport transport) {
    return journey_cookie("", transport, Milliseconds(0));
}

std::string csrf_token(std::string_view house_key, std::string_view session_sha256) {
    return to_base64url(
        hmac(HashAlgorithm::sha256, house_key, "csrf " + std::string(session_sha256)));
}

Result<> judge_origin(const http::Request& request, std::string_view public_url) {
    const std::string_view site = request.headers.get("Sec-Fetch-Site");
    if (!site.empty() && site != "same-origin" && site != "none") return cross_site();
    if (!request.headers.has("Origin")) return {};
    const std::string_view origin = request.headers.get("Origin");
    const std::string host(request.headers.get("Host"));
    const bool is_ours = equals_ignoring_case(origin, origin_of(public_url)) ||
                         equals_ignoring_case(origin, "http://" + host) ||
                         equals_ignoring_case(origin, "https://" + host);
    if (!is_ours || request.headers.count("Origin") != 1) return cross_site();
    return {};
}

Result<> judge_session_request(const http::Request& request, std::string_view public_url,
                               std::string_view expected_token) {
    if (const auto ours = judge_origin(request, public_url); !ours) return ours;
    if (is_safe(request.method)) return {};
    if (equal_in_constant_time(request.headers.get("X-CSRF-Token"), expected_token)) return {};
    return Error(Outcome::denied, "Send the session's token in X-CSRF-Token.").with_reason("csrf");
}

}  // namespace tributary
