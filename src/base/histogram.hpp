// How values spread, as Prometheus' histograms want it: counts by upper bound, their sum. One
// thread, or under its owner's lock.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tributary {

class Histogram {
 public:
    // Upper bounds, ascending, in the unit of what is observed.
    explicit Histogram(std::vector<double> bounds)
        : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

    void observe(double value) {
        const auto at = std::lower_bound(bounds_.begin(), bounds_.end(), value);
        ++counts_[static_cast<std::size_t>(at - bounds_.begin())];
        sum_ += value;
    }
    const std::vector<double>& bounds() const { return bounds_; }
    // One a bound, and one for what lies above the last. Not cumulative.
    const std::vector<std::uint64_t>& counts() const { return counts_; }
    double sum() const { return sum_; }

 private:
    std::vector<double> bounds_;
    std::vector<std::uint64_t> counts_;
    double sum_ = 0;
};

// For what takes from a millisecond to ten seconds.
inline Histogram duration_histogram() {
    return Histogram({0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10});
}

}  // namespace tributary
