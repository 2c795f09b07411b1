// The store under test, made fresh in a temporary directory for each test. The suite is written
// against the Store interface; a second engine joins by another StoreFactory.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "model/interaction.hpp"
#include "store/access.hpp"
#include "store/changes.hpp"
#include "store/customers.hpp"
#include "store/housekeeping.hpp"
#include "store/interactions.hpp"
#include "store/outbox.hpp"
#include "store/search.hpp"
#include "store/store.hpp"
#include "store/tickets.hpp"

namespace tributary::test {

struct StoreFactory {
    std::string name;
    std::function<std::string(const std::filesystem::path& folder)> url;
};
const std::vector<StoreFactory>& store_factories();

// A directory that goes with the test.
class TemporaryFolder {
 public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    const std::filesystem::path& path() const { return path_; }

 private:
    std::filesystem::path path_;
};

inline Timestamp at(std::int64_t seconds) {
    return from_unix_ms(1'772'357'400'000 + seconds * 1000);
}

// A store and what tests put into it.
class StoreHouse {
 public:
    explicit StoreHouse(const StoreFactory& factory) : factory_(factory) { open(); }

    StoreOptions options() const;
    void open() { open(options()); }
    void open(const StoreOptions& options) { store_ = Store::open(io_, options); }
    void close() { store_.reset(); }
    Store& store() { return *store_; }
    asio::io_context& io() { return io_; }
    const std::filesystem::path& folder() const { return folder_.path(); }

    template <class F>
    auto write(F step) {
        return now<decltype(step(std::declval<Tx&>()))>(
            [&](auto& body) { store_->write_now([&](Tx& tx) { body(tx); }); }, step);
    }
    template <class F>
    auto read(F step) {
        return now<decltype(step(std::declval<const Tx&>()))>(
            [&](auto& body) { store_->read_now([&](const Tx& tx) { body(tx); }); }, step);
    }
    // Runs a coroutine on the I/O thread to its end; its exception reaches the test.
    void run(awaitable<void> task);

    Customer add_customer(const std::string& name, std::vector<Identity> identities = {});
    Ticket add_ticket(const Customer& customer, const std::string& subject, Timestamp when = at(0));
    Interaction add_interaction(Interaction interaction);
    Interaction add_message(const Customer& customer, const std::string& subject,
                            const std::string& text, std::optional<TicketId> ticket = {});

 private:
    template <class R, class Run, class F>
    R now(Run run, F& step) {
        if constexpr (std::is_void_v<R>) {
            run(step);
        } else {
            std::optional<R> result;
            auto body = [&](auto& tx) { result.emplace(step(tx)); };
            run(body);
            return std::move(*result);
        }
    }

    const StoreFactory& factory_;
    TemporaryFolder folder_;
    asio::io_context io_;
    std::unique_ptr<Store> store_;
};

Interaction sample_interaction(const Customer& customer);
Identity email_identity(const std::string& address, Proof proof = Proof::channel);

// The outcome of the Failure that `body` throws; nullopt when it throws none.
template <class F>
std::optional<Outcome> failure_of(F body) {
    try {
        body();
    } catch (const Failure& failure) {
        return failure.error().outcome;
    }
    return std::nullopt;
}

class StoreTest : public ::testing::TestWithParam<StoreFactory> {
 protected:
    StoreHouse house_{GetParam()};
};

}  // namespace tributary::test

#define INSTANTIATE_STORE_TESTS(suite)                                                           \
    INSTANTIATE_TEST_SUITE_P(, suite, ::testing::ValuesIn(::tributary::test::store_factories()), \
                             [](const auto& info) { return info.param.name; })
