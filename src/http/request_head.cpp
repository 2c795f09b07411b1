#include "http/request_head.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/src.hpp>  // Beast's compiled half, once (BOOST_BEAST_SEPARATE_COMPILATION)

#include "base/text.hpp"

namespace tributary::http {
namespace {

namespace beast_http = boost::beast::http;

Method to_method(beast_http::verb verb) {
    switch (verb) {
        case beast_http::verb::get: return Method::get;
        case beast_http::verb::head: return Method::head;
        case beast_http::verb::post: return Method::post;
        case beast_http::verb::put: return Method::put;
        case beast_http::verb::patch: return Method::patch;
        case beast_http::verb::delete_: return Method::delete_;
        case beast_http::verb::options: return Method::options;
        default: return Method::other;
    }
}

Error bad(std::string sentence, std::string detail = {}) {
    return Error(Outcome::rejected, std::move(sentence), std::move(detail))
        .with_reason("bad_request");
}

// Servers must take the absolute form (RFC 9112, section 3.2.2); its authority says no more than
// Host does.
std::string_view origin_form(std::string_view target) {
    for (std::string_view scheme : {"http://", "https://"}) {
        if (!starts_with_ignoring_case(target, scheme)) continue;
        const auto path = target.find_first_of("/?", scheme.size());
        if (path == std::string_view::npos) return "/";
        return target[path] == '/' ? target.substr(path) : std::string_view();
    }
    return target;
}

bool is_safe_segment(std::string_view segment) {
    if (segment == "." || segment == ".." || !is_valid_utf8(segment)) return false;
    return std::ranges::none_of(
        segment, [](unsigned char c) { return c < 0x20 || c == 0x7f || c == '/' || c == '\\'; });
}

std::string normal_address(std::string_view text) {
    boost::system::error_code error;
    auto address = boost::asio::ip::make_address(std::string(text), error);
    if (error) return {};
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        address = boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
    return address.to_string();
}

}  // namespace

Result<Request> parse_head(std::string_view head) {
    beast_http::request_parser<beast_http::empty_body> parser;
    // Both were checked before; the body never passes through this parser.
    parser.header_limit(static_cast<std::uint32_t>(head.size() + 1));
    parser.body_limit(boost::none);
    boost::system::error_code error;
    parser.put(boost::asio::buffer(head.data(), head.size()), error);
    if (error || !parser.is_header_done())
        return bad("The request is malformed.", error ? error.message() : "header not complete");
    const auto& message = parser.get();

    Request request;
    request.method = to_method(message.method());
    request.method_name = message.method_string();
    request.target = message.target();
    for (const auto& field : message)
        request.headers.add(std::string(field.name_string()), std::string(field.value()));

    const std::string_view target = origin_form(request.target);
    if (!target.starts_with('/') && request.target != "*")
        return bad("The request target is malformed.");
    const auto mark = target.find('?');
    request.path = decode_path(target.substr(0, mark)).value_or("");
    if (mark != std::string_view::npos) {
        auto query = parse_urlencoded(target.substr(mark + 1));
        if (!query) return bad("The query holds too many fields.");
        request.query = std::move(*query);
    }
    return request;
}

std::optional<std::string> decode_path(std::string_view path) {
    if (!path.starts_with('/') || path.find_first_of("\\;#") != std::string_view::npos)
        return std::nullopt;
    std::string decoded;
    decoded.reserve(path.size());
    const auto segments = split(path.substr(1), '/');
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const auto segment = percent_decode(segments[i], Plus::is_plus);
        const bool may_be_empty = i + 1 == segments.size();
        if (!segment || !is_safe_segment(*segment) || (segment->empty() && !may_be_empty))
            return std::nullopt;
        decoded += '/';
        decoded += *segment;
    }
    return decoded;
}

std::string client_address(const Headers& headers, const std::string& socket_peer,
                           const std::vector<std::string>& trusted_proxies) {
    const auto is_trusted = [&](const std::string& address) {
        return std::ranges::any_of(trusted_proxies, [&](const std::string& proxy) {
            return normal_address(proxy) == address;
        });
    };
    std::string client = normal_address(socket_peer);
    if (trusted_proxies.empty() || !is_trusted(client))
        return client.empty() ? socket_peer : client;
    std::vector<std::string_view> hops;
    for (const auto& [name, value] : headers.all()) {
        if (!equals_ignoring_case(name, "X-Forwarded-For")) continue;
        for (std::string_view hop : split(value, ','))
            hops.push_back(trim(hop));
    }
    // Each trusted hop vouches for the one before it; whatever stands further left may be invented.
    while (!hops.empty() && is_trusted(client)) {
        const std::string hop = normal_address(hops.back());
        if (hop.empty()) break;
        client = hop;
        hops.pop_back();
    }
    return client;
}

}  // namespace tributary::http
