// Token buckets by key: how fast one visitor, or one address, may act.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "base/time.hpp"

namespace tributary::chat {

// One bucket: `burst` at once, then `per_second`.
class Bucket {
 public:
    Bucket(double burst, Timestamp now) : level_(burst), seen_(now) {}
    // Nothing when it may; else how long until it may.
    std::optional<Seconds> take(double burst, double per_second, Timestamp now);
    bool is_full(double burst, double per_second, Timestamp now) const;

 private:
    double refilled(double burst, double per_second, Timestamp now) const;
    double level_;
    Timestamp seen_;
};

// A full bucket says nothing and is forgotten, so memory follows the recent callers only.
class Buckets {
 public:
    Buckets(double burst, double per_second) : burst_(burst), per_second_(per_second) {}
    std::optional<Seconds> take(const std::string& key, Timestamp now);
    std::size_t size() const { return buckets_.size(); }

 private:
    // A sweep costs as much as the entries it looks at: the next one waits for as many to come.
    static constexpr std::size_t smallest_sweep = 1024;

    double burst_;
    double per_second_;
    std::unordered_map<std::string, Bucket> buckets_;
    std::size_t sweep_at_ = smallest_sweep;
};

}  // namespace tributary::chat
