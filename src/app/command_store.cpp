#include "app/command_store.hpp"

#include <charconv>

#include "store/customers.hpp"

namespace tributary {

CommandStore::CommandStore(const AppConfig& config, Hold hold) {
    std::filesystem::create_directories(config.state());
    StoreOptions options;
    options.url = config.store_url();
    options.state = config.state();
    options.readers = 1;
    if (hold == Hold::alone_if_free) {
        try {
            store_ = Store::open(io_, options);
            is_ours_ = true;
            return;
        } catch (const Failure& failure) {
            if (failure.error().outcome != Outcome::conflict) throw;
        }
    }
    options.use = StoreOptions::Use::command;
    store_ = Store::open(io_, options);
}

void CommandStore::wait(std::chrono::milliseconds time) {
    io_.restart();
    asio::steady_timer timer(io_, time);
    timer.async_wait([](boost::system::error_code) {});
    io_.run();
}

Customer customer_argument(const Tx& tx, const std::string& named) {
    std::optional<Customer> customer;
    std::int64_t number = 0;
    if (const auto id = CustomerId::parse(named)) {
        customer = find_customer(tx, *id);
    } else if (std::from_chars(named.data(), named.data() + named.size(), number).ec ==
               std::errc()) {
        customer = find_customer_by_number(tx, number);
    }
    if (!customer) throw Failure(Outcome::not_found, "there is no customer '" + named + "'");
    return *customer;
}

}  // namespace tributary
