// One configured connector with a house around it, for a command: nothing runs by itself. It works
// beside a running daemon, on the same store.
#pragma once

#include <memory>
#include <string>

#include "app/config.hpp"
#include "desk/supervisor.hpp"

namespace tributary {

class CommandHouse {
 public:
    // Throws Failure: not_found when no connector is called so, invalid when its settings are
    // wrong.
    CommandHouse(AppConfig config, const std::string& connector);
    ~CommandHouse();

    Connector& connector() { return *connector_; }
    Host& host() { return slot_->host; }
    Store& store() { return *store_; }
    // Runs `work` to its end; what escapes it is thrown.
    void run(awaitable<void> work);

 private:
    asio::io_context io_{1};
    Workers workers_{1};
    net::Curl curl_{io_};
    SystemClock clock_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<House> house_;
    std::unique_ptr<Supervisor::Slot> slot_;
    std::unique_ptr<Connector> connector_;
};

}  // namespace tributary
