#include "http/message.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "base/text.hpp"
#include "http/status.hpp"

namespace tributary::http {

std::string_view to_string(Method method) {
    switch (method) {
        case Method::get: return "GET";
        case Method::head: return "HEAD";
        case Method::post: return "POST";
        case Method::put: return "PUT";
        case Method::patch: return "PATCH";
        case Method::delete_: return "DELETE";
        case Method::options: return "OPTIONS";
        case Method::other: return "OTHER";
    }
    return "OTHER";
}

void Headers::add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string name, std::string value) {
    std::erase_if(fields_,
                  [&](const auto& field) { return equals_ignoring_case(field.first, name); });
    add(std::move(name), std::move(value));
}

std::string_view Headers::get(std::string_view name) const {
    for (const auto& [key, value] : fields_) {
        if (equals_ignoring_case(key, name)) return value;
    }
    return {};
}

bool Headers::has(std::string_view name) const {
    return count(name) > 0;
}

std::size_t Headers::count(std::string_view name) const {
    return static_cast<std::size_t>(std::ranges::count_if(
        fields_, [&](const auto& field) { return equals_ignoring_case(field.first, name); }));
}

std::optional<std::string> find_field(const Fields& fields, std::string_view name) {
    for (const auto& [key, value] : fields) {
        if (key == name) return value;
    }
    return std::nullopt;
}

namespace {

Reply make_reply(int status, const char* content_type, std::string body) {
    Reply reply(status);
    reply.headers.add("Content-Type", content_type);
    reply.body = std::move(body);
    return reply;
}

struct ReasonStatus {
    std::string_view reason;
    int status;
};

constexpr std::chrono::seconds kComeAgain{5};  // where nobody knows better

// Reasons whose status is more exact than their outcome's.
constexpr std::array kReasonStatuses = {
    ReasonStatus{"bad_request", 400},        ReasonStatus{"malformed_body", 400},
    ReasonStatus{"malformed_json", 400},     ReasonStatus{"unauthenticated", 401},
    ReasonStatus{"code_needed", 401},        ReasonStatus{"method_not_allowed", 405},
    ReasonStatus{"request_timeout", 408},    ReasonStatus{"length_required", 411},
    ReasonStatus{"stale_version", 412},      ReasonStatus{"too_large", 413},
    ReasonStatus{"target_too_long", 414},    ReasonStatus{"unsupported_media_type", 415},
    ReasonStatus{"expectation_failed", 417}, ReasonStatus{"upgrade_required", 426},
    ReasonStatus{"too_many_requests", 429},  ReasonStatus{"header_too_large", 431},
    ReasonStatus{"internal", 500},           ReasonStatus{"version_not_supported", 505},
};

}  // namespace

Reply Reply::json(int status, const boost::json::value& value) {
    return make_reply(status, "application/json", boost::json::serialize(value));
}

Reply Reply::text(int status, std::string text) {
    return make_reply(status, "text/plain; charset=utf-8", std::move(text));
}

Reply Reply::html(int status, std::string html) {
    return make_reply(status, "text/html; charset=utf-8", std::move(html));
}

Reply Reply::redirect(std::string location) {
    Reply reply(303);
    reply.headers.add("Location", std::move(location));
    return reply;
}

int status_of(const Error& error) {
    if (!error.reason.empty()) {
        const auto* exact = std::ranges::find(kReasonStatuses, error.reason, &ReasonStatus::reason);
        if (exact != kReasonStatuses.end()) return exact->status;
    }
    switch (error.outcome) {
        case Outcome::invalid: return 422;
        case Outcome::not_found: return 404;
        case Outcome::conflict: return 409;
        case Outcome::denied: return 403;
        case Outcome::unavailable: return 503;
        case Outcome::rejected: return 400;
    }
    return 500;
}

Reply Reply::problem(const Error& error) {
    const int status = status_of(error);
    boost::json::object body;
    body["type"] = error.reason.empty() ? std::string_view("about:blank") : error.reason;
    body["title"] = status_phrase(status);
    body["status"] = status;
    if (!error.message.empty()) body["detail"] = to_valid_utf8(error.message);
    if (!error.fields.empty()) {
        boost::json::array& errors = body["errors"].emplace_array();
        for (const FieldError& field : error.fields) {
            errors.push_back({{"pointer", to_valid_utf8(field.pointer)},
                              {"detail", to_valid_utf8(field.detail)}});
        }
    }
    if (!error.reason.empty()) body["reason"] = error.reason;
    Reply reply = make_reply(status, "application/problem+json", boost::json::serialize(body));
    if (error.retry_after || status == 503) {
        // Zero would invite an immediate retry.
        const auto seconds =
            std::max<std::int64_t>(error.retry_after.value_or(kComeAgain).count(), 1);
        reply.headers.add("Retry-After", std::to_string(seconds));
    }
    return reply;
}

std::string cookie(const Request& request, std::string_view name) {
    for (const auto& [key, value] : request.headers.all()) {
        if (!equals_ignoring_case(key, "Cookie")) continue;
        for (std::string_view pair : split(value, ';')) {
            pair = trim(pair);
            const auto equals = pair.find('=');
            if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
            std::string_view found = pair.substr(equals + 1);
            if (found.size() >= 2 && found.front() == '"' && found.back() == '"')
                found = found.substr(1, found.size() - 2);
            return std::string(found);
        }
    }
    return {};
}

}  // namespace tributary::http
