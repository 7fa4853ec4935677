#include "base/networks.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace spm {
namespace {

constexpr int kMappedBits = 96;

constexpr IpAddress mapped() { return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0}; }

bool is_mapped(const IpAddress& address) { return std::equal(address.begin(), address.begin() + 12, mapped().begin()); }

IpAddress mapped_from(const std::uint8_t* four) {
  IpAddress address = mapped();
  std::copy(four, four + 4, address.begin() + 12);
  return address;
}

}  // namespace

bool IpNetwork::contains(const IpAddress& other) const {
  const auto whole = static_cast<std::ptrdiff_t>(bits / 8);
  if (!std::equal(address.begin(), address.begin() + whole, other.begin())) return false;
  if (bits % 8 == 0) return true;
  const int shift = 8 - bits % 8;
  const auto at = static_cast<std::size_t>(whole);
  return address.at(at) >> shift == other.at(at) >> shift;
}

std::optional<IpAddress> parse_ip(std::string_view text) {
  const std::string copy(text);
  std::array<std::uint8_t, 4> four{};
  if (::inet_pton(AF_INET, copy.c_str(), four.data()) == 1) return mapped_from(four.data());
  IpAddress address{};
  if (::inet_pton(AF_INET6, copy.c_str(), address.data()) == 1) return address;
  return std::nullopt;
}

std::optional<IpNetwork> parse_network(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  const auto slash = text.find('/');
  const auto address = parse_ip(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return IpNetwork{*address, 128};
  const bool is_four = text.substr(0, slash).find(':') == std::string_view::npos;
  const auto length = text.substr(slash + 1);
  int bits = 0;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
  if (error != std::errc{} || end != length.data() + length.size() || bits < 0 || bits > (is_four ? 32 : 128)) return std::nullopt;
  return IpNetwork{*address, is_four ? bits + kMappedBits : bits};
}

std::optional<std::vector<IpNetwork>> parse_networks(std::string_view text) {
  std::vector<IpNetwork> networks;
  while (!text.empty()) {
    const auto end = text.find(',');
    const auto network = parse_network(text.substr(0, end));
    if (!network) return std::nullopt;
    networks.push_back(*network);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return networks;
}

std::string to_string(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool is_four = is_mapped(address);
  ::inet_ntop(is_four ? AF_INET : AF_INET6, address.data() + (is_four ? 12 : 0), text.data(), static_cast<socklen_t>(text.size()));
  return text.data();
}

bool is_loopback(std::string_view address) {
  static const IpNetwork kFour = *parse_network("127.0.0.0/8");
  static const IpNetwork kSix = *parse_network("::1");
  const auto ip = parse_ip(address);
  return ip && (kFour.contains(*ip) || kSix.contains(*ip));
}

std::string household_of(const std::string& address) {
  auto ip = parse_ip(address.substr(0, address.find('%')));  // a zone follows a link-local address
  if (!ip || is_mapped(*ip)) return address;
  std::fill(ip->begin() + 8, ip->end(), std::uint8_t{0});
  return to_string(*ip);
}

IpAddress carried_ipv4(const IpAddress& address) {
  static const IpNetwork kTranslated = *parse_network("64:ff9b::/96");
  static const IpNetwork kSixToFour = *parse_network("2002::/16");
  static const IpNetwork kCompatible = *parse_network("::/96");
  if (kTranslated.contains(address)) return mapped_from(address.data() + 12);
  if (kSixToFour.contains(address)) return mapped_from(address.data() + 2);
  const bool is_own = std::all_of(address.begin(), address.begin() + 15, [](std::uint8_t byte) { return byte == 0; });  // :: and ::1
  return kCompatible.contains(address) && !is_own ? mapped_from(address.data() + 12) : address;
}

}  // namespace spm
