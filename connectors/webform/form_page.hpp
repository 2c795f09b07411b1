// The hosted form and its receipt: HTML that needs no script, under a strict policy. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/webform/fields.hpp"
#include "http/message.hpp"

namespace tributary::webform {

// What the pages say, from the settings.
struct PageText {
    PageText() = default;
    std::string title;
    std::string intro;  // paragraphs separated by empty lines; text, not markup
    std::string success;
    std::string stylesheet;              // its URL, relative to the form's
    std::vector<std::string> framed_by;  // origins that may show the form in a frame
};

// What somebody typed and what was wrong with it, when the form is shown again.
struct Attempt {
    Attempt() = default;
    http::Fields typed;
    std::vector<FieldError> errors;
    std::string notice;  // about the whole form; may be empty
};

http::Reply form_page(int status, const PageText& text, const std::vector<Field>& fields,
                      const std::string& token, const Attempt& attempt);
// With the ticket's number where there is one.
http::Reply receipt_page(int status, const PageText& text, std::optional<std::int64_t> ticket);
http::Reply stylesheet();

}  // namespace tributary::webform
