// The daemon's life: open, start, serve, reload, drain. App owns the house in level order.
#pragma once

#include <filesystem>
#include <functional>

#include "app/config.hpp"
#include "http/router.hpp"

namespace tributary {

struct DaemonOptions {
    DaemonOptions() = default;
    std::filesystem::path config_file;
    // After everything serves: for the demo's banner. Gets the port in use.
    std::function<void(std::uint16_t)> on_ready;
    // Once, in the open store, before anything serves.
    std::function<void(Store&)> prepare;
    // Routes besides the house's own.
    std::function<void(http::Router&)> add_routes;
};

// Returns the process's exit code: 0 drained, 1 failed, 2 the configuration is wrong.
int run_daemon(AppConfig config, const DaemonOptions& options);

}  // namespace tributary
