// An HTTP request and reply as handlers see them: plain values, no Beast.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"

namespace tributary::http {

enum class Method { get, head, post, put, patch, delete_, options, other };
std::string_view to_string(Method method);

// Header fields in order of arrival; names compare without case (RFC 9110, section 5.1).
class Headers {
 public:
    void add(std::string name, std::string value);
    void set(std::string name, std::string value);  // replaces all of that name
    // The first of that name, "" when absent.
    std::string_view get(std::string_view name) const;
    bool has(std::string_view name) const;
    std::size_t count(std::string_view name) const;
    const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

 private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

// Decoded query or form fields, in order; a name may repeat.
using Fields = std::vector<std::pair<std::string, std::string>>;
std::optional<std::string> find_field(const Fields& fields, std::string_view name);

struct Request {
    Request() = default;
    Method method = Method::get;
    std::string method_name = "GET";
    std::string target;  // as sent: path and query
    std::string path;    // decoded, normalised, starts with '/'; the router may strip a mount
    Fields query;
    Headers headers;
    std::string body;
    std::string peer;  // the client's address, behind trusted proxies resolved
    bool is_tls = false;
    std::map<std::string, std::string> parameters;  // of the route: {"id", "…"}
};

struct Reply {
    Reply() = default;
    explicit Reply(int code) : status(code) {}
    int status = 200;
    Headers headers;
    std::string body;

    static Reply json(int status, const boost::json::value& value);
    static Reply text(int status, std::string text);
    static Reply html(int status, std::string html);
    static Reply redirect(std::string location);  // 303
    // RFC 9457 problem+json from an Error; `type` is "about:blank" or the error's reason.
    static Reply problem(const Error& error);
    Reply&& with_header(std::string name, std::string value) && {
        headers.set(std::move(name), std::move(value));
        return std::move(*this);
    }
};

// The one mapping of outcomes to HTTP: invalid 422, not_found 404, conflict 409, denied 403,
// unavailable 503, rejected 400. An Error with its own status uses with_status_hint's reason.
int status_of(const Error& error);

// --- request bodies ------------------------------------------------------------------------------

struct UploadedFile {
    UploadedFile() = default;
    std::string field;
    std::string filename;  // as sent; not yet safe as a name
    std::string content_type;
    std::string bytes;
};

struct Form {
    Form() = default;
    Fields fields;
    std::vector<UploadedFile> files;
};

// Limits on what a form may hold. Constants at the parser's top; tests check each edge.
struct FormLimits {
    std::size_t max_fields = 500;
    std::size_t max_field_bytes = 1'000'000;
    std::size_t max_files = 20;
    std::size_t max_file_bytes = 25'000'000;
};

// urlencoded, multipart (RFC 7578) or a flat JSON object, by Content-Type. Never throws on input.
Result<Form> parse_form(const Request& request, const FormLimits& limits = {});
Result<Fields> parse_urlencoded(std::string_view text, std::size_t max_fields = 500);

// JSON with the house's limits (depth 64, no duplicate keys, nothing behind the value).
Result<boost::json::value> parse_json(std::string_view text);

// The quality rule of Accept (RFC 9110, section 12.5.1) for one type: does the client prefer
// `type` over `other`?
bool prefers(const Request& request, std::string_view type, std::string_view other);
std::string cookie(const Request& request, std::string_view name);  // "" when absent

}  // namespace tributary::http
