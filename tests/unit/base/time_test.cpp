#include "base/time.hpp"

#include <gtest/gtest.h>

namespace tributary {
namespace {

TEST(time, writes_the_three_formats) {
    struct Case {
        std::int64_t ms;
        const char* rfc3339;
        const char* mail;
        const char* http;
    };
    const Case cases[] = {
        {0, "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 +0000",
         "Thu, 01 Jan 1970 00:00:00 GMT"},
        {1'772'357'400'005, "2026-03-01T09:30:00.005Z", "Sun, 01 Mar 2026 09:30:00 +0000",
         "Sun, 01 Mar 2026 09:30:00 GMT"},
        {951'782'399'999, "2000-02-28T23:59:59.999Z", "Mon, 28 Feb 2000 23:59:59 +0000",
         "Mon, 28 Feb 2000 23:59:59 GMT"},
        {-1, "1969-12-31T23:59:59.999Z", "Wed, 31 Dec 1969 23:59:59 +0000",
         "Wed, 31 Dec 1969 23:59:59 GMT"},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(rfc3339(from_unix_ms(c.ms)), c.rfc3339);
        EXPECT_EQ(rfc5322_date(from_unix_ms(c.ms)), c.mail);
        EXPECT_EQ(http_date(from_unix_ms(c.ms)), c.http);
    }
}

TEST(time, reads_rfc_3339) {
    struct Case {
        const char* text;
        const char* expected;  // "" for none
    };
    const Case cases[] = {
        {"2026-03-01T09:30:00Z", "2026-03-01T09:30:00.000Z"},
        {"2026-03-01t09:30:00z", "2026-03-01T09:30:00.000Z"},
        {"2026-03-01 09:30:00Z", "2026-03-01T09:30:00.000Z"},
        {"2026-03-01T09:30:00.1Z", "2026-03-01T09:30:00.100Z"},
        {"2026-03-01T09:30:00.123456789Z", "2026-03-01T09:30:00.123Z"},
        {"2026-03-01T09:30:00+02:00", "2026-03-01T07:30:00.000Z"},
        {"2026-03-01T09:30:00-05:30", "2026-03-01T15:00:00.000Z"},
        {"2026-03-01T00:30:00+01:00", "2026-02-28T23:30:00.000Z"},
        {"2026-12-31T23:59:60Z", "2027-01-01T00:00:00.000Z"},
        {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"},
        {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"},
        {"2026-02-29T00:00:00Z", ""},
        {"2026-13-01T00:00:00Z", ""},
        {"2026-00-01T00:00:00Z", ""},
        {"2026-04-31T00:00:00Z", ""},
        {"2026-03-01T24:00:00Z", ""},
        {"2026-03-01T09:60:00Z", ""},
        {"2026-03-01T09:30:61Z", ""},
        {"2026-03-01T09:30:00", ""},
        {"2026-03-01T09:30Z", ""},
        {"2026-03-01T09:30:00.Z", ""},
        {"2026-03-01T09:30:00,5Z", ""},
        {"2026-03-01T09:30:00+0200", ""},
        {"2026-03-01T09:30:00+24:00", ""},
        {"2026-03-01T09:30:00Z ", ""},
        {"2026-3-1T09:30:00Z", ""},
        {"+2026-03-01T09:30:00Z", ""},
        {"2026-03-01", ""},
        {"", ""},
    };
    for (const Case& c : cases) {
        const auto at = parse_rfc3339(c.text);
        EXPECT_EQ(at ? rfc3339(*at) : "", c.expected) << c.text;
    }
}

TEST(time, a_turnable_clock_stands_still_until_turned) {
    TurnableClock clock(from_unix_ms(1000));
    EXPECT_EQ(clock.now(), from_unix_ms(1000));
    clock.turn(Seconds(2));
    EXPECT_EQ(clock.now(), from_unix_ms(3000));
}

TEST(time, the_system_clock_is_this_centurys) {
    const auto now = SystemClock().now();
    EXPECT_GT(rfc3339(now), "2020");
    EXPECT_LT(rfc3339(now), "2100");
}

}  // namespace
}  // namespace tributary
