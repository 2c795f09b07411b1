// What the API's handlers share. Reads go to the store; every write goes through desk or access.
#pragma once

#include <string>

#include "access/access_watch.hpp"
#include "access/provider_sign_in.hpp"
#include "access/sign_in.hpp"
#include "api/readiness.hpp"
#include "desk/change_feed.hpp"
#include "desk/house.hpp"
#include "desk/read_log.hpp"
#include "desk/supervisor.hpp"
#include "http/server.hpp"

namespace tributary {

// The App owns it; it outlives the router made from it.
struct ApiContext {
    ApiContext(House& h, Supervisor& s, ChangeFeed& c)
        : house(h),
          supervisor(s),
          changes(c),
          watch(h, c, session_limits),
          sign_in(h),
          provider(h),
          readiness(h) {}
    House& house;
    Supervisor& supervisor;
    ChangeFeed& changes;
    SessionLimits session_limits;
    AccessWatch watch;
    SignIn sign_in;
    ProviderSignIn provider;
    Readiness readiness;
    http::Server* server = nullptr;  // for metrics; set once it exists
    ReadLog reads{house};
    bool is_draining = false;
};

// The one route table of the daemon: API, intake mounts, health, web app.
http::Router make_router(ApiContext& context);

}  // namespace tributary
