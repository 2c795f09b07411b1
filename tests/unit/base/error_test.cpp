#include "base/error.hpp"

#include <gtest/gtest.h>

namespace tributary {
namespace {

Result<int> half(int number) {
    if (number % 2 != 0) return Error(Outcome::invalid, "Odd.");
    return number / 2;
}

TEST(error, outcomes_have_names_and_know_whether_to_retry) {
    struct Case {
        Outcome outcome;
        const char* name;
        bool retry;
    };
    const Case cases[] = {
        {Outcome::invalid, "invalid", false},        {Outcome::not_found, "not_found", false},
        {Outcome::conflict, "conflict", false},      {Outcome::denied, "denied", false},
        {Outcome::unavailable, "unavailable", true}, {Outcome::rejected, "rejected", false},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(to_string(c.outcome), c.name);
        EXPECT_EQ(is_retryable(c.outcome), c.retry) << c.name;
    }
}

TEST(error, the_log_sees_all_of_it) {
    const Error error = Error(Outcome::invalid, "Two things are wrong.", "from 192.0.2.1")
                            .with_reason("bad_form")
                            .with_field("/name", "is missing")
                            .with_retry_after(std::chrono::seconds(3));
    EXPECT_EQ(describe(error),
              "bad_form: Two things are wrong. [/name: is missing] (from 192.0.2.1)");
    EXPECT_EQ(error.retry_after, std::chrono::seconds(3));
    EXPECT_EQ(describe(Error(Outcome::denied, "No.")), "No.");
}

TEST(error, a_failure_carries_its_error) {
    try {
        throw Failure(Outcome::conflict, "It moved on.", "version 3");
    } catch (const std::exception& thrown) {
        EXPECT_STREQ(thrown.what(), "It moved on. (version 3)");
        EXPECT_EQ(dynamic_cast<const Failure&>(thrown).error().outcome, Outcome::conflict);
    }
}

TEST(error, the_value_of_an_error_unwinds_as_failure) {
    EXPECT_EQ(half(4).value(), 2);
    EXPECT_THROW(half(3).value(), Failure);
    EXPECT_EQ(half(3).error().outcome, Outcome::invalid);
}

}  // namespace
}  // namespace tributary
