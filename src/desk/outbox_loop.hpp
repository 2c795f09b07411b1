// Sends what is queued for one connector and writes down how each recipient fared.
#pragma once

#include "base/task.hpp"
#include "connector/connector.hpp"
#include "desk/host.hpp"
#include "desk/house.hpp"

namespace tributary {

// Until cancelled. Survives anything the connector throws; what was interrupted by a crash is told
// apart (an agent's message is sent again and marked, an automatic one is not). After three refused
// logins in a row it rests; what waits is tried at once when they are allowed again.
class OutboxLoop {
 public:
    OutboxLoop(House& house, Host& host, Connector& connector);
    awaitable<void> run();
    // Something was queued: look now. Never lost, even while a round is under way.
    void wake();

 private:
    awaitable<std::size_t> send_due();
    awaitable<void> pause_after_refusal();
    awaitable<void> go_on_after_refusals();
    awaitable<void> wait_for_work(std::uint64_t seen);

    House& house_;
    Host& host_;
    Connector& connector_;
    Notifier wake_;
    std::uint64_t wakes_ = 0;
    bool has_rested_ = false;
};

}  // namespace tributary
