#include "connectors/webform/bucket.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cmath>

namespace tributary::webform {

std::optional<Seconds> Buckets::take(const std::string& address, Timestamp now) {
    if (per_minute_ <= 0) return std::nullopt;
    Bucket& bucket = find(subscriber_of(address), now);
    const double per_ms = per_minute_ / 60'000;
    const double waited = std::max<double>(0, static_cast<double>((now - bucket.updated).count()));
    bucket.tokens = std::min(burst_, bucket.tokens + waited * per_ms);
    bucket.updated = now;
    if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return std::nullopt;
    }
    return Seconds(static_cast<std::int64_t>(std::ceil((1 - bucket.tokens) / per_ms / 1000)));
}

Buckets::Bucket& Buckets::find(const std::string& address, Timestamp now) {
    const auto place = places_.find(address);
    if (place != places_.end()) {
        buckets_.splice(buckets_.begin(), buckets_, place->second);
        return buckets_.front();
    }
    if (buckets_.size() >= kCapacity) {
        places_.erase(buckets_.back().address);
        buckets_.pop_back();
    }
    buckets_.emplace_front(address, burst_, now);
    places_.emplace(address, buckets_.begin());
    return buckets_.front();
}

std::string subscriber_of(const std::string& address) {
    boost::system::error_code error;
    const auto ip = boost::asio::ip::make_address(address, error);
    if (error || ip.is_v4()) return address;
    auto bytes = ip.to_v6().to_bytes();
    if (ip.to_v6().is_v4_mapped()) return address;
    std::fill(bytes.begin() + 8, bytes.end(), 0);
    return boost::asio::ip::make_address_v6(bytes).to_string() + "/64";
}

}  // namespace tributary::webform
