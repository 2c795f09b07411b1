#include "connector/connector.hpp"

#include <gtest/gtest.h>

#include "tests/support/coroutines.hpp"

namespace tributary {

// This program has no registry of real connectors; these stand in for it.
const std::vector<const ConnectorType*>& connector_types() {
    static const ConnectorType pigeon = [] {
        ConnectorType type;
        type.channel = "pigeon";
        return type;
    }();
    static const std::vector<const ConnectorType*> types = {&pigeon};
    return types;
}

namespace {

class PlainConnector final : public Connector {};

class SocketThatNotes final : public http::WebSocket {
 public:
    awaitable<std::optional<std::string>> read() override { co_return std::nullopt; }
    awaitable<void> write(std::string) override { co_return; }
    void close(int, std::string_view) override { is_open_ = false; }
    bool is_open() const override { return is_open_; }
    const std::string& peer() const override { return peer_; }

 private:
    bool is_open_ = true;
    std::string peer_;
};

TEST(connector, by_default_runs_until_cancelled) {
    asio::io_context io;
    PlainConnector connector;
    TaskHandle task = spawn(io.get_executor(), "connector", connector.run());
    io.poll();
    EXPECT_TRUE(task.is_running());
    task.cancel();
    test::run(io, task.join());
    EXPECT_FALSE(task.is_running());
}

TEST(connector, by_default_takes_and_sends_nothing) {
    asio::io_context io;
    PlainConnector connector;
    EXPECT_EQ(test::run(io, connector.receive(http::Request())).status, 404);
    const http::Request upgrade;
    const auto refusal = test::run(io, connector.admit_stream(upgrade));
    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->status, 404);
    SocketThatNotes socket;
    test::run(io, connector.stream(http::Request(), socket));
    EXPECT_FALSE(socket.is_open());
    EXPECT_TRUE(test::run(io, connector.check()).empty());
    EXPECT_TRUE(connector.own_handles().empty());
    try {
        test::run(io, connector.send(OutboundMessage()));
        FAIL() << "it should have refused";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.error().outcome, Outcome::rejected);
    }
}

TEST(connector, types_are_found_by_their_channel) {
    ASSERT_TRUE(find_connector_type("pigeon"));
    EXPECT_EQ(find_connector_type("pigeon")->channel, "pigeon");
    EXPECT_FALSE(find_connector_type("Pigeon"));
    EXPECT_FALSE(find_connector_type(""));
}

TEST(connector, the_common_settings) {
    struct Case {
        const char* text;
        bool is_sound;
    };
    const std::string longest(40, 'a');
    const std::string too_long(41, 'a');
    const Case cases[] = {
        {R"(name = "support")", true},
        {R"(name = "a-1")", true},
        {R"(name = "Support")", false},
        {R"(name = "sup/port")", false},
        {R"(name = "sup port")", false},
        {R"(name = "")", false},
        {"", false},
    };
    const auto is_sound = [](const std::string& text) {
        const auto node = parse_toml(text + "\nchannel = \"pigeon\"", "t.toml");
        return Settings::read(common_connector_schema(), *node, InlineSecrets::refused).has_value();
    };
    for (const Case& c : cases)
        EXPECT_EQ(is_sound(c.text), c.is_sound) << c.text;
    EXPECT_TRUE(is_sound("name = \"" + longest + "\""));
    EXPECT_FALSE(is_sound("name = \"" + too_long + "\""));
    EXPECT_TRUE(is_sound("name = \"a\"\ntickets = \"never\""));
    EXPECT_FALSE(is_sound("name = \"a\"\ntickets = \"sometimes\""));
}

TEST(connector, health_has_names) {
    EXPECT_EQ(to_string(Health::State::starting), "starting");
    EXPECT_EQ(to_string(Health::State::up), "up");
    EXPECT_EQ(to_string(Health::State::degraded), "degraded");
    EXPECT_EQ(to_string(Health::State::down), "down");
    EXPECT_EQ(to_string(Health::State::paused), "paused");
}

}  // namespace
}  // namespace tributary
