// multipart/form-data (RFC 7578): one linear pass over a whole body.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace tributary::http {

// One parameter of a field value such as `form-data; name="x"`. Quoted strings may hold escaped
// quotes; a backslash elsewhere stands for itself, as browsers send it.
std::optional<std::string> header_parameter(std::string_view value, std::string_view name);

Result<Form> parse_multipart(std::string_view body, std::string_view content_type,
                             const FormLimits& limits);

}  // namespace tributary::http
