// Who saw whose data, on its way to the audit (store/audit.hpp).
//
// Reads are many, and looking must cost little: what an agent sees again within a few minutes is
// one entry, and entries are written together, a second later at most. So a crash may take the last
// second's; what discloses much (exports) is written down before it is sent instead. I/O thread
// only.
#pragma once

#include <chrono>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/task.hpp"
#include "desk/house.hpp"
#include "store/audit.hpp"

namespace tributary {

class ReadLog {
 public:
    explicit ReadLog(House& house) : house_(house) {}

    void note(AuditEvent event);
    // Writes what waits; before the store closes.
    awaitable<void> flush();

 private:
    awaitable<void> flush_soon();

    House& house_;
    std::vector<AuditEvent> waiting_;
    bool is_due_ = false;
    std::unordered_map<std::string, std::chrono::steady_clock::time_point> seen_;
};

}  // namespace tributary
