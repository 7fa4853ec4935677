#include "base/versions.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace spm::versions {
namespace {

struct Pair {
  Family family;
  const char* older;
  const char* newer;
};

TEST(Versions, OlderIsLessThanNewer) {
  const Pair pairs[] = {
      {Family::Deb, "1.0~rc1-1", "1.0-1"},
      {Family::Deb, "1.0-1", "1:0.9-1"},
      {Family::Deb, "3.0.2-0ubuntu1.9", "3.0.2-0ubuntu1.10"},
      {Family::Deb, "2.36-9+deb12u3", "2.36-9+deb12u10"},
      {Family::Deb, "1.0", "1.0-1"},
      {Family::Deb, "1.0~", "1.0"},
      {Family::Rpm, "1.0~rc1-1", "1.0-1"},
      {Family::Rpm, "5.14.0-427.9.1.el9_4", "5.14.0-427.13.1.el9_4"},
      {Family::Rpm, "1.0-1", "1:0.9-1"},
      {Family::Rpm, "1.0-1", "1.0^git1-1"},
      {Family::Rpm, "1.a-1", "1.1-1"},
  };
  for (const auto& [family, older, newer] : pairs) {
    EXPECT_EQ(compare(family, older, newer), std::strong_ordering::less) << older << " " << newer;
    EXPECT_EQ(compare(family, newer, older), std::strong_ordering::greater) << older << " " << newer;
    EXPECT_EQ(compare(family, newer, newer), std::strong_ordering::equal) << newer;
  }
}

TEST(Versions, NoEpochIsEpochZero) {
  EXPECT_EQ(compare(Family::Deb, "0:1.0-1", "1.0-1"), std::strong_ordering::equal);
  EXPECT_EQ(compare(Family::Rpm, "0:1.0-1", "1.0-1"), std::strong_ordering::equal);
}

TEST(Versions, FamiliesDiffer) {  // dpkg sorts letters before other characters, rpm drops separators
  EXPECT_EQ(compare(Family::Rpm, "1.0+1", "1.0.1"), std::strong_ordering::equal);
  EXPECT_NE(compare(Family::Deb, "1.0+1", "1.0.1"), std::strong_ordering::equal);
}

TEST(Versions, AnyTextIsAccepted) {
  for (const char* text : {"", ":", "-", "a:b:c", "1-2-3", "\xff"})
    EXPECT_EQ(compare(Family::Deb, text, text), std::strong_ordering::equal);
}

TEST(Versions, ManyThreadsCompareAtOnce) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int n = 0; n < 2'000; ++n)
        EXPECT_EQ(compare(n % 2 == 0 ? Family::Deb : Family::Rpm, "1.0-1", "1.0-2"), std::strong_ordering::less);
    });
  }
}

TEST(Versions, FamilyOfAnOperatingSystem) {
  EXPECT_EQ(family_of("ubuntu"), Family::Deb);
  EXPECT_EQ(family_of("debian"), Family::Deb);
  EXPECT_EQ(family_of("rhel"), Family::Rpm);
  EXPECT_EQ(family_of("suse"), Family::Rpm);
  EXPECT_EQ(family_of("windows"), std::nullopt);
}

}  // namespace
}  // namespace spm::versions
