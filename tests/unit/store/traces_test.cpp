#include "store/traces.hpp"

#include <gtest/gtest.h>

#include "base/crypto.hpp"

namespace tributary {
namespace {

using Reach = Traces::Reach;

TEST(Traces, HandlesAreFoundAnywhereHoweverTheyAreWritten) {
    Traces traces;
    traces.add_handle("ann.smith@example.com");
    traces.add_handle("+49 170 1234567");
    EXPECT_EQ(
        traces.without("Ask <Ann.Smith@Example.COM>, or call +49 (170) 1234567!", Reach::anywhere),
        "Ask <[erased]>, or call +[erased]!");
    EXPECT_EQ(traces.without("joann.smith@example.com is another", Reach::anywhere),
              "joann.smith@example.com is another");
    EXPECT_FALSE(traces.are_in("smith@example.com", Reach::anywhere));
}

TEST(Traces, NamesNeedTwoWordsAndReachAsFarAsTold) {
    Traces traces;
    traces.add_name("Ann", Reach::anywhere);
    traces.add_name("Béa Smith", Reach::near);
    EXPECT_EQ(traces.without("Ann met BEA SMITH", Reach::near), "Ann met [erased]");
    EXPECT_EQ(traces.without("Ann met BEA SMITH", Reach::anywhere), "Ann met BEA SMITH");
}

TEST(Traces, QuotedWordsAreFoundAcrossMarksAndLineEnds) {
    Traces traces;
    traces.add_words(
        "My kettle broke on Tuesday and it leaks all over the kitchen floor.\nThank you\nthe seal "
        "is orange");
    const std::string quoted =
        "Look:\n> My kettle broke on\n> Tuesday and it leaks all\n>> over the kitchen "
        "floor.\nThank you\n";
    EXPECT_EQ(traces.without(quoted, Reach::anywhere), "Look:\n> [erased]\n");
    EXPECT_FALSE(traces.are_in("the seal is orange", Reach::anywhere));
    EXPECT_EQ(traces.without("> the seal is Orange?", Reach::near), "> [erased]?");
    EXPECT_FALSE(traces.are_in("My kettle broke on Wednesday", Reach::near));
}

TEST(Traces, OriginalsAreLookedIntoBeneathTheirEncoding) {
    Traces traces;
    traces.add_handle("ann.smith@example.com");
    const auto is_in = [&](const std::string& bytes) {
        bool found = false;
        see_decoded(bytes,
                    [&](std::string_view view) { found |= traces.are_in(view, Reach::anywhere); });
        return found;
    };
    std::string base64 =
        to_base64("Please write to ann.smith@example.com and nobody else, thank you.");
    base64.insert(20, "\r\n");
    EXPECT_TRUE(is_in("Subject: x\r\n\r\n" + base64 + "\r\n"));
    EXPECT_TRUE(is_in("\r\n\r\nPlease write to ann.sm=\r\nith=40example.com\r\n"));
    EXPECT_TRUE(
        is_in("To: =?utf-8?B?" + to_base64("ann.smith@") + "?= =?utf-8?q?example=2Ecom?=\r\n"));
    EXPECT_FALSE(is_in("Subject: =?x?y?z?=\r\n\r\nAAAA====\r\n=\r\n=4\r\n=?"));
}

// 3 MB of what could be made expensive.
TEST(Traces, TakesTimeLinearInTheText) {
    Traces traces;
    std::string words;
    for (int number = 0; number < 1000; ++number)
        words += "word" + std::to_string(number) + " ";
    traces.add_words(words);
    std::string long_text;
    while (long_text.size() < 3'000'000)
        long_text += "word1 word2 word3 =?a?q?b?= ";
    EXPECT_FALSE(traces.are_in(long_text, Reach::anywhere));
    EXPECT_FALSE(decoded_parts(long_text).empty());
}

}  // namespace
}  // namespace tributary
