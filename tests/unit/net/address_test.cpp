#include "net/address.hpp"

#include <gtest/gtest.h>

namespace tributary::net {
namespace {

TEST(Address, OnlyTheOutsideIsPublic) {
    struct Row {
        const char* ip;
        bool is_private;
    };
    const Row rows[] = {
        {"127.0.0.1", true},
        {"127.255.255.255", true},
        {"0.0.0.0", true},
        {"10.0.0.1", true},
        {"11.0.0.0", false},
        {"100.63.255.255", false},
        {"100.64.0.0", true},
        {"100.127.255.255", true},
        {"100.128.0.0", false},
        {"169.254.169.254", true},
        {"172.15.255.255", false},
        {"172.16.0.1", true},
        {"172.31.255.255", true},
        {"172.32.0.0", false},
        {"192.0.2.1", true},
        {"192.168.1.1", true},
        {"198.18.0.1", true},
        {"198.20.0.0", false},
        {"203.0.113.9", true},
        {"224.0.0.1", true},
        {"255.255.255.255", true},
        {"8.8.8.8", false},
        {"::", true},
        {"::1", true},
        {"::ffff:10.0.0.1", true},
        {"::ffff:8.8.8.8", false},
        {"::127.0.0.1", true},
        {"64:ff9b::a00:1", true},
        {"64:ff9b::808:808", false},
        {"64:ff9b:1::1", true},
        {"2002:7f00:1::", true},
        {"2002:808:808::", false},
        {"2001::1", true},
        {"2001:db8::1", true},
        {"2001:4860:4860::8888", false},
        {"2606:4700::1111", false},
        {"3fff::1", true},
        {"fc00::1", true},
        {"fd12:3456::1", true},
        {"fe80::1", true},
        {"fe80::1%1", true},
        {"ff02::1", true},
        {"", true},
        {"localhost", true},
        {"2130706433", true},
        {"0x7f.1", true},
    };
    for (const Row& row : rows)
        EXPECT_EQ(is_private_address(row.ip), row.is_private) << row.ip;
}

TEST(Address, KnowsWhoIsInANetwork) {
    struct Row {
        const char* ip;
        const char* network;
        bool is_in;
    };
    const Row rows[] = {
        {"192.0.2.7", "192.0.2.7", true},           {"192.0.2.8", "192.0.2.7", false},
        {"192.0.2.200", "192.0.2.0/24", true},      {"192.0.3.1", "192.0.2.0/24", false},
        {"::ffff:192.0.2.7", "192.0.2.0/24", true}, {"8.8.8.8", "0.0.0.0/0", true},
        {"2001:db8:7::1", "2001:db8:7::/64", true}, {"2001:db8:7:1::1", "2001:db8:7::/64", false},
        {"2001:db8:7::1", "2001:db8:7::1", true},   {"192.0.2.7", "2001:db8:7::/64", false},
        {"2001:db8:7::1", "192.0.2.0/24", false},   {"mail.example.com", "0.0.0.0/0", false},
    };
    for (const Row& row : rows)
        EXPECT_EQ(is_in_network(row.ip, row.network), row.is_in) << row.ip << " " << row.network;
    for (const char* text : {"", "example.com", "192.0.2.0/33", "192.0.2", "2001:db8::/129", "/8"})
        EXPECT_FALSE(is_network(text)) << text;
}

TEST(Address, KnowsThisMachine) {
    for (const char* host : {"localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", "[::1]"})
        EXPECT_TRUE(is_loopback_host(host)) << host;
    for (const char* host : {"", "localhost.example.com", "127.0.0.1.example.com", "10.0.0.1",
                             "[::2]", "0.0.0.0", "example.com"})
        EXPECT_FALSE(is_loopback_host(host)) << host;
}

}  // namespace
}  // namespace tributary::net
