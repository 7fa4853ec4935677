#include "sandbox/version.hpp"

#include <gtest/gtest.h>

namespace spm::sandbox {
namespace {

TEST(Version, DebianOrdersTildesEpochsAndUbuntuRevisions) {
  EXPECT_LT(compare_evr(Grammar::Deb, "1.0~rc1-1", "1.0-1"), 0);
  EXPECT_LT(compare_evr(Grammar::Deb, "2.4.4-2ubuntu17", "2.4.4-2ubuntu17.1"), 0);
  EXPECT_LT(compare_evr(Grammar::Deb, "3.0.13-0ubuntu3.9", "3.0.13-0ubuntu3.10"), 0);
  EXPECT_GT(compare_evr(Grammar::Deb, "1:1.0-1", "2.0-1"), 0);
  EXPECT_LT(compare_evr(Grammar::Deb, "1.35+dfsg-3build1", "1.35+dfsg-3ubuntu0.1"), 0);
  EXPECT_LT(compare_evr(Grammar::Deb, "8.2302.0-1", "8.2302.0-1+deb12u1"), 0);
  EXPECT_LT(compare_evr(Grammar::Deb, "6.8.0-47-generic", "6.8.0-58-generic"), 0);
  EXPECT_EQ(compare_evr(Grammar::Deb, "0:1.0-1", "1.0-1"), 0);
}

TEST(Version, RpmOrdersSegmentsTildesAndCarets) {
  EXPECT_LT(compare_evr(Grammar::Rpm, "5.14.0-427.37.1.el9_4", "5.14.0-503.26.1.el9_5"), 0);
  EXPECT_LT(compare_evr(Grammar::Rpm, "590-4.el9_4", "590-5.el9"), 0);
  EXPECT_LT(compare_evr(Grammar::Rpm, "2.9.13-6.el9_4", "2.9.13-6.el9_5.2"), 0);
  EXPECT_LT(compare_evr(Grammar::Rpm, "1.0~rc1-1", "1.0-1"), 0);
  EXPECT_GT(compare_evr(Grammar::Rpm, "1.0^git1-1", "1.0-1"), 0);
  EXPECT_LT(compare_evr(Grammar::Rpm, "1.0a-1", "1.0.1-1"), 0);
  EXPECT_EQ(compare_evr(Grammar::Rpm, "0:1.010-1", "1.10-1"), 0);
  EXPECT_GT(compare_evr(Grammar::Rpm, "32:9.16.23-18.el9", "9.18-1"), 0);
}

TEST(Version, SplitsAtTheHyphenOfItsGrammar) {
  const auto deb = split_evr(Grammar::Deb, "1:2.43-a-1ubuntu7");
  EXPECT_EQ(deb.epoch + "|" + deb.version + "|" + deb.release, "1|2.43-a|1ubuntu7");
  const auto native = split_evr(Grammar::Deb, "20240203");
  EXPECT_EQ(native.version + "|" + native.release, "20240203|");
}

}  // namespace
}  // namespace spm::sandbox
