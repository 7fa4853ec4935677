#include "net/address_policy.hpp"

#include <fmt/format.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <memory>

namespace spm::net {
namespace {

struct Refused {
  IpNetwork network;
  const char* what;
};

const std::vector<Refused>& always_refused() {
  static const std::vector<Refused> kRefused = [] {
    std::vector<Refused> all;
    const auto add = [&all](const char* network, const char* what) { all.push_back({*parse_network(network), what}); };
    add("127.0.0.0/8", "the orchestrator itself");
    add("0.0.0.0/8", "the orchestrator itself");
    add("::1", "the orchestrator itself");
    add("::", "the orchestrator itself");
    add("169.254.0.0/16", "link-local, where clouds keep their metadata");
    add("fe80::/10", "link-local");
    add("fec0::/10", "link-local");
    add("100.100.100.200", "a cloud's metadata service");
    add("192.0.0.0/24", "reserved, where clouds keep their metadata");
    add("fd00:ec2::254", "a cloud's metadata service");
    add("224.0.0.0/4", "multicast");
    add("ff00::/8", "multicast");
    add("240.0.0.0/4", "reserved");
    return all;
  }();
  return kRefused;
}

}  // namespace

std::optional<IpAddress> ip_of(const sockaddr* address) {
  if (address == nullptr) return std::nullopt;
  IpAddress bytes{};
  if (address->sa_family == AF_INET6) {
    const auto* six = reinterpret_cast<const sockaddr_in6*>(address);
    std::copy_n(reinterpret_cast<const std::uint8_t*>(&six->sin6_addr), bytes.size(), bytes.begin());
    return bytes;
  }
  if (address->sa_family != AF_INET) return std::nullopt;
  const auto* four = reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in*>(address)->sin_addr);
  bytes[10] = bytes[11] = 0xFF;
  std::copy_n(four, 4, bytes.begin() + 12);
  return bytes;
}

AddressPolicy::AddressPolicy(std::vector<IpNetwork> allowed, const std::vector<IpAddress>& own) : allowed_(std::move(allowed)) {
  for (const auto& address : own) own_.push_back({address, 128});
}

std::optional<std::string> AddressPolicy::refusal(const IpAddress& address) const {
  const auto meant = carried_ipv4(address);
  const auto holds_either = [&](const IpNetwork& network) { return network.contains(meant) || network.contains(address); };
  if (std::any_of(allowed_.begin(), allowed_.end(), [&](const IpNetwork& network) { return network.contains(meant); })) return std::nullopt;
  for (const auto& [network, what] : always_refused()) {
    if (holds_either(network)) return fmt::format("{} is {}; CHECKS_ALLOWED_NETWORKS can allow it", to_string(meant), what);
  }
  if (std::any_of(own_.begin(), own_.end(), holds_either))
    return fmt::format("{} is the orchestrator or its database; CHECKS_ALLOWED_NETWORKS can allow it", to_string(meant));
  return std::nullopt;
}

std::vector<IpAddress> interface_addresses() {
  std::vector<IpAddress> addresses;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return addresses;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, &::freeifaddrs);
  for (const auto* one = list; one != nullptr; one = one->ifa_next) {
    if (const auto address = ip_of(one->ifa_addr)) addresses.push_back(*address);
  }
  return addresses;
}

std::vector<IpAddress> resolve(const std::vector<std::string>& hosts) {
  std::vector<IpAddress> addresses;
  for (const auto& host : hosts) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    if (::getaddrinfo(host.c_str(), nullptr, &hints, &list) != 0) continue;
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
    for (const auto* one = list; one != nullptr; one = one->ai_next) {
      if (const auto address = ip_of(one->ai_addr)) addresses.push_back(*address);
    }
  }
  return addresses;
}

}  // namespace spm::net
