#include "base/error.hpp"

namespace tributary {

std::string_view to_string(Outcome outcome) {
    switch (outcome) {
        case Outcome::invalid: return "invalid";
        case Outcome::not_found: return "not_found";
        case Outcome::conflict: return "conflict";
        case Outcome::denied: return "denied";
        case Outcome::unavailable: return "unavailable";
        case Outcome::rejected: return "rejected";
    }
    return "rejected";
}

std::string describe(const Error& error) {
    std::string text = error.message;
    if (!error.reason.empty()) text = error.reason + ": " + text;
    for (const FieldError& field : error.fields)
        text += " [" + field.pointer + ": " + field.detail + "]";
    if (!error.detail.empty()) text += " (" + error.detail + ")";
    return text;
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw Failure(error);
}

}  // namespace tributary
