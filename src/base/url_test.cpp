#include "base/url.hpp"

#include <gtest/gtest.h>

namespace spm {
namespace {

TEST(Url, OriginIsSchemeHostAndPort) {
  EXPECT_EQ(origin_of("https://sso.example.com:8443/realms/it?x=1"), "https://sso.example.com:8443");
  EXPECT_EQ(origin_of("http://[::1]:5001"), "http://[::1]:5001");
  for (const auto* none :
       {"", "sso.example.com", "ftp://a/", "https://", "https:///x", "https://user@host/", "https://a b/", "https://a\\b/"}) {
    EXPECT_EQ(origin_of(none), "") << none;
  }
}

TEST(Url, OnlyHttpsLeavesTheMachine) {
  for (const auto* good : {"https://a/b", "http://127.0.0.1:3000/x", "http://localhost", "http://[::1]:80/"})
    EXPECT_TRUE(is_https_or_loopback(good)) << good;
  for (const auto* bad : {"http://a/b", "http://127.0.0.1.example.com/", "http://localhost@example.com/", "http://localhost.example.com",
                          "http://[::2]/", "javascript:alert(1)", "//localhost/", ""}) {
    EXPECT_FALSE(is_https_or_loopback(bad)) << bad;
  }
}

}  // namespace
}  // namespace spm
