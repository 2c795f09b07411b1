// Files that came with a form: how many, how large, and whether they are what they say. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/webform/fields.hpp"
#include "http/message.hpp"

namespace tributary::webform {

// Adds to `submission.errors` what is wrong with the files.
void check_uploads(const std::vector<Field>& fields, const http::Form& form,
                   const FileLimits& limits, Submission& submission);

// A name to show: no path, no controls, not too long; "file" when nothing is left.
std::string display_filename(std::string_view sent);

}  // namespace tributary::webform
