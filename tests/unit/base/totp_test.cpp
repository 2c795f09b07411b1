#include "base/totp.hpp"

#include <gtest/gtest.h>

namespace tributary::test {
namespace {

const Secret kRfcKey("12345678901234567890");  // RFC 6238, appendix B

Timestamp seconds(std::int64_t count) {
    return from_unix_ms(count * 1000);
}

TEST(totp, the_standards_vectors) {
    // The last six of the eight digits in RFC 6238, appendix B.
    EXPECT_EQ(match_totp(kRfcKey, "287082", seconds(59), 0), 1);
    EXPECT_EQ(match_totp(kRfcKey, "081804", seconds(1111111109), 0), 1111111109 / 30);
    EXPECT_EQ(match_totp(kRfcKey, "050471", seconds(1111111111), 0), 1111111111 / 30);
    EXPECT_EQ(match_totp(kRfcKey, "279037", seconds(2000000000), 0), 2000000000 / 30);
}

TEST(totp, a_step_is_used_once_and_its_neighbours_are_taken) {
    EXPECT_EQ(match_totp(kRfcKey, "287082", seconds(89), 0), 1);  // one late
    EXPECT_EQ(match_totp(kRfcKey, "287082", seconds(29), 0), 1);  // one early
    EXPECT_EQ(match_totp(kRfcKey, "287082", seconds(90), 0), std::nullopt);
    EXPECT_EQ(match_totp(kRfcKey, "287082", seconds(59), 1), std::nullopt);
}

TEST(totp, nothing_else_fits) {
    for (const char* code : {"", "28708", "2870820", "287083", "28708x", " 287082"})
        EXPECT_EQ(match_totp(kRfcKey, code, seconds(59), 0), std::nullopt) << code;
}

TEST(totp, what_an_app_reads) {
    EXPECT_EQ(totp_base32(kRfcKey), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    EXPECT_EQ(totp_address(kRfcKey, "Tributary", "kim@example.org"),
              "otpauth://totp/Tributary:kim%40example.org"
              "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Tributary");
    EXPECT_EQ(make_totp_secret().reveal().size(), 20u);
}

}  // namespace
}  // namespace tributary::test
