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

// Parses the body under the form's limits. Reasons as of http::parse_form.
Result<http::Form> read_form(const Definition& definition, const http::Request& request);

// The interaction that a fitting submission is. The dedupe key is the caller's to set.
InboundMessage to_message(const Definition& definition, const Submission& submission,
                          http::Form form);
// What two submissions that say the same have in common.
std::string content_hash(const InboundMessage& message);

// A stored request (connector/stored_request.hpp), or a bare body: JSON or urlencoded.
Result<InboundMessage> read_original(const Definition& definition, std::string_view raw);

// Headers that normalising reads.
const std::vector<std::string>& kept_headers();

}  // namespace tributary::webform
