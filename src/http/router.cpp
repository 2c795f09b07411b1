#include "http/router.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/text.hpp"

namespace tributary::http {
namespace {

std::vector<std::string_view> split_path(std::string_view path) {
    if (path.starts_with('/')) path.remove_prefix(1);
    return split(path, '/');
}

bool serves(const Route& route, Method method) {
    return route.method == method || (method == Method::head && route.method == Method::get);
}

void note_allowed(std::vector<Method>& allowed, Method method) {
    if (std::ranges::find(allowed, method) == allowed.end()) allowed.push_back(method);
}

// The part of `path` from its segment `index` on, slashes included.
std::string_view rest_of(std::string_view path, const std::vector<std::string_view>& segments,
                         std::size_t index) {
    return path.substr(static_cast<std::size_t>(segments[index].data() - path.data()));
}

}  // namespace

Router::Pattern Router::parse_pattern(const std::string& text) {
    if (!text.starts_with('/'))
        throw std::logic_error("route does not start with a slash: " + text);
    Pattern pattern;
    for (std::string_view part : split_path(text)) {
        if (!pattern.empty() && pattern.back().kind == Segment::Kind::rest)
            throw std::logic_error("a {rest...} must stand last: " + text);
        if (!part.starts_with('{')) {
            pattern.push_back({Segment::Kind::literal, std::string(part)});
            continue;
        }
        if (!part.ends_with('}') || part.size() < 3)
            throw std::logic_error("malformed parameter in route: " + text);
        part = part.substr(1, part.size() - 2);
        const bool takes_rest = part.ends_with("...");
        if (takes_rest) part.remove_suffix(3);
        pattern.push_back(
            {takes_rest ? Segment::Kind::rest : Segment::Kind::parameter, std::string(part)});
    }
    return pattern;
}

bool Router::fits(const Pattern& pattern, const std::vector<std::string_view>& path) {
    const bool takes_rest = pattern.back().kind == Segment::Kind::rest;
    if (takes_rest ? path.size() < pattern.size() : path.size() != pattern.size()) return false;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i].kind == Segment::Kind::literal && pattern[i].text != path[i]) return false;
        if (pattern[i].kind == Segment::Kind::parameter && path[i].empty()) return false;
    }
    return true;
}

// Both fit the same path; the first segment of different kind decides.
bool Router::precedes(const Pattern& a, const Pattern& b) {
    return std::ranges::lexicographical_compare(a, b, {}, &Segment::kind, &Segment::kind);
}

void Router::add(Route route, RouteAccess access) {
    Pattern pattern = parse_pattern(route.pattern);
    const auto is_same = [](const Segment& a, const Segment& b) {
        return a.kind == b.kind && (a.kind != Segment::Kind::literal || a.text == b.text);
    };
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        if (routes_[i].method == route.method && std::ranges::equal(patterns_[i], pattern, is_same))
            throw std::logic_error("two routes for " + std::string(to_string(route.method)) + " " +
                                   route.pattern);
    }
    patterns_.push_back(std::move(pattern));
    routes_.push_back(std::move(route));
    access_.push_back(std::move(access));
}

void Router::add_schema(std::string name, boost::json::value schema) {
    schemas_[name] = std::move(schema);
}

Router::Match Router::match(Method method, std::string_view path) const {
    if (!path.starts_with('/')) return {};
    const auto segments = split_path(path);
    constexpr std::size_t kNone = static_cast<std::size_t>(-1);
    std::size_t best = kNone;
    Match match;
    std::vector<std::size_t> fitting;
    for (std::size_t i = 0; i < routes_.size(); ++i)
        if (fits(patterns_[i], segments)) fitting.push_back(i);
    const auto takes_rest = [&](std::size_t i) {
        return patterns_[i].back().kind == Segment::Kind::rest;
    };
    if (!std::ranges::all_of(fitting, takes_rest)) std::erase_if(fitting, takes_rest);
    for (const std::size_t i : fitting) {
        note_allowed(match.allowed, routes_[i].method);
        if (routes_[i].method == Method::get) note_allowed(match.allowed, Method::head);
        if (!serves(routes_[i], method)) continue;
        // A HEAD route of its own beats the GET route it equals otherwise.
        const bool is_better =
            best == kNone || precedes(patterns_[i], patterns_[best]) ||
            (!precedes(patterns_[best], patterns_[i]) && routes_[i].method == method);
        if (is_better) best = i;
    }
    if (best == kNone) return match;
    match.route = &routes_[best];
    const Pattern& pattern = patterns_[best];
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (pattern[i].kind == Segment::Kind::parameter)
            match.parameters[pattern[i].text] = segments[i];
        if (pattern[i].kind == Segment::Kind::rest)
            match.parameters[pattern[i].text] = rest_of(path, segments, i);
    }
    return match;
}

}  // namespace tributary::http
