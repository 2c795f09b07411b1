// One form's settings, read once, and what a submission to it means. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/settings.hpp"
#include "connector/connector.hpp"
#include "connectors/webform/fields.hpp"

namespace tributary::webform {

const Schema& settings_schema();

struct Definition {
    Definition() = default;
    std::vector<Field> fields;
    std::vector<std::string> allowed_origins;
    bool requires_token = false;
    Milliseconds minimum_fill{3000};
    FileLimits files{5, 10'000'000};
    double posts_per_minute = 60;
    double burst = 100;
    std::string title;
    std::string intro;
    std::string success;
    std::string region;   // of national telephone numbers
    std::string subject;  // when the writer gives none
};

Result<Definition> read_definition(const Settings& settings);

// One post, taken apart. `message` is only made when the submission fits.
struct Received {
    Received() = default;
    http::Fields typed;
    Submission submission;
    InboundMessage message;  // its dedupe key is the caller's to set
    std::string hash;        // what two posts that say the same have in common
};

// Reasons of an Error as of http::parse_form. Takes as long as the files are large.
Result<Received> read_post(const Definition& definition, const http::Request& request);
// The Error that names every field at fault.
Error misfit(const Submission& submission);

// A stored request (connector/stored_request.hpp), or a bare body: JSON or urlencoded.
Result<InboundMessage> read_original(const Definition& definition, std::string_view raw);

}  // namespace tributary::webform
