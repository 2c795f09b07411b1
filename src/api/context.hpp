// What the API's handlers share. Reads go to the store; every write goes through desk.
#pragma once

#include <string>

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
        : house(h), supervisor(s), changes(c), readiness(h) {}
    House& house;
    Supervisor& supervisor;
    ChangeFeed& changes;
    Readiness readiness;
    http::Server* server = nullptr;  // for metrics; set once it exists
    ReadLog reads{house};
    bool is_draining = false;
};

// The one route table of the daemon: API, intake mounts, health, web app.
http::Router make_router(ApiContext& context);

}  // namespace tributary
