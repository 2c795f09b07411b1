// The folder's README and sample cannot drift from the settings it declares.
#include <gtest/gtest.h>

#include "chat_host.hpp"
#include "tests/unit/support/folder_checks.hpp"

namespace tributary::chat {
namespace {

TEST(Readme, HoldsTheSettingsAsDescribed) {
    EXPECT_TRUE(test::holds_settings("connectors/chat/README.md", connector_type().schema))
        << describe_as_markdown(connector_type().schema);
}

TEST(Sample, IsAccepted) {
    asio::io_context io;
    MemoryHouse house(io);
    EXPECT_EQ(test::sample_faults("connectors/chat/sample.toml", connector_type(), house),
              std::vector<std::string>{});
}

}  // namespace
}  // namespace tributary::chat
