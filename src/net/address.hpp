// IP addresses of the outside, judged before anything is sent there. Pure and thread-safe.
#pragma once

#include <sys/socket.h>

#include <optional>
#include <string>
#include <string_view>

namespace tributary::net {

// True for addresses only reachable from inside: loopback, RFC 1918, link-local, CGNAT, ULA,
// multicast, documentation, and IPv4 hidden in IPv6 (mapped, NAT64, 6to4). What is not an address
// at all counts as private: it cannot be judged.
bool is_private_address(std::string_view ip);

// An address, or a network in CIDR form ("192.0.2.0/24", "2001:db8::/32").
bool is_network(std::string_view text);
// Whether such a network holds `ip`; IPv4 mapped into IPv6 counts as what it is. False for what is
// not an address.
bool is_in_network(std::string_view ip, std::string_view network);

// "localhost", 127.0.0.0/8 or ::1, the latter with or without brackets.
bool is_loopback_host(std::string_view host);

// nullopt unless it is IPv4 or IPv6.
std::optional<std::string> ip_text(const sockaddr* address, socklen_t length);

}  // namespace tributary::net
