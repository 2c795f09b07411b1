#include "base/id.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <unordered_set>
#include <vector>

namespace tributary {
namespace {

using ThingId = Id<struct ThingTag>;

TEST(id, is_a_version_7_uuid_of_its_millisecond) {
    // The example of RFC 9562, appendix A.6.
    const auto id = ThingId::make(0x017F22E279B0);
    const std::string text = id.text();
    EXPECT_EQ(text.substr(0, 15), "017f22e2-79b0-7");
    EXPECT_NE(std::string("89ab").find(text[19]), std::string::npos) << text;
    EXPECT_EQ(id_milliseconds(id.bytes()), 0x017F22E279B0);
}

TEST(id, ids_of_one_millisecond_ascend) {
    // More than the counter's 4,096, so that it borrows from the next millisecond.
    std::vector<ThingId> ids;
    for (int i = 0; i < 10'000; ++i)
        ids.push_back(ThingId::make(1'900'000'000'000));
    for (std::size_t i = 1; i < ids.size(); ++i) {
        ASSERT_LT(ids[i - 1], ids[i]);
        ASSERT_LT(ids[i - 1].text(), ids[i].text());
    }
}

TEST(id, a_clock_that_steps_back_a_little_does_not_break_the_order) {
    const auto first = ThingId::make(1'950'000'000'500);
    const auto second = ThingId::make(1'950'000'000'100);
    EXPECT_LT(first, second);
}

TEST(id, threads_never_make_the_same) {
    std::vector<std::vector<ThingId>> made(4);
    {
        std::vector<std::jthread> threads;
        for (auto& ids : made)
            threads.emplace_back([&ids] {
                for (int i = 0; i < 2'000; ++i)
                    ids.push_back(ThingId::make(1'960'000'000'000));
            });
    }
    std::unordered_set<ThingId> all;
    for (const auto& ids : made)
        all.insert(ids.begin(), ids.end());
    EXPECT_EQ(all.size(), 8'000u);
}

TEST(id, parses_its_own_text_and_nothing_else) {
    const auto id = ThingId::make(1'700'000'000'000);
    EXPECT_EQ(ThingId::parse(id.text()), id);
    EXPECT_EQ(ThingId::parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")->text(),
              "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    for (const char* text : {
             "",
             "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
             "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff",
             "017f22e279b07cc398c4dc0c0c07398f",
             "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
             "017f22e2-79b0-7cc3-98c4dc-0c0c07398f",
             "{017f22e2-79b0-7cc3-98c4-dc0c0c0739}",
             "017f22e2-79b0-7cc3-98c4-dc0c0c07398\n",
             "' or 1=1 --                         ",
         })
        EXPECT_FALSE(ThingId::parse(text)) << text;
}

TEST(id, the_default_is_nil) {
    EXPECT_TRUE(ThingId().is_nil());
    EXPECT_FALSE(ThingId::make(1).is_nil());
    EXPECT_EQ(ThingId().text(), "00000000-0000-0000-0000-000000000000");
}

}  // namespace
}  // namespace tributary
