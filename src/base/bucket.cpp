#include "base/bucket.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cmath>

namespace tributary {

std::optional<Seconds> Bucket::take(const BucketRate& rate, Timestamp now) {
    if (rate.per_second <= 0) return std::nullopt;
    const auto waited = std::chrono::duration<double>(std::max(now - seen_, Milliseconds(0)));
    level_ = std::min(rate.burst, level_ + waited.count() * rate.per_second);
    seen_ = now;
    if (level_ < 1)
        return Seconds(static_cast<std::int64_t>(std::ceil((1 - level_) / rate.per_second)));
    level_ -= 1;
    return std::nullopt;
}

void Bucket::give_back(const BucketRate& rate) {
    level_ = std::min(rate.burst, level_ + 1);
}

void Buckets::give_back(const std::string& key) {
    const auto place = places_.find(key);
    if (place != places_.end()) place->second->bucket.give_back(rate_);
}

std::optional<Seconds> Buckets::take(const std::string& key, Timestamp now) {
    if (rate_.per_second <= 0) return std::nullopt;
    if (const auto place = places_.find(key); place != places_.end()) {
        buckets_.splice(buckets_.begin(), buckets_, place->second);
    } else {
        if (buckets_.size() >= kCapacity) {
            places_.erase(buckets_.back().key);
            buckets_.pop_back();
        }
        buckets_.emplace_front(key, Bucket(rate_, now));
        places_.emplace(key, buckets_.begin());
    }
    return buckets_.front().bucket.take(rate_, now);
}

std::string subscriber_of(const std::string& address) {
    boost::system::error_code error;
    const auto ip = boost::asio::ip::make_address(address, error);
    if (error || ip.is_v4() || ip.to_v6().is_v4_mapped()) return address;
    auto bytes = ip.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), 0);
    return boost::asio::ip::make_address_v6(bytes).to_string() + "/64";
}

}  // namespace tributary
