#pragma once
// IP networks such as 10.0.0.0/8 or fd00::/8, and whether an address is in one. IPv4 and IPv6 alike: an IPv4 address is the IPv6 address
// that is mapped to it. Pure.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spm {

using IpAddress = std::array<std::uint8_t, 16>;

struct IpNetwork {
  IpAddress address{};
  int bits = 128;

  [[nodiscard]] bool contains(const IpAddress& other) const;
};

// "192.0.2.7" or "2001:db8::1"; no zone.
[[nodiscard]] std::optional<IpAddress> parse_ip(std::string_view text);
// "192.0.2.0/24", or one address; blanks around it do not matter.
[[nodiscard]] std::optional<IpNetwork> parse_network(std::string_view text);
// A list parted by commas; nullopt when one of them is none.
[[nodiscard]] std::optional<std::vector<IpNetwork>> parse_networks(std::string_view text);

[[nodiscard]] std::string to_string(const IpAddress& address);
// Whether only this machine can reach it: 127.0.0.0/8 and ::1.
[[nodiscard]] bool is_loopback(std::string_view address);
// Who counts as one when peers are counted: an IPv4 address; of an IPv6 address the first 64 bits, "2001:db8:1:2::", because one subscriber
// has all of the others. A text that is no address stands for itself.
[[nodiscard]] std::string household_of(const std::string& address);
// The IPv4 address that an IPv6 address only carries: mapped, translated (64:ff9b::/96), 6to4. The address itself when it carries none.
[[nodiscard]] IpAddress carried_ipv4(const IpAddress& address);

}  // namespace spm
