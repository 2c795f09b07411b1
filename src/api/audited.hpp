// Which requests leave a row in the audit: by their path, so that a new route cannot forget to.
#pragma once

#include "api/context.hpp"
#include "desk/actions.hpp"
#include "http/message.hpp"

namespace tributary {

// What a request is to the audit, judged before it runs.
struct Audited {
    enum class How {
        no,
        read,        // shows personal data: noted soon
        privileged,  // changes who may do what, or what is kept: written before it is answered
    };
    How how = How::no;
    AuditEvent event;
};
Audited audited(const http::Request& request, const Actor& actor);

// After the handler answered with `status`. A privileged request that was refused is noted, too.
awaitable<void> write_down(ApiContext& context, Audited what, int status);

}  // namespace tributary
