#include "sandbox/catalogue.hpp"

#include <gmock/gmock.h>

#include <cstdio>
#include <fstream>

#include "sandbox/test_world.hpp"

namespace spm::sandbox {
namespace {

class CatalogueTest : public testing::Test {
 protected:
  CatalogueTest() : path(testing::TempDir() + "spm-catalogue-test.jsonl") {}
  ~CatalogueTest() override { std::remove(path.c_str()); }
  Result<std::size_t> import(const std::string& text) {
    std::ofstream(path) << text;
    return import_catalogue(path, scenario);
  }
  static std::string line(const std::string& name, const std::string& packages) {
    return R"({"advisory":")" + name +
           R"(","os":"almalinux8","type":"Security Advisory","severity":"Low","synopsis":"s","published":"2026-01-02T03:04:05Z","cves":["CVE-2026-1"],"packages":)" +
           packages + "}\n";
  }

  std::string path;
  Scenario scenario{test_scenario()};
};

TEST_F(CatalogueTest, AdvisoriesApplyToTheSystemsThatComeWithThem) {
  const auto count = import(line("ALSA-9:1", R"([["foo","1:2.0-1.el8"],["foo","1:2.0-1.el8"]])") +
                            line("ALSA-9:2", R"([["foo","1:3.0-1.el8"],["bar","1-1.el8"]])"));
  ASSERT_TRUE(count) << count.error().message;
  EXPECT_EQ(*count, 2U);
  const World world(scenario, 1, FakeClock().now());
  const auto* test_system = world.host_by_name("test-almalinux8-catalogue");
  ASSERT_NE(test_system, nullptr);
  EXPECT_TRUE(test_system->spec.test);
  EXPECT_EQ(test_system->needed.size(), 2U);
  EXPECT_EQ(world.host_by_name("almalinux8-catalogue-2")->needed.size(), 2U);
  EXPECT_EQ(world.errata().find("ALSA-9:1")->spec.packages.size(), 1U);
}

TEST_F(CatalogueTest, FurtherLinesOfAnAdvisoryAddTheirPackages) {
  ASSERT_EQ(import(line("ALSA-9:1", R"([["foo","2.0-1.el8"]])") + line("ALSA-9:1", R"([["bar","2.0-1.el8"]])")).value_or(0), 1U);
  EXPECT_EQ(scenario.errata.back().packages.size(), 2U);
  EXPECT_EQ(scenario.errata.back().cves.size(), 1U);
}

TEST_F(CatalogueTest, NamesTheLineThatIsWrongAndChangesNothing) {
  const auto before = scenario.systems.size();
  const auto refused = import(line("ALSA-9:1", "[]") + "{broken\n");
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("spm-catalogue-test.jsonl:2: is not JSON"));
  EXPECT_EQ(scenario.systems.size(), before);
  EXPECT_FALSE(import_catalogue("/nonexistent", scenario));
}

}  // namespace
}  // namespace spm::sandbox
