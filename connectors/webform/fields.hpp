// The fields a form declares, and what a submission must be to fit them. Pure.
#pragma once

#include <boost/json/object.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/settings.hpp"
#include "http/message.hpp"

namespace tributary::webform {

enum class FieldType { line, text, email, phone, number, date, select, checkbox, file, hidden };

struct Field {
    Field() = default;
    std::string name;
    std::string label;
    FieldType type = FieldType::line;
    bool is_required = false;
    std::size_t max_length = 0;  // code points
    std::vector<std::string> options;
};

// Names the page needs for itself.
inline constexpr std::string_view kTokenField = "form_token";
inline constexpr std::string_view kTrapField = "homepage_url";

// What `fields` of the settings is made of.
Schema field_settings();
// The declared fields, or name, email and message when none are. An Error names the field at fault.
Result<std::vector<Field>> read_fields(const std::vector<Settings>& records);
const Field* find_field(const std::vector<Field>& fields, std::string_view name);
bool takes_files(const std::vector<Field>& fields);

// What somebody sent, fitted to the fields.
struct Submission {
    Submission() = default;
    boost::json::object values;      // by name: text, or true/false for a checkbox
    std::vector<FieldError> errors;  // pointer "/name"; empty when all fits
    std::vector<std::string> warnings;
    // A declared field's text; "" when absent.
    std::string text(std::string_view name) const;
};

struct FileLimits {
    FileLimits(std::size_t count, std::size_t bytes) : max_files(count), max_bytes(bytes) {}
    std::size_t max_files;
    std::size_t max_bytes;
};

Submission fit(const std::vector<Field>& fields, const http::Form& form, const FileLimits& limits);

}  // namespace tributary::webform
