// What the admin set for one chat connector, checked once and then constant.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.hpp"
#include "base/error.hpp"
#include "base/settings.hpp"
#include "base/time.hpp"

namespace tributary::chat {

// Whether the widget asks for a detail before the first message.
enum class Ask { no, optional, required };
std::string_view to_string(Ask ask);

struct Options {
    Options() = default;

    std::vector<std::string> allowed_origins;  // normalised: scheme://host[:port]
    Secret secret;
    std::string title;
    std::string greeting;
    std::string region;  // ISO 3166-1 alpha-2, for telephone numbers without a country
    Ask ask_for_name = Ask::optional;
    Ask ask_for_email = Ask::optional;
    Seconds token_lifetime{};
    Seconds resume_within{};

    std::size_t max_text = 0;          // bytes of one message
    std::size_t max_files = 0;         // of one upload
    std::size_t max_upload_bytes = 0;  // all files of one upload together
    std::size_t max_sockets = 0;
    double visitor_burst = 0;
    double visitor_per_second = 0;
    double starts_per_minute = 0;  // new visitors from one address

    bool allows_origin(std::string_view origin) const;
};

const Schema& options_schema();
// An Error names the setting that is wrong.
Result<Options> read_options(const Settings& settings);

// An Origin header's value (RFC 6454, section 6.1) in the form it is compared in: lower case, no
// default port. "" for "null" and for whatever is no http(s) origin.
std::string normalize_origin(std::string_view text);

}  // namespace tributary::chat
