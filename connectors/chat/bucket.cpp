#include "connectors/chat/bucket.hpp"

#include <algorithm>
#include <cmath>

namespace tributary::chat {
double Bucket::refilled(double burst, double per_second, Timestamp now) const {
    const auto elapsed =
        std::chrono::duration<double>(std::max(now - seen_, Milliseconds(0))).count();
    return std::min(burst, level_ + elapsed * per_second);
}

std::optional<Seconds> Bucket::take(double burst, double per_second, Timestamp now) {
    level_ = refilled(burst, per_second, now);
    seen_ = now;
    if (level_ < 1.0)
        return Seconds(static_cast<std::int64_t>(std::ceil((1.0 - level_) / per_second)));
    level_ -= 1.0;
    return std::nullopt;
}

bool Bucket::is_full(double burst, double per_second, Timestamp now) const {
    return refilled(burst, per_second, now) >= burst;
}

std::optional<Seconds> Buckets::take(const std::string& key, Timestamp now) {
    if (buckets_.size() >= sweep_at_) {
        std::erase_if(buckets_, [&](const auto& entry) {
            return entry.second.is_full(burst_, per_second_, now);
        });
        sweep_at_ = std::max(smallest_sweep, buckets_.size() * 2);
    }
    auto [place, is_new] = buckets_.try_emplace(key, burst_, now);
    return place->second.take(burst_, per_second_, now);
}

}  // namespace tributary::chat
