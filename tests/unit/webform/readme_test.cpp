// The folder's README and sample cannot drift from the settings it declares.
#include <gtest/gtest.h>

#include "tests/unit/support/fake_host.hpp"
#include "tests/unit/support/folder_checks.hpp"

namespace tributary::webform {

const ConnectorType& connector_type();

TEST(Readme, HoldsTheSettingsAsDescribed) {
    EXPECT_TRUE(test::holds_settings("connectors/webform/README.md", connector_type().schema));
}

TEST(Sample, IsAccepted) {
    test::FakeHost host;
    EXPECT_EQ(test::sample_faults("connectors/webform/sample.toml", connector_type(), host),
              std::vector<std::string>{});
}

}  // namespace tributary::webform
