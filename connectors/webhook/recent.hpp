// What the last deliveries were, to tell a repeated one from another one under the same id. A
// bounded memory of this process: the store's key still keeps either from becoming two
// interactions.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

namespace tributary::webhook {

class RecentDeliveries {
 public:
    static constexpr std::size_t kCapacity = 10'000;

    bool conflicts(const std::string& key, std::string_view body_hash) const {
        const auto at = hashes_.find(key);
        return at != hashes_.end() && at->second != body_hash;
    }

    void remember(std::string key, std::string body_hash) {
        if (!hashes_.emplace(key, std::move(body_hash)).second) return;
        order_.push_back(std::move(key));
        if (order_.size() <= kCapacity) return;
        hashes_.erase(order_.front());
        order_.pop_front();
    }

 private:
    std::unordered_map<std::string, std::string> hashes_;
    std::deque<std::string> order_;
};

}  // namespace tributary::webhook
