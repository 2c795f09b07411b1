#include "base/seal.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/error.hpp"

namespace tributary {
namespace {

class SealTest : public testing::Test {
 protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "seal-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(folder); }
    std::filesystem::path key() const { return folder / "seal.key"; }

    std::filesystem::path folder;
};

TEST_F(SealTest, OpensWhatItSealedAlsoAfterARestart) {
    const std::string sealed = Sealer(key()).seal(Secret("canary-token"), "support/refresh");
    EXPECT_EQ(sealed.find("canary"), std::string::npos);
    const auto opened = Sealer(key()).open(sealed, "support/refresh");
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->reveal(), "canary-token");
    struct stat status {};
    ASSERT_EQ(::stat(key().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
}

TEST_F(SealTest, OpensNothingElse) {
    const Sealer sealer(key());
    const std::string sealed = sealer.seal(Secret("x"), "a");
    EXPECT_NE(sealed, sealer.seal(Secret("x"), "a"));
    EXPECT_FALSE(sealer.open(sealed, "b"));
    EXPECT_FALSE(Sealer(folder / "other.key").open(sealed, "a"));
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        std::string changed = sealed;
        changed[i] = static_cast<char>(changed[i] ^ 1);
        EXPECT_FALSE(sealer.open(changed, "a")) << i;
        EXPECT_FALSE(sealer.open(sealed.substr(0, i), "a")) << i;
    }
}

TEST_F(SealTest, RefusesAKeyThatOthersMayReadOrThatIsNone) {
    { const Sealer sealer(key()); }
    ::chmod(key().c_str(), 0640);
    EXPECT_THROW(Sealer{key()}, Failure);
    ::chmod(key().c_str(), 0600);
    std::ofstream(key()) << "short";
    EXPECT_THROW(Sealer{key()}, Failure);
    EXPECT_THROW(Sealer{folder / "no" / "folder"}, Failure);
}

TEST_F(SealTest, OpensWhatTheFirstFormatSealedWithoutAKeysName) {
    const std::string named = Sealer(key()).seal(Secret("x"), "a");
    const std::string nameless = '\1' + named.substr(5);
    const auto opened = Sealer(key()).open(nameless, "a");
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->reveal(), "x");
    EXPECT_FALSE(Sealer(key()).is_current(nameless));
}

TEST_F(SealTest, KeepsTheKeyBeforeForWhatItSealed) {
    const std::string first = Sealer(key()).seal(Secret("x"), "a");
    EXPECT_TRUE(Sealer(key()).is_current(first));
    add_sealing_key(key());
    EXPECT_FALSE(Sealer(key()).is_current(first));
    EXPECT_TRUE(Sealer(key()).open(first, "a"));
    add_sealing_key(key());
    EXPECT_FALSE(Sealer(key()).open(first, "a"));
}

TEST_F(SealTest, MakesNoKeyWhereOneMustBe) {
    EXPECT_THROW(Sealer(key(), MissingKey::is_an_error), Failure);
    EXPECT_FALSE(std::filesystem::exists(key()));
}

}  // namespace
}  // namespace tributary
