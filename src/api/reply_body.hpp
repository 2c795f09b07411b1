// A reply as an agent's program writes it: the body of POST /tickets/{id}/replies.
#pragma once

#include "api/context.hpp"
#include "desk/actions.hpp"
#include "http/message.hpp"

namespace tributary {

inline constexpr std::size_t max_reply_body = 40'000'000;

// What the desk is asked, but for the ticket: HTML made safe, files staged. Where there is no text
// it is that of the HTML. Throws Failure(invalid) with the pointers of what does not fit.
awaitable<ReplyRequest> read_reply(ApiContext& context, const http::Request& request,
                                   Timestamp now);

}  // namespace tributary
