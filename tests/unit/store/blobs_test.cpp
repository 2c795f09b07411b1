#include <fstream>

#include "base/crypto.hpp"
#include "store_fixture.hpp"

namespace tributary::test {
namespace {

namespace fs = std::filesystem;

class Blobs : public StoreTest {
 protected:
    StagedBlob keep(const std::string& bytes) {
        StagedBlob blob = house_.store().stage(bytes);
        house_.write([&](Tx& tx) { keep_blob(tx, blob); });
        return blob;
    }
    std::vector<fs::path> files() const {
        std::vector<fs::path> found;
        const fs::path folder = house_.folder() / "blobs";
        if (!fs::exists(folder)) return found;
        for (const auto& entry : fs::recursive_directory_iterator(folder)) {
            if (entry.is_regular_file()) found.push_back(entry.path());
        }
        return found;
    }
    static void make_old(const fs::path& path) {
        fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(2));
    }
    const std::string small_ = "small bytes";
    const std::string large_ = std::string(256 * 1024, 'L');
};
INSTANTIATE_STORE_TESTS(Blobs);

TEST_P(Blobs, ComeBackSmallOnesFromTheirRowLargeOnesFromAFile) {
    const auto small = keep(small_);
    EXPECT_TRUE(files().empty());
    const auto large = keep(large_);
    EXPECT_EQ(files().size(), 1u);
    EXPECT_EQ(small.sha256, sha256(small_));
    EXPECT_EQ(large.size, large_.size());
    EXPECT_EQ(house_.store().load_blob(small.sha256), small_);
    EXPECT_EQ(house_.store().load_blob(large.sha256), large_);
    EXPECT_EQ(house_.store().load_blob(keep("").sha256), "");
    EXPECT_FALSE(house_.store().load_blob(sha256("never stored")));
}

TEST_P(Blobs, TheSameBytesAreKeptOnce) {
    keep(large_);
    keep(large_);
    keep(small_);
    EXPECT_EQ(keep(small_).sha256, sha256(small_));
    EXPECT_EQ(files().size(), 1u);
}

TEST_P(Blobs, AlteredOrMissingBytesAreNeverServed) {
    const auto blob = keep(large_);
    const auto load = [&] { house_.store().load_blob(blob.sha256); };
    std::fstream(files().at(0), std::ios::in | std::ios::out).seekp(1000).put('!');
    EXPECT_EQ(failure_of(load), Outcome::unavailable);
    fs::resize_file(files().at(0), 100);
    EXPECT_EQ(failure_of(load), Outcome::unavailable);
    fs::remove(files().at(0));
    EXPECT_EQ(failure_of(load), Outcome::unavailable);
    keep(large_);
    EXPECT_EQ(house_.store().load_blob(blob.sha256), large_);
}

TEST_P(Blobs, FilesThatNoRowNamesAreSweptOnceTheyAreOld) {
    keep(large_);
    house_.store().stage(std::string(large_.size(), 'o'));
    std::ofstream(house_.folder() / "blobs" / ".new-0123") << "unfinished";
    ASSERT_EQ(files().size(), 3u);
    house_.close();
    house_.open();
    EXPECT_EQ(files().size(), 3u);
    house_.close();
    for (const auto& path : files())
        make_old(path);
    house_.open();
    EXPECT_EQ(files().size(), 1u);
    EXPECT_EQ(house_.store().load_blob(sha256(large_)), large_);
}

TEST_P(Blobs, StagingAgainRenewsAnOldFile) {
    house_.store().stage(large_);
    make_old(files().at(0));
    const auto again = house_.store().stage(large_);
    house_.close();
    house_.open();
    house_.write([&](Tx& tx) { keep_blob(tx, again); });
    EXPECT_EQ(house_.store().load_blob(again.sha256), large_);
}

TEST_P(Blobs, StagingIntoAnUnusableFolderFailsAndLeavesNothing) {
    std::ofstream(house_.folder() / "blobs") << "a file where the folder should be";
    EXPECT_EQ(failure_of([&] { house_.store().stage(large_); }), Outcome::unavailable);
}

}  // namespace
}  // namespace tributary::test
