#include "base/networks.hpp"

#include <gtest/gtest.h>

namespace spm {
namespace {

bool is_in(const char* address, const char* network) { return parse_network(network)->contains(*parse_ip(address)); }

TEST(Networks, ContainTheirAddresses) {
  EXPECT_TRUE(is_in("10.255.0.1", "10.0.0.0/8"));
  EXPECT_FALSE(is_in("11.0.0.1", "10.0.0.0/8"));
  EXPECT_TRUE(is_in("192.168.1.130", "192.168.1.128/25"));
  EXPECT_FALSE(is_in("192.168.1.127", "192.168.1.128/25"));
  EXPECT_TRUE(is_in("192.0.2.7", " 192.0.2.7 "));
  EXPECT_FALSE(is_in("192.0.2.8", "192.0.2.7"));
  EXPECT_TRUE(is_in("fe80::1", "fe80::/10"));
  EXPECT_FALSE(is_in("2001:db8::1", "0.0.0.0/0"));
  EXPECT_TRUE(is_in("::ffff:10.1.2.3", "10.0.0.0/8")) << "one address, written in two ways";
}

TEST(Networks, AreReadStrictly) {
  for (const char* text :
       {"", "10", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "010.0.0.1", "::1/129", "fe80::1%eth0", "localhost", "0x7f.1"})
    EXPECT_FALSE(parse_network(text)) << text;
  EXPECT_EQ(parse_networks("10.0.0.0/8, ::1,192.0.2.7")->size(), 3U);
  EXPECT_TRUE(parse_networks("")->empty());
  EXPECT_FALSE(parse_networks("10.0.0.0/8,,::1"));
}

TEST(Networks, LoopbackIsThisMachineAlone) {
  for (const char* address : {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"}) EXPECT_TRUE(is_loopback(address)) << address;
  for (const char* address : {"0.0.0.0", "::", "10.127.0.1", "128.0.0.1", "127.example.org", ""})
    EXPECT_FALSE(is_loopback(address)) << address;
}

TEST(Networks, AHouseholdIsOneHoweverItsAddressesAreWritten) {
  EXPECT_EQ(household_of("192.0.2.7"), "192.0.2.7");
  for (const char* address : {"2001:db8:1:2::1", "2001:db8:1:2:a::2", "2001:db8:1:2:ffff:ffff:ffff:ffff"})
    EXPECT_EQ(household_of(address), "2001:db8:1:2::") << address;
  for (const char* address : {"2001:db8::1", "2001:db8::1:0:0:1", "2001:db8::a:b:c:d"})
    EXPECT_EQ(household_of(address), "2001:db8::") << address;
  EXPECT_EQ(household_of("fe80::1%eth0"), "fe80::");
  EXPECT_EQ(household_of("no address"), "no address");
  EXPECT_EQ(household_of(""), "");
}

TEST(Networks, AnAddressThatCarriesAnotherIsTold) {
  const auto carried = [](const char* text) { return to_string(carried_ipv4(*parse_ip(text))); };
  EXPECT_EQ(carried("64:ff9b::7f00:1"), "127.0.0.1");
  EXPECT_EQ(carried("2002:7f00:1::1"), "127.0.0.1");
  EXPECT_EQ(carried("::ffff:127.0.0.1"), "127.0.0.1");
  EXPECT_EQ(carried("::127.0.0.1"), "127.0.0.1");
  EXPECT_EQ(carried("::1"), "::1");
  EXPECT_EQ(carried("2001:db8::1"), "2001:db8::1");
}

}  // namespace
}  // namespace spm
