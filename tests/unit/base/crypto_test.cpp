#include "base/crypto.hpp"

#include <gtest/gtest.h>

#include <concepts>
#include <ostream>
#include <set>
#include <type_traits>

namespace tributary {
namespace {

using namespace std::string_literals;

TEST(crypto, hashes_the_standard_vectors) {
    // FIPS 180-4 examples.
    EXPECT_EQ(to_hex(hash(HashAlgorithm::sha1, "abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(to_hex(sha256("")),
              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(to_hex(sha256("abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(hash(HashAlgorithm::sha512, "abc")),
              "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
              "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(crypto, macs_the_standard_vectors) {
    // RFC 4231, test cases 1, 2 and 6 (a key longer than the block); RFC 2202, test case 2.
    EXPECT_EQ(to_hex(hmac(HashAlgorithm::sha256, std::string(20, '\x0b'), "Hi There")),
              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    EXPECT_EQ(to_hex(hmac(HashAlgorithm::sha256, "Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    EXPECT_EQ(to_hex(hmac(HashAlgorithm::sha256, std::string(131, '\xaa'),
                          "Test Using Larger Than Block-Size Key - Hash Key First")),
              "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    EXPECT_EQ(to_hex(hmac(HashAlgorithm::sha1, "Jefe", "what do ya want for nothing?")),
              "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    EXPECT_EQ(to_hex(hmac(HashAlgorithm::sha256, "", "")),
              "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(crypto, a_hash_in_pieces_is_the_hash_of_the_whole) {
    Sha256Stream stream;
    stream.update("a");
    stream.update("");
    stream.update("bc");
    EXPECT_EQ(stream.finish(), sha256("abc"));
}

TEST(crypto, encodings) {
    struct Case {
        std::string bytes;
        const char* hex;
        const char* base64;
        const char* base64url;
    };
    // RFC 4648, section 10, and bytes where the two alphabets differ.
    const Case cases[] = {
        {"", "", "", ""},
        {"f", "66", "Zg==", "Zg"},
        {"fo", "666f", "Zm8=", "Zm8"},
        {"foobar", "666f6f626172", "Zm9vYmFy", "Zm9vYmFy"},
        {"\xfb\xff\x00"s, "fbff00", "+/8A", "-_8A"},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(to_hex(c.bytes), c.hex);
        EXPECT_EQ(to_base64(c.bytes), c.base64);
        EXPECT_EQ(to_base64url(c.bytes), c.base64url);
        EXPECT_EQ(from_hex(c.hex), c.bytes);
        EXPECT_EQ(from_base64(c.base64), c.bytes);
        EXPECT_EQ(from_base64url(c.base64url), c.bytes);
    }
    EXPECT_EQ(from_base64("Zg"), "f");
    EXPECT_EQ(from_base64url("Zg=="), "f");
    EXPECT_EQ(from_hex("4A6b"), "Jk");
    for (const char* foreign : {"Zm9v YmFy", "Zm9v\n", "Zm9v*", "Z", "Z===g", "=Zg", "Zh"}) {
        EXPECT_FALSE(from_base64(foreign)) << foreign;
        EXPECT_FALSE(from_base64url(foreign)) << foreign;
    }
    EXPECT_FALSE(from_base64("-_8A"));
    EXPECT_FALSE(from_base64url("+/8A"));
    for (const char* foreign : {"a", "0g", "0x", " 00"})
        EXPECT_FALSE(from_hex(foreign)) << foreign;
}

TEST(crypto, comparison) {
    EXPECT_TRUE(equal_in_constant_time("", ""));
    EXPECT_TRUE(equal_in_constant_time("token", "token"));
    EXPECT_FALSE(equal_in_constant_time("token", "tokem"));
    EXPECT_FALSE(equal_in_constant_time("token", "tokens"));
    EXPECT_FALSE(equal_in_constant_time("", "x"));
}

TEST(crypto, random_tokens_differ_and_have_their_length) {
    std::set<std::string> tokens;
    for (int i = 0; i < 1000; ++i)
        tokens.insert(random_token());
    EXPECT_EQ(tokens.size(), 1000u);
    EXPECT_EQ(tokens.begin()->size(), 32u);
    EXPECT_EQ(random_bytes(0), "");
    EXPECT_EQ(random_bytes(7).size(), 7u);
}

TEST(secret, a_moved_secret_leaves_nothing_behind) {
    for (const std::string& bytes : {"short"s, std::string(100, 'x')}) {
        Secret first(bytes);
        Secret second(std::move(first));
        EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): the promise under test
        EXPECT_EQ(first.reveal().data()[0], '\0');
        Secret third;
        third = std::move(second);
        EXPECT_TRUE(second.empty());  // NOLINT(bugprone-use-after-move)
        EXPECT_EQ(third.reveal(), bytes);
        const Secret copy = third;
        EXPECT_EQ(copy.reveal(), bytes);
    }
}

TEST(secret, assigning_to_itself_changes_nothing) {
    Secret secret("sesame");
    Secret& same = secret;
    secret = same;
    EXPECT_EQ(secret.reveal(), "sesame");
    secret = std::move(same);
    EXPECT_EQ(secret.reveal(), "sesame");
}

template <class T>
concept Prints = requires(std::ostream& out, const T& value) {
    out << value;
};
static_assert(!Prints<Secret> && !std::equality_comparable<Secret> &&
              !std::is_convertible_v<Secret, std::string> &&
              !std::is_convertible_v<std::string, Secret>);

}  // namespace
}  // namespace tributary
