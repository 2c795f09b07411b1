#include "app/command_house.hpp"

#include <algorithm>

namespace tributary {
namespace {

awaitable<void> keep_failure(awaitable<void> work, std::exception_ptr& thrown) {
    try {
        co_await std::move(work);
    } catch (...) {
        thrown = std::current_exception();
    }
}

}  // namespace

CommandHouse::CommandHouse(AppConfig config, const std::string& connector) {
    const auto found =
        std::find_if(config.connectors.begin(), config.connectors.end(),
                     [&](const ConnectorConfig& one) { return one.name == connector; });
    if (found == config.connectors.end())
        throw Failure(Outcome::not_found,
                      "there is no connector '" + connector + "' in the configuration");
    StoreOptions options;
    options.url = config.store_url();
    options.state = config.state();
    options.use = StoreOptions::Use::command;
    std::filesystem::create_directories(config.state());
    store_ = Store::open(io_, options);
    house_ = std::make_unique<House>(io_, *store_, workers_, curl_, clock_);
    house_->public_url = config.public_url(config.port());
    house_->seal_key_file = config.seal_key_file();
    slot_ = std::make_unique<Supervisor::Slot>(std::move(*found), *house_);
    auto created = slot_->config.type->create(slot_->config.settings, slot_->host);
    if (!created) throw Failure(created.error());
    connector_ = std::move(*created);
}

CommandHouse::~CommandHouse() {
    if (store_) store_->stop();
}

void CommandHouse::run(awaitable<void> work) {
    std::exception_ptr thrown;
    TaskHandle task = spawn(io_.get_executor(), "command", keep_failure(std::move(work), thrown));
    io_.restart();
    while (task.is_running() && io_.run_one() > 0) {
    }
    if (thrown) std::rethrow_exception(thrown);
}

}  // namespace tributary
