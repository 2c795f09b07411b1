// A house with nothing but a store, its clock turnable, for the steps and coroutines of access.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>

#include "access/agents.hpp"
#include "access/sign_in.hpp"
#include "base/crypto.hpp"
#include "store/access.hpp"
#include "store/sessions.hpp"

namespace tributary::test {

class AccessHouse : public ::testing::Test {
 protected:
    AccessHouse() {
        folder_ = std::filesystem::temp_directory_path() /
                  ("tributary-access-" + to_hex(random_bytes(8)));
        std::filesystem::create_directories(folder_);
        StoreOptions options;
        options.url = "sqlite:" + (folder_ / "t.db").string();
        options.state = folder_;
        store_ = Store::open(io_, options);
        house_ = std::make_unique<House>(io_, *store_, workers_, curl_, clock_);
        house_->seal_key_file = folder_ / "seal.key";
    }
    ~AccessHouse() override {
        store_->stop();
        house_.reset();
        store_.reset();
        std::filesystem::remove_all(folder_);
    }

    template <class F>
    auto write(F step) {
        using R = std::invoke_result_t<F, Tx&>;
        if constexpr (std::is_void_v<R>) {
            store_->write_now([&](Tx& tx) { step(tx); });
        } else {
            std::optional<R> result;
            store_->write_now([&](Tx& tx) { result.emplace(step(tx)); });
            return std::move(*result);
        }
    }
    template <class F>
    auto read(F step) {
        std::optional<std::invoke_result_t<F, const Tx&>> result;
        store_->read_now([&](const Tx& tx) { result.emplace(step(tx)); });
        return std::move(*result);
    }
    // Runs a coroutine to its end.
    template <class T>
    T run(awaitable<T> work) {
        std::optional<T> result;
        spawn(io_.get_executor(), "test", keep(std::move(work), result));
        io_.restart();
        while (!result && io_.run_one() > 0) {
        }
        return std::move(*result);
    }

    Agent add_agent(const std::string& email, Role role = Role::agent) {
        NewAgent wanted;
        wanted.name = email.substr(0, email.find('@'));
        wanted.email = email;
        wanted.role = role;
        return write([&](Tx& tx) { return create_agent(tx, wanted, clock_.now()); });
    }
    void turn(Milliseconds by) { clock_.turn(by); }
    Timestamp now() const { return clock_.now(); }
    House& house() { return *house_; }
    asio::io_context& io() { return io_; }
    std::filesystem::path folder() const { return folder_; }

 private:
    template <class T>
    static awaitable<void> keep(awaitable<T> work, std::optional<T>& result) {
        result.emplace(co_await std::move(work));
    }

    asio::io_context io_{1};
    Workers workers_{1};
    net::Curl curl_{io_};
    TurnableClock clock_{from_unix_ms(1'772'357'400'000)};
    std::filesystem::path folder_;
    std::unique_ptr<Store> store_;
    std::unique_ptr<House> house_;
};

}  // namespace tributary::test
