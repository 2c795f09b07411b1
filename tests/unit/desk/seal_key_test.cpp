#include "desk/seal_key.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/crypto.hpp"
#include "base/error.hpp"
#include "base/seal.hpp"
#include "store/housekeeping.hpp"
#include "store/sealed.hpp"

namespace tributary {
namespace {

const Timestamp kNow = from_unix_ms(1'750'000'000'000);

class SealKey : public testing::Test {
 protected:
    SealKey() {
        folder_ =
            std::filesystem::temp_directory_path() / ("tributary-seal-" + to_hex(random_bytes(8)));
        std::filesystem::create_directories(folder_);
        StoreOptions options;
        options.url = "sqlite:" + (folder_ / "t.db").string();
        options.state = folder_;
        store_ = Store::open(io_, options);
    }
    ~SealKey() override {
        store_->stop();
        std::filesystem::remove_all(folder_);
    }

    std::filesystem::path key() const { return folder_ / "seal.key"; }
    void keep(const std::string& name, const std::string& value) {
        const std::string sealed = Sealer(key()).seal(Secret(value), "support/" + name);
        store_->write_now([&](Tx& tx) { keep_secret(tx, "support", name, sealed, kNow); });
    }
    std::string kept(const std::string& name) {
        std::optional<std::string> sealed;
        store_->read_now([&](const Tx& tx) { sealed = find_kept_secret(tx, "support", name); });
        const auto secret = Sealer(key()).open(sealed.value(), "support/" + name);
        return secret ? secret->reveal() : "unreadable";
    }
    std::uintmax_t keys() const { return std::filesystem::file_size(key()) / 32; }

    asio::io_context io_;
    std::filesystem::path folder_;
    std::unique_ptr<Store> store_;
};

TEST_F(SealKey, IsNotNeededWhereNothingIsSealed) {
    require_seal_key(*store_, key());
    EXPECT_FALSE(std::filesystem::exists(key()));
}

TEST_F(SealKey, IsRequiredWhereSomethingIs) {
    keep("token", "canary");
    require_seal_key(*store_, key());
    std::filesystem::rename(key(), folder_ / "mislaid");
    EXPECT_THROW(require_seal_key(*store_, key()), Failure);
    EXPECT_FALSE(std::filesystem::exists(key())) << "a new key would open nothing";
    { const Sealer another(key()); }
    EXPECT_THROW(require_seal_key(*store_, key()), Failure);
}

TEST_F(SealKey, ChangesWithEverythingUnderIt) {
    keep("one", "first");
    keep("two", "second");
    EXPECT_EQ(change_seal_key(*store_, key()).resealed, 2u);
    EXPECT_EQ(keys(), 2u);
    EXPECT_EQ(kept("one"), "first");
    std::vector<SealedValue> values;
    store_->read_now([&](const Tx& tx) { values = sealed_values(tx); });
    for (const SealedValue& value : values)
        EXPECT_TRUE(Sealer(key()).is_current(value.sealed)) << value.context;
    EXPECT_EQ(change_seal_key(*store_, key()).resealed, 2u);
    EXPECT_EQ(keys(), 2u) << "only the key before is kept";
    EXPECT_EQ(kept("two"), "second");
}

TEST_F(SealKey, AChangeThatWasBrokenOffIsFinishedByTheNext) {
    keep("one", "first");
    add_sealing_key(key());  // broken off here
    require_seal_key(*store_, key());
    keep("two", "second");  // by the daemon, under the new key
    EXPECT_EQ(kept("one"), "first");
    EXPECT_EQ(change_seal_key(*store_, key()).resealed, 2u);
    EXPECT_EQ(kept("one"), "first");
    EXPECT_EQ(kept("two"), "second");
}

TEST_F(SealKey, WhatTheDaemonWasSealingMeanwhileStillOpens) {
    keep("one", "first");
    const Sealer before(key());
    change_seal_key(*store_, key());
    const std::string late = before.seal(Secret("late"), "support/late");
    store_->write_now([&](Tx& tx) { keep_secret(tx, "support", "late", late, kNow); });
    EXPECT_EQ(kept("late"), "late");
    EXPECT_EQ(change_seal_key(*store_, key()).resealed, 2u);
    EXPECT_EQ(kept("late"), "late");
}

TEST_F(SealKey, DoesNotChangeOverSecretsThatNoKeyOpens) {
    keep("one", "first");
    std::filesystem::remove(key());
    { const Sealer another(key()); }
    EXPECT_THROW(change_seal_key(*store_, key()), Failure);
    EXPECT_EQ(keys(), 1u);
}

}  // namespace
}  // namespace tributary
