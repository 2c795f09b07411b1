// What a browser's requests carry: the session's cookie, and the proofs that a page of ours sent
// them. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/time.hpp"
#include "http/message.hpp"

namespace tributary {

// How the desk is reached. Over https its cookies are bound to it ("__Host-", Secure); over plain
// http, which is for one's own machine, browsers would drop such cookies.
enum class Transport { https, plain_http };
Transport transport_of(std::string_view public_url);

std::string session_cookie_name(Transport transport);
// The session's secret, "" when there is none.
std::string session_secret(const http::Request& request, Transport transport);
// Values of Set-Cookie.
std::string session_cookie(std::string_view secret, Transport transport, Milliseconds lifetime);
std::string ended_session_cookie(Transport transport);

// The same for a journey to an identity provider: it must come along when another site sends the
// browser back, so it is SameSite=Lax.
std::string journey_secret(const http::Request& request, Transport transport);
std::string journey_cookie(std::string_view secret, Transport transport, Milliseconds lifetime);
std::string ended_journey_cookie(Transport transport);

// What X-CSRF-Token must say beside a session's cookie: a MAC of the session under the house's key.
std::string csrf_token(std::string_view house_key, std::string_view session_sha256);

// Origin and Sec-Fetch-Site, where they are sent, must say that the request comes from a page of
// this very origin: the configured one, or the host the request names. Denied with the reason
// "cross_site".
Result<> judge_origin(const http::Request& request, std::string_view public_url);
// Origin, and for requests that change something the token. Denied with the reason "csrf".
Result<> judge_session_request(const http::Request& request, std::string_view public_url,
                               std::string_view expected_token);

}  // namespace tributary
