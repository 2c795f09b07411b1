#include "connector/connector.hpp"

namespace tributary {

std::string_view to_string(Health::State state) {
    switch (state) {
        case Health::State::starting: return "starting";
        case Health::State::up: return "up";
        case Health::State::degraded: return "degraded";
        case Health::State::down: return "down";
        case Health::State::auth_failed: return "auth_failed";
        case Health::State::paused: return "paused";
    }
    return "down";
}

awaitable<void> Connector::run() {
    asio::steady_timer never(co_await asio::this_coro::executor,
                             std::chrono::steady_clock::time_point::max());
    co_await never.async_wait(use_awaitable);
}

awaitable<http::Reply> Connector::receive(http::Request) {
    Error error(Outcome::not_found, "This channel takes nothing here.");
    co_return http::Reply::problem(error);
}

awaitable<std::optional<http::Reply>> Connector::admit_stream(const http::Request&) {
    Error error(Outcome::not_found, "This channel has no stream.");
    co_return http::Reply::problem(error);
}

awaitable<void> Connector::stream(http::Request, http::WebSocket& socket) {
    socket.close();
    co_return;
}

awaitable<SendReceipt> Connector::send(OutboundMessage) {
    throw Failure(Outcome::rejected, "This channel cannot send.");
    co_return SendReceipt();
}

awaitable<std::vector<CheckStep>> Connector::check() {
    co_return std::vector<CheckStep>();
}

Result<std::string> Connector::begin_consent() {
    return Error(Outcome::conflict, "This connector needs nobody's consent.")
        .with_reason("no_consent");
}

awaitable<std::vector<SourceItem>> Connector::list_source() {
    throw Failure(Outcome::rejected, "This channel's source keeps nothing to compare with.");
    co_return std::vector<SourceItem>();
}

awaitable<std::vector<std::string>> Connector::read_source_keys(std::vector<std::string>) {
    co_return std::vector<std::string>();
}

awaitable<std::optional<Secret>> ConnectorHost::kept_secret(std::string) {
    co_return std::nullopt;
}

awaitable<void> ConnectorHost::keep_secret(std::string, Secret) {
    throw Failure(Outcome::unavailable, "No secrets are kept here.");
    co_return;
}

const Schema& common_connector_schema() {
    static const Schema schema = [] {
        Schema common;
        common.push_back(
            Setting("name", SettingType::text,
                    "The connector's name, which stands in its URLs and on its interactions: "
                    "small letters, digits and '-'.")
                .required()
                .between(1, 40)
                .made_of("a-z0-9-")
                .example("support"));
        common.push_back(Setting("channel", SettingType::text,
                                 "What kind of connector this is: one of the channels that "
                                 "`tributary describe` lists.")
                             .required());
        common.push_back(
            Setting("tickets", SettingType::choice,
                    "Whether what arrives raises tickets: by its kind (messages, forms and "
                    "missed calls do), always or never.")
                .defaults_to("by_kind")
                .one_of({"by_kind", "always", "never"}));
        common.push_back(
            Setting("silent_after", SettingType::duration,
                    "When nothing has come in for so long, there is an alert. 0s learns from the "
                    "last four weeks what silence is usual.")
                .between(0,
                         std::chrono::duration_cast<Milliseconds>(std::chrono::days(366)).count())
                .defaults_to("0s"));
        return common;
    }();
    return schema;
}

}  // namespace tributary
