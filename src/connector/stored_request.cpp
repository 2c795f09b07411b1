#include "connector/stored_request.hpp"

#include <charconv>

#include "base/text.hpp"

namespace tributary {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kProtocol = " HTTP/1.1";
constexpr const char* kEventHeader = "Tributary-Event";
constexpr std::size_t kMaxHeaders = 200;

Error malformed(std::string what) {
    return Error(Outcome::rejected, "The stored request cannot be read.", std::move(what))
        .with_reason("malformed");
}

// The next line, without its end; moves `rest` behind it.
std::optional<std::string_view> take_line(std::string_view& rest) {
    const auto end = rest.find(kLineEnd);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + kLineEnd.size());
    return line;
}

Result<void> read_request_line(std::string_view line, http::Request& request) {
    const auto first = line.find(' ');
    if (!line.ends_with(kProtocol) || first >= line.size() - kProtocol.size())
        return malformed("no request line");
    request.method_name = line.substr(0, first);
    request.method = request.method_name == "POST" ? http::Method::post : http::Method::other;
    line.remove_suffix(kProtocol.size());
    request.target = line.substr(first + 1);
    const auto mark = request.target.find('?');
    if (mark == std::string::npos) return {};
    auto query = http::parse_urlencoded(std::string_view(request.target).substr(mark + 1));
    if (!query) return query.error();
    request.query = std::move(*query);
    return {};
}

}  // namespace

std::string write_request(const http::Request& request, const std::vector<std::string>& kept,
                          std::optional<std::size_t> event) {
    std::string raw = request.method_name + " " + request.target + std::string(kProtocol);
    const auto add = [&raw](std::string_view name, std::string_view value) {
        raw.append(kLineEnd).append(name).append(": ").append(value);
    };
    for (const auto& [name, value] : request.headers.all()) {
        for (const std::string& wanted : kept) {
            if (!equals_ignoring_case(name, wanted)) continue;
            add(name, value);
            break;
        }
    }
    if (event) add(kEventHeader, std::to_string(*event));
    raw.append(kLineEnd).append(kLineEnd).append(request.body);
    return raw;
}

Result<StoredRequest> read_request(std::string_view raw) {
    StoredRequest stored;
    if (!raw.starts_with("POST ")) {
        stored.request.method = http::Method::post;
        stored.request.method_name = "POST";
        stored.request.headers.add("Content-Type", "application/json");
        stored.request.body = raw;
        return stored;
    }
    stored.was_received = true;
    const auto first = take_line(raw);
    if (!first) return malformed("no line end");
    if (auto good = read_request_line(*first, stored.request); !good) return good.error();
    for (std::size_t count = 0; count <= kMaxHeaders; ++count) {
        const auto line = take_line(raw);
        if (!line) break;
        if (line->empty()) {
            stored.request.body = raw;
            return stored;
        }
        const auto colon = line->find(':');
        if (colon == std::string_view::npos) return malformed("a header without a colon");
        const std::string_view value = trim(line->substr(colon + 1));
        if (equals_ignoring_case(line->substr(0, colon), kEventHeader)) {
            std::size_t event = 0;
            const auto [end, error] =
                std::from_chars(value.data(), value.data() + value.size(), event);
            if (error != std::errc()) return malformed("a broken event number");
            stored.event = event;
        } else {
            stored.request.headers.add(std::string(line->substr(0, colon)), std::string(value));
        }
    }
    return malformed("the head does not end");
}

}  // namespace tributary
