// Our phone numbers against libphonenumber-js, whose answers tools/phone/oracle.mjs collected.
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

#include "base/text.hpp"
#include "model/identity.hpp"

namespace tributary {
namespace {

// A number with a calling code that several regions share may have any length of the main one; the
// oracle goes on to find the island by its digits, and finds its numbers shorter.
const std::set<std::string> kKnownDisagreements = {"BQ\t+59931812347\t", "TA\t+29089997\t"};

TEST(normalize_phone, agrees_with_the_oracle) {
    std::ifstream file(TRIBUTARY_SOURCE_DIR "/tests/data/model/phone_oracle.tsv");
    ASSERT_TRUE(file);
    int rows = 0;
    int agreeing = 0;
    std::string disagreements;
    for (std::string line; std::getline(file, line); ++rows) {
        const auto cells = split(line, '\t');
        ASSERT_EQ(cells.size(), 3u) << line;
        const std::string ours = normalize_phone(cells[1], cells[0]).value_or("");
        if (ours == cells[2]) {
            ++agreeing;
        } else if (!kKnownDisagreements.contains(line)) {
            disagreements += line + "\tours: " + ours + "\n";
        }
    }
    RecordProperty("agreement_percent", std::to_string(100.0 * agreeing / rows));
    EXPECT_GT(rows, 3000);
    EXPECT_EQ(disagreements, "");
    EXPECT_GE(agreeing, rows - static_cast<int>(kKnownDisagreements.size()));
}

}  // namespace
}  // namespace tributary
