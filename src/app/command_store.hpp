// The store of the configuration, opened for one command.
#pragma once

#include <memory>

#include "app/config.hpp"
#include "model/customer.hpp"
#include "store/audit.hpp"
#include "store/store.hpp"

namespace tributary {

class CommandStore {
 public:
    enum class Hold {
        beside,         // works beside a daemon, or without one
        alone_if_free,  // as the daemon would hold it, when none does
    };
    explicit CommandStore(const AppConfig& config, Hold hold = Hold::beside);
    Store* operator->() { return store_.get(); }
    Store* get() { return store_.get(); }
    Store& operator*() { return *store_; }
    bool is_ours() const { return is_ours_; }
    // Until somebody else has got on with their work.
    void wait(std::chrono::milliseconds time);

 private:
    asio::io_context io_;
    std::unique_ptr<Store> store_;
    bool is_ours_ = false;
};

// By id or number; Failure(not_found).
Customer customer_argument(const Tx& tx, const std::string& named);
// What a command did, in the transaction it did it in.
inline void note_command(Tx& tx, const char* action, const std::string& subject) {
    append_audit(tx, AuditEvent(console_actor, action, subject), SystemClock().now());
}

}  // namespace tributary
