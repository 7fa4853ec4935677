#include "access/permission.hpp"

#include <gtest/gtest.h>

namespace spm::access {
namespace {

TEST(Permission, APrincipalMayOnlyWhatItWasGiven) {
  const Principal scraper{"token:metrics", {Permission::ReadMetrics}};
  EXPECT_TRUE(may(scraper, Permission::ReadMetrics));
  EXPECT_TRUE(may(scraper, Permission::Open));
  EXPECT_FALSE(may(scraper, Permission::Decide));
  EXPECT_FALSE(may(Principal{}, Permission::ReadState));
}

TEST(Permission, AllMeansAllAndEachHasAWord) {
  std::set<std::string_view> words;
  for (const auto permission : all_permissions()) {
    EXPECT_TRUE(may({"operator", all_permissions()}, permission));
    words.insert(to_string(permission));
  }
  EXPECT_EQ(words.size(), all_permissions().size());
  EXPECT_FALSE(words.contains("unknown"));
}

}  // namespace
}  // namespace spm::access
