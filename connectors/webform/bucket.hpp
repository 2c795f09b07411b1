// A token bucket per client address, in a table that cannot grow without end.
#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/time.hpp"

namespace tributary::webform {

class Buckets {
 public:
    static constexpr std::size_t kCapacity = 20'000;

    // `per_minute` 0: no limit.
    Buckets(double per_minute, double burst) : per_minute_(per_minute), burst_(burst) {}

    // Takes one; else how long until one is there. The address longest unseen is forgotten when the
    // table is full.
    std::optional<Seconds> take(const std::string& address, Timestamp now);
    std::size_t size() const { return buckets_.size(); }

 private:
    struct Bucket {
        Bucket(std::string a, double t, Timestamp u)
            : address(std::move(a)), tokens(t), updated(u) {}
        std::string address;
        double tokens;
        Timestamp updated;
    };
    Bucket& find(const std::string& address, Timestamp now);

    double per_minute_;
    double burst_;
    std::list<Bucket> buckets_;  // the latest seen first
    std::unordered_map<std::string, std::list<Bucket>::iterator> places_;
};

// What one subscriber can hardly change: the IPv4 address, or the /64 of an IPv6 address.
std::string subscriber_of(const std::string& address);

}  // namespace tributary::webform
