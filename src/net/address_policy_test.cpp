#include "net/address_policy.hpp"

#include <gmock/gmock.h>

namespace spm::net {
namespace {

using testing::HasSubstr;

AddressPolicy policy(const char* allowed = "") { return {*parse_networks(allowed), {*parse_ip("10.0.0.5"), *parse_ip("2001:db8::5")}}; }

bool may_be_reached(const AddressPolicy& policy, const char* address) { return !policy.refusal(*parse_ip(address)); }

TEST(AddressPolicy, LetsManagedNetworksBeReached) {
  for (const char* address : {"10.0.0.6", "172.16.4.1", "192.168.1.1", "203.0.113.9", "100.64.0.1", "fd12::1", "2001:db8::6"})
    EXPECT_TRUE(may_be_reached(policy(), address)) << address;
}

TEST(AddressPolicy, RefusesItselfAndWhatOnlyTheHostMaySee) {
  for (const char* address : {"127.0.0.1", "127.9.9.9", "0.0.0.0", "::1", "::", "169.254.169.254", "fe80::1", "100.100.100.200",
                              "192.0.0.192", "fd00:ec2::254", "224.0.0.1", "ff02::1", "255.255.255.255", "10.0.0.5", "2001:db8::5"})
    EXPECT_FALSE(may_be_reached(policy(), address)) << address;
  EXPECT_THAT(*policy().refusal(*parse_ip("169.254.169.254")), HasSubstr("CHECKS_ALLOWED_NETWORKS"));
}

TEST(AddressPolicy, RefusesThemInDisguise) {
  for (const char* address : {"::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
                              "2002:7f00:1::", "2002:a9fe:a9fe::1", "::ffff:10.0.0.5"})
    EXPECT_FALSE(may_be_reached(policy(), address)) << address;
}

TEST(AddressPolicy, TheListOfAllowedNetworksWins) {
  const auto allowing = policy("127.0.0.0/8, 10.0.0.5");
  EXPECT_TRUE(may_be_reached(allowing, "127.0.0.1"));
  EXPECT_TRUE(may_be_reached(allowing, "10.0.0.5"));
  EXPECT_FALSE(may_be_reached(allowing, "169.254.169.254"));
  EXPECT_FALSE(may_be_reached(allowing, "::1"));
}

TEST(AddressPolicy, KnowsWhereItRuns) {
  EXPECT_THAT(interface_addresses(), testing::Contains(*parse_ip("127.0.0.1")));
  EXPECT_THAT(resolve({"127.0.0.1", "no.such.host.invalid", "::1"}), testing::ElementsAre(*parse_ip("127.0.0.1"), *parse_ip("::1")));
}

}  // namespace
}  // namespace spm::net
