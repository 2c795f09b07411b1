#include <gtest/gtest.h>

#include "model/identity.hpp"
#include "model/phone_pattern.hpp"

namespace tributary {
namespace {

TEST(normalize_phone, table) {
    struct Case {
        std::string written;
        const char* region;
        const char* expected;  // "" for none
    };
    const Case cases[] = {
        {"+49 30 123456", "", "+4930123456"},
        {"+49 (0)30 / 12 34-56", "", "+4930123456"},
        {"030 123456", "DE", "+4930123456"},
        {"030 123456", "de", "+4930123456"},
        {"0049 30 123456", "DE", "+4930123456"},
        {"0049 30 123456", "", "+4930123456"},
        {"011 49 30 123456", "US", "+4930123456"},
        {"(202) 555-0123", "US", "+12025550123"},
        {"1-202-555-0123", "US", "+12025550123"},
        {"+1 202 555 0123", "DE", "+12025550123"},
        {"020 7946 0018", "GB", "+442079460018"},
        // Italy keeps its zero.
        {"06 6982", "IT", "+39066982"},
        {"+39 06 69812345", "", "+390669812345"},
        // Argentina's mobile 15 and Brazil's carrier codes.
        {"011 15-2345-6789", "AR", "+5491123456789"},
        {"0 15 11 98765-4321", "BR", "+5511987654321"},
        // Seven digits on an island are a number of that island.
        {"420 1234", "VI", "+13404201234"},
        {"8 (912) 345-67-89", "RU", "+79123456789"},
        {"+800 1234 5678", "", "+80012345678"},
        // Labels, extensions, URIs and other scripts.
        {"Tel.: +49 30 123456", "", "+4930123456"},
        {"+1 202 555 0123 ext. 45", "", "+12025550123"},
        {"+1 202 555 0123x45", "", "+12025550123"},
        {"+1 202 555 0123 #45", "", "+12025550123"},
        {"tel:+1-202-555-0123;ext=45", "", "+12025550123"},
        {"tel:555-0123;phone-context=+1-202", "", "+12025550123"},
        {"tel:030-123456;phone-context=example.com", "DE", "+4930123456"},
        {"＋４９ ３０ １２３４５６", "", "+4930123456"},
        {"٠٣٠١٢٣٤٥٦", "DE", "+4930123456"},
        {"+49\u00a030\u2011123456", "", "+4930123456"},
        // No telling.
        {"030 123456", "", ""},
        {"030 123456", "XX", ""},
        {"", "DE", ""},
        {"+", "DE", ""},
        {"+0 30 123456", "", ""},
        {"+999 123456", "", ""},
        {"+49", "", ""},
        {"+49 1", "", ""},
        {"1", "DE", ""},
        {"+1 202 555", "", ""},
        {"+1 202 555 01234", "", ""},
        {"++49 30 123456", "", "+4930123456"},
        {"+49 30 123456 oder 654321", "", ""},
        {"030 123456 / +49 30 654321", "DE", ""},
        {"ann@example.com", "DE", ""},
        {"user12345678", "DE", ""},
        {"2026-03-01T09:30", "DE", ""},
        {"+49 30 \xff 123456", "", ""},
        {std::string(300, '1'), "DE", ""},
        {std::string(40, '1'), "DE", ""},
    };
    for (const Case& c : cases)
        EXPECT_EQ(normalize_phone(c.written, c.region).value_or(""), c.expected)
            << c.written << " in " << c.region;
}

TEST(phone_pattern, matches_as_ecmascript_does) {
    struct Case {
        const char* pattern;
        const char* digits;
        int length;  // -1: no match at the start
        const char* first;
        const char* second;
    };
    const Case cases[] = {
        {"0", "030", 1, "", ""},
        {"0", "130", -1, "", ""},
        {"\\d{2}", "1234", 2, "", ""},
        {"\\d{2,3}", "1234", 3, "", ""},
        {"\\d{2,3}4", "1234", 4, "", ""},
        {"[13-5]{2}", "142", 2, "", ""},
        {"[13-5]{3}", "142", -1, "", ""},
        {"1|12", "12", 1, "", ""},
        {"(?:1|12)3", "123", 3, "", ""},
        {"(12)?(3)", "123", 3, "12", "3"},
        {"(12)?(3)", "3", 1, "", "3"},
        {"([25-9]\\d{5})$|0|180020", "2345678", -1, "", ""},
        {"([25-9]\\d{5})$|0|180020", "234567", 6, "234567", ""},
        {"([25-9]\\d{5})$|0|180020", "01", 1, "", ""},
        {"(?:0|90)(?:(1[245]|31)(\\d{10,11}))?", "0151198765432", 13, "15", "1198765432"},
        {"(?:0|90)(?:(1[245]|31)(\\d{10,11}))?", "01198765432", 1, "", ""},
        {"0(?:(11)15)?", "0111", 1, "", ""},
        {"", "12", 0, "", ""},
    };
    for (const Case& c : cases) {
        const auto match = match_start(c.pattern, c.digits);
        EXPECT_EQ(match ? static_cast<int>(match->length) : -1, c.length)
            << c.pattern << " on " << c.digits;
        EXPECT_EQ(match ? match->groups[1] : "", c.first) << c.pattern << " on " << c.digits;
        EXPECT_EQ(match ? match->groups[2] : "", c.second) << c.pattern << " on " << c.digits;
    }
    EXPECT_TRUE(matches_whole("1\\d{2}|2\\d{3}", "2345"));
    EXPECT_FALSE(matches_whole("1\\d{2}|2\\d{3}", "1234"));
}

}  // namespace
}  // namespace tributary
