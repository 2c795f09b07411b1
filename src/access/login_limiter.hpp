// How often somebody may try to sign in. A try is taken before it is judged and given back when it
// succeeds, in one turn of the I/O thread each, so any number of tries at once count exactly.
#pragma once

#include <optional>
#include <string>

#include "base/bucket.hpp"

namespace tributary {

// Not thread-safe. Forgotten at a restart.
class LoginLimiter {
 public:
    // Ten tries at one account from one source, then one in 30 s; a hundred at one account from
    // wherever, then one a minute; fifty from one source, then one in 5 s. A source that has used
    // up its own takes nothing from the account, so it cannot lock others out with it.
    static BucketRate pair_rate() { return {10, 1.0 / 30}; }
    static BucketRate account_rate() { return {100, 1.0 / 60}; }
    static BucketRate source_rate() { return {50, 1.0 / 5}; }

    // How long to wait instead; nullopt when the try may be made. `account` is what was typed,
    // known or not; `source` an address.
    std::optional<Seconds> take(const std::string& account, const std::string& source,
                                Timestamp now);
    void give_back(const std::string& account, const std::string& source);

 private:
    Buckets pairs_{pair_rate()};
    Buckets accounts_{account_rate()};
    Buckets sources_{source_rate()};
};

}  // namespace tributary
