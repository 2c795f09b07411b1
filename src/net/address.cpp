#include "net/address.hpp"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <cstring>

#include "base/text.hpp"

namespace tributary::net {

namespace ip = boost::asio::ip;

namespace {

// The special-purpose registries (RFC 6890, kept by IANA), without what is globally reachable.
constexpr std::array inside_v4 = {
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",
};

// Only 2000::/3 is global unicast at all; these lie inside it.
constexpr std::array inside_v6 = {"2001::/23", "2001:db8::/32", "3fff::/20"};

// IPv4 in IPv6: the network, and where in the address the four bytes stand.
struct Embedding {
    const char* network;
    std::size_t offset;
};
constexpr std::array embeddings = {
    Embedding{"::ffff:0:0/96", 12},  // mapped, RFC 4291 section 2.5.5.2
    Embedding{"64:ff9b::/96", 12},   // NAT64, RFC 6052
    Embedding{"2002::/16", 2},       // 6to4, RFC 3056
};

bool is_in(const ip::address_v4& address, const ip::network_v4& network) {
    return (address.to_uint() & network.netmask().to_uint()) == network.network().to_uint();
}

bool is_in(const ip::address_v6& address, const ip::network_v6& network) {
    return ip::network_v6(address, network.prefix_length()).canonical() == network.canonical();
}

bool is_in(const ip::address_v4& address, const char* text) {
    return is_in(address, ip::make_network_v4(text));
}

bool is_in(const ip::address_v6& address, const char* text) {
    return is_in(address, ip::make_network_v6(text));
}

// A lone address is a network of one.
template <class Network>
std::optional<Network> read_network(std::string_view text, std::string_view whole) {
    std::string full(text);
    if (text.find('/') == std::string_view::npos) full += whole;
    boost::system::error_code error;
    Network network;
    if constexpr (std::is_same_v<Network, ip::network_v4>) {
        network = ip::make_network_v4(full, error);
    } else {
        network = ip::make_network_v6(full, error);
    }
    if (error) return std::nullopt;
    return network;
}

std::optional<ip::network_v4> read_network_v4(std::string_view text) {
    return read_network<ip::network_v4>(text, "/32");
}

std::optional<ip::network_v6> read_network_v6(std::string_view text) {
    return read_network<ip::network_v6>(text, "/128");
}

bool is_private(const ip::address_v4& address) {
    return std::any_of(inside_v4.begin(), inside_v4.end(),
                       [&](const char* network) { return is_in(address, network); });
}

bool is_private(const ip::address_v6& address) {
    for (const auto& [network, offset] : embeddings) {
        if (!is_in(address, network)) continue;
        ip::address_v4::bytes_type hidden;
        std::copy_n(address.to_bytes().begin() + static_cast<std::ptrdiff_t>(offset), hidden.size(),
                    hidden.begin());
        return is_private(ip::address_v4(hidden));
    }
    return !is_in(address, "2000::/3") ||
           std::any_of(inside_v6.begin(), inside_v6.end(),
                       [&](const char* network) { return is_in(address, network); });
}

}  // namespace

bool is_private_address(std::string_view text) {
    boost::system::error_code error;
    const ip::address address = ip::make_address(std::string(text), error);
    if (error) return true;
    return address.is_v4() ? is_private(address.to_v4()) : is_private(address.to_v6());
}

bool is_network(std::string_view text) {
    return read_network_v4(text) || read_network_v6(text);
}

bool is_in_network(std::string_view text, std::string_view network) {
    boost::system::error_code error;
    ip::address address = ip::make_address(std::string(text), error);
    if (error) return false;
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        address = ip::make_address_v4(ip::v4_mapped, address.to_v6());
    if (address.is_v4()) {
        const auto v4 = read_network_v4(network);
        return v4 && is_in(address.to_v4(), *v4);
    }
    const auto v6 = read_network_v6(network);
    return v6 && is_in(address.to_v6(), *v6);
}

bool is_loopback_host(std::string_view host) {
    if (equals_ignoring_case(host, "localhost")) return true;
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    boost::system::error_code error;
    const ip::address address = ip::make_address(std::string(host), error);
    return !error && address.is_loopback();
}

std::optional<std::string> ip_text(const sockaddr* address, socklen_t length) {
    if (address->sa_family == AF_INET && length >= sizeof(sockaddr_in)) {
        sockaddr_in v4;
        std::memcpy(&v4, address, sizeof v4);
        return ip::address_v4(ntohl(v4.sin_addr.s_addr)).to_string();
    }
    if (address->sa_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
        sockaddr_in6 v6;
        std::memcpy(&v6, address, sizeof v6);
        ip::address_v6::bytes_type bytes;
        std::memcpy(bytes.data(), &v6.sin6_addr, bytes.size());
        return ip::address_v6(bytes).to_string();
    }
    return std::nullopt;
}

}  // namespace tributary::net
