// Token buckets: how fast one visitor, or one address, may act. Not thread-safe.
#pragma once

#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/time.hpp"

namespace tributary {

// `burst` at once, then `per_second`. A rate of 0 sets no limit.
struct BucketRate {
    BucketRate(double b, double p) : burst(b), per_second(p) {}
    double burst;
    double per_second;
};

class Bucket {
 public:
    Bucket(const BucketRate& rate, Timestamp now) : level_(rate.burst), seen_(now) {}
    // Takes one; else how long until one is there.
    std::optional<Seconds> take(const BucketRate& rate, Timestamp now);
    void give_back(const BucketRate& rate);

 private:
    double level_;
    Timestamp seen_;
};

// One bucket a key, in a table that cannot grow without end: the key longest unseen is forgotten.
class Buckets {
 public:
    static constexpr std::size_t kCapacity = 20'000;

    explicit Buckets(const BucketRate& rate) : rate_(rate) {}
    std::optional<Seconds> take(const std::string& key, Timestamp now);
    // What was taken turned out to be harmless.
    void give_back(const std::string& key);
    std::size_t size() const { return buckets_.size(); }

 private:
    struct Entry {
        Entry(std::string k, const Bucket& b) : key(std::move(k)), bucket(b) {}
        std::string key;
        Bucket bucket;
    };

    BucketRate rate_;
    std::list<Entry> buckets_;  // the latest seen first
    std::unordered_map<std::string, std::list<Entry>::iterator> places_;
};

// What one subscriber can hardly change: the IPv4 address, or the /64 of an IPv6 address. Text that
// is no address is its own key.
std::string subscriber_of(const std::string& address);

}  // namespace tributary
