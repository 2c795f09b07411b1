// Everything the chat ever refuses, as a closed list: a code, a status and a sentence each. What a
// client sent, or how the house works inside, never stands in an answer.
#pragma once

#include <boost/system/result.hpp>
#include <optional>

#include "base/time.hpp"
#include "http/message.hpp"

namespace tributary::chat {

enum class Refusal {
    malformed = 1,
    text_too_long,
    activity_too_large,
    upload_too_large,
    empty_file,
    empty_message,
    not_multipart,
    unauthorized,
    token_expired,
    wrong_origin,
    not_found,
    wrong_method,
    too_many_requests,
    too_many_streams,
};

// A value, or why not.
template <class T>
using Checked = boost::system::result<T, Refusal>;

// A problem document (RFC 9457) that carries Direct Line's own `error: {code, message}` as well.
http::Reply refuse(Refusal refusal, std::optional<Seconds> retry_after = std::nullopt);

}  // namespace tributary::chat
