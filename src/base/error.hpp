// What can go wrong, in six outcomes that know whether to retry and what the outside may be told.
//
// Return Result<T> when the caller must decide (not found, conflict, bad input); throw Failure when
// the flow cannot go on (database away, connection lost). An Error's `message` is a sentence fit
// for the customer or the API's caller; `detail` is for the log only. The two never mix.
#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tributary {

enum class Outcome {
    invalid,  // the caller's input breaks a rule; `fields` says which
    not_found,
    conflict,     // the world moved on; read again, then decide
    denied,       // not allowed, or not known
    unavailable,  // try again, perhaps after `retry_after`
    rejected,     // never again: the other side said a final no
};

std::string_view to_string(Outcome outcome);
inline bool is_retryable(Outcome outcome) {
    return outcome == Outcome::unavailable;
}

// One bad input value. `pointer` is a JSON pointer (RFC 6901) or a setting's or field's name.
struct FieldError {
    FieldError(std::string at, std::string what)
        : pointer(std::move(at)), detail(std::move(what)) {}
    std::string pointer;
    std::string detail;
};

class Error {
 public:
    // No error worth the name: Boost 1.81's result<T, Error>::error() makes one where a value
    // stands.
    Error() = default;
    Error(Outcome outcome, std::string message, std::string detail = {})
        : outcome(outcome), message(std::move(message)), detail(std::move(detail)) {}

    Error&& with_field(std::string pointer, std::string what) && {
        fields.emplace_back(std::move(pointer), std::move(what));
        return std::move(*this);
    }
    Error&& with_retry_after(std::chrono::seconds delay) && {
        retry_after = delay;
        return std::move(*this);
    }
    // A stable machine name where one outcome has several causes ("mime_depth", "stale_reply").
    Error&& with_reason(std::string name) && {
        reason = std::move(name);
        return std::move(*this);
    }

    Outcome outcome = Outcome::rejected;
    std::string message;
    std::string detail;
    std::string reason;
    std::vector<FieldError> fields;
    std::optional<std::chrono::seconds> retry_after;
};

// The sentence for the log: message, reason and detail together.
std::string describe(const Error& error);

// An Error that unwinds. what() is describe(error).
class Failure : public std::runtime_error {
 public:
    explicit Failure(Error error) : std::runtime_error(describe(error)), error_(std::move(error)) {}
    Failure(Outcome outcome, std::string message, std::string detail = {})
        : Failure(Error(outcome, std::move(message), std::move(detail))) {}
    const Error& error() const { return error_; }

 private:
    Error error_;
};

// Found by argument-dependent lookup: Result<T>::value() on an error throws Failure.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location&);

template <class T = void>
using Result = boost::system::result<T, Error>;

}  // namespace tributary
