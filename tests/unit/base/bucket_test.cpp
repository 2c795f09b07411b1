#include "base/bucket.hpp"

#include <gtest/gtest.h>

namespace tributary {
namespace {

const Timestamp start = from_unix_ms(1'000'000);

TEST(Bucket, FillsAtItsRate) {
    Buckets buckets(BucketRate(2, 0.5));
    EXPECT_FALSE(buckets.take("a", start));
    EXPECT_FALSE(buckets.take("a", start));
    EXPECT_EQ(buckets.take("a", start), Seconds(2));
    EXPECT_FALSE(buckets.take("b", start));
    EXPECT_EQ(buckets.take("a", start + Milliseconds(1000)), Seconds(1));
    EXPECT_FALSE(buckets.take("a", start + Milliseconds(2000)));
}

TEST(Bucket, GivesNothingAndTakesNothingWhenTheClockIsSetBack) {
    Buckets buckets(BucketRate(2, 1));
    EXPECT_FALSE(buckets.take("a", start));
    EXPECT_FALSE(buckets.take("a", start - Milliseconds(5000)));
    EXPECT_TRUE(buckets.take("a", start - Milliseconds(5000)));
}

TEST(Bucket, RateZeroSetsNoLimit) {
    Buckets unlimited(BucketRate(1, 0));
    for (int i = 0; i < 10; ++i)
        EXPECT_FALSE(unlimited.take("a", start));
}

TEST(Buckets, ForgetTheLongestUnseen) {
    Buckets buckets(BucketRate(1, 1));
    for (std::size_t i = 0; i < Buckets::kCapacity; ++i)
        buckets.take(std::to_string(i), start);
    EXPECT_TRUE(buckets.take("0", start)) << "empty, and seen again just now";
    buckets.take("one too many", start);
    EXPECT_EQ(buckets.size(), Buckets::kCapacity);
    EXPECT_TRUE(buckets.take("0", start));
    EXPECT_FALSE(buckets.take("1", start)) << "forgotten, so full";
}

TEST(Subscriber, HasOneAddressOrOnePrefix) {
    EXPECT_EQ(subscriber_of("192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(subscriber_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    EXPECT_EQ(subscriber_of("2001:db8:1:2::9"), subscriber_of("2001:db8:1:2:ffff::"));
    EXPECT_NE(subscriber_of("2001:db8:1:3::9"), subscriber_of("2001:db8:1:2::9"));
    EXPECT_EQ(subscriber_of("not an address"), "not an address");
}

}  // namespace
}  // namespace tributary
