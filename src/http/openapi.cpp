// The OpenAPI 3.1 document, derived from the route table.
#include <algorithm>

#include "base/text.hpp"
#include "http/router.hpp"
#include "http/status.hpp"

namespace tributary::http {
namespace {

namespace json = boost::json;

struct PathTemplate {
    std::string text;  // "{rest...}" becomes "{rest}"
    std::vector<std::string> names;
};

PathTemplate to_template(std::string_view pattern) {
    PathTemplate path;
    for (std::string_view part : split(pattern.substr(1), '/')) {
        path.text += '/';
        if (!part.starts_with('{')) {
            path.text += part;
            continue;
        }
        part = part.substr(1, part.size() - 2);
        if (part.ends_with("...")) part.remove_suffix(3);
        path.text += "{" + std::string(part) + "}";
        path.names.emplace_back(part);
    }
    return path;
}

// "get_api_v1_tickets_id": unique as method and path are.
std::string operation_id(std::string_view method, std::string_view path) {
    std::string id(method);
    for (const char c : path) {
        const bool is_word =
            (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (is_word) {
            id += c;
        } else if (id.back() != '_') {
            id += '_';
        }
    }
    while (id.back() == '_')
        id.pop_back();
    return id;
}

json::object parameter(std::string_view name, std::string_view place) {
    json::object object = {{"name", name}, {"in", place}, {"schema", {{"type", "string"}}}};
    if (place == "path") object["required"] = true;
    return object;
}

json::object content(std::string_view media_type, const json::value& schema) {
    json::object object;
    object[media_type] = {{"schema", schema}};
    return object;
}

json::object describe_responses(const Route& route) {
    json::object responses;
    const bool is_stream_only = route.stream && !route.handler;
    const int status = is_stream_only ? 101 : route.doc.success;
    json::object success = {{"description", status_phrase(status)}};
    if (!route.doc.response.is_null())
        success["content"] = content("application/json", route.doc.response);
    responses[std::to_string(status)] = std::move(success);
    json::object problem = {{"description", "What went wrong (RFC 9457)"}};
    problem["content"] =
        content("application/problem+json", {{"$ref", "#/components/schemas/Problem"}});
    responses["default"] = std::move(problem);
    return responses;
}

json::object describe_operation(const Route& route, const RouteAccess& access,
                                const PathTemplate& path) {
    json::object operation;
    operation["operationId"] = operation_id(ascii_lower(to_string(route.method)), path.text);
    if (!route.doc.summary.empty()) operation["summary"] = route.doc.summary;
    if (!route.doc.tag.empty()) operation["tags"] = json::array{route.doc.tag};
    json::array parameters;
    for (const std::string& name : path.names)
        parameters.push_back(parameter(name, "path"));
    for (const std::string& name : route.doc.query)
        parameters.push_back(parameter(name, "query"));
    if (!parameters.empty()) operation["parameters"] = std::move(parameters);
    if (!route.doc.request.is_null()) {
        operation["requestBody"] = {{"required", true},
                                    {"content", content("application/json", route.doc.request)}};
    }
    operation["responses"] = describe_responses(route);
    operation["x-access"] = {{"audience", access.audience}, {"subject", access.subject}};
    return operation;
}

json::value problem_schema() {
    return json::value{
        {"type", "object"},
        {"required", {"type", "title", "status"}},
        {"properties",
         {{"type", {{"type", "string"}}},
          {"title", {{"type", "string"}}},
          {"status", {{"type", "integer"}}},
          {"detail", {{"type", "string"}}},
          {"reason", {{"type", "string"}}},
          {"errors",
           {{"type", "array"},
            {"items",
             {{"type", "object"},
              {"required", {"pointer", "detail"}},
              {"properties",
               {{"pointer", {{"type", "string"}}}, {"detail", {{"type", "string"}}}}}}}}}}}};
}

}  // namespace

boost::json::value Router::openapi(std::string_view title, std::string_view version) const {
    json::object paths;
    json::array tags;
    for (std::size_t i = 0; i < routes_.size(); ++i) {
        const Route& route = routes_[i];
        if (route.doc.is_internal) continue;
        const PathTemplate path = to_template(route.pattern);
        json::value& item = paths[path.text];
        if (!item.is_object()) item.emplace_object();
        item.as_object()[ascii_lower(to_string(route.method))] =
            describe_operation(route, access_[i], path);
        const json::object tag = {{"name", route.doc.tag}};
        if (!route.doc.tag.empty() && std::ranges::find(tags, json::value(tag)) == tags.end())
            tags.push_back(tag);
    }
    json::object schemas = schemas_;
    if (!schemas.contains("Problem")) schemas["Problem"] = problem_schema();
    json::object document;
    document["openapi"] = "3.1.0";
    document["info"] = {{"title", title}, {"version", version}};
    if (!tags.empty()) document["tags"] = std::move(tags);
    document["paths"] = std::move(paths);
    document["components"] = {{"schemas", std::move(schemas)}};
    return document;
}

}  // namespace tributary::http
