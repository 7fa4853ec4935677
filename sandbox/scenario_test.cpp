#include "sandbox/scenario.hpp"

#include <gmock/gmock.h>

#include "sandbox/test_world.hpp"

namespace spm::sandbox {
namespace {

const std::chrono::sys_seconds kNow = std::chrono::sys_days{std::chrono::year{2026} / 1 / 31};

std::string error_of(const std::string& text) {
  const auto scenario = parse_scenario(text, kNow);
  return scenario ? "" : scenario.error().message;
}

TEST(Scenario, ErrorsNameTheField) {
  EXPECT_EQ(error_of(R"({"systems": []})"), "scenario.name: is missing");
  EXPECT_EQ(error_of(R"({"name": "x", "systems": [{"name": "a", "os": "windows", "role": "test"}]})").substr(0, 26),
            "scenario.systems[0].os: 'w");
  EXPECT_EQ(error_of(R"({"name": "x", "errata": [{"advisory": "A", "os": "debian-12", "synopsis": "s", "effects": [{"type": "cpu"}]}]})"),
            "scenario.errata[0].effects[0].percent: is missing");
  EXPECT_EQ(error_of(R"({"name": "x", "nmae": 1})"), "scenario.nmae: is not a known field");
  EXPECT_THAT(error_of("{"), testing::HasSubstr("is not JSON"));
}

TEST(Scenario, NamesMustBeUnique) {
  EXPECT_EQ(
      error_of(
          R"({"name": "x", "systems": [{"name": "a", "os": "debian-12", "role": "test"}, {"name": "a", "os": "debian-12", "role": "test"}]})"),
      "systems: the name 'a' stands twice");
}

// What the demonstration promises about its own fleet.
TEST(Scenario, DemoHoldsWhatItsCheckNeeds) {
  const auto demo = embedded_scenario("demo", kNow);
  ASSERT_TRUE(demo) << demo.error().message;
  int approved = 0, failed = 0, reboots = 0, rejected = 0, snoozed = 0, superseded = 0, expected = 0;
  for (const auto& erratum : demo->errata) {
    if (!erratum.expect) continue;
    const auto& expect = *erratum.expect;
    ++expected;
    approved += expect.final_status == "approved";
    rejected += expect.final_status == "rejected";
    snoozed += expect.final_status == "snoozed";
    superseded += expect.final_status == "superseded";
    failed += expect.result == "failed" && expect.rollback != "none";
    reboots += expect.reboot;
  }
  EXPECT_GE(expected, 24);
  EXPECT_GE(approved, 14);
  EXPECT_GE(failed, 4);
  EXPECT_GE(reboots, 2);
  EXPECT_EQ(rejected, 1);
  EXPECT_EQ(snoozed, 1);
  EXPECT_EQ(superseded, 1);
}

// The lists that the demonstration imports speak of its errata, of all of them, and mark some.
TEST(Scenario, DemoKnowsSomethingOfEachOfItsCves) {
  const auto demo = embedded_scenario("demo", kNow);
  ASSERT_TRUE(demo) << demo.error().message;
  std::set<std::string> fixed;
  std::set<std::string> known;
  for (const auto& erratum : demo->errata) fixed.insert(erratum.cves.begin(), erratum.cves.end());
  for (const auto& cve : demo->cves) known.insert(cve.id);
  EXPECT_EQ(known, fixed);
  EXPECT_EQ(known.size(), demo->cves.size()) << "each once";
  EXPECT_GE(std::count_if(demo->cves.begin(), demo->cves.end(), [](const auto& cve) { return cve.exploited; }), 2);
}

// An erratum of an embedded scenario that applies to no test system could never be tested.
TEST(Scenario, EveryExpectedErratumAppliesToATestSystem) {
  for (const char* name : {"demo", "small"}) {
    const auto scenario = embedded_scenario(name, kNow);
    ASSERT_TRUE(scenario) << scenario.error().message;
    const World world(*scenario, 1, kNow);
    for (const auto& erratum : world.errata().all()) {
      if (!erratum.spec.expect) continue;
      const bool applies = std::any_of(world.hosts().begin(), world.hosts().end(), [&](const auto& host) {
        return host->spec.test && std::binary_search(host->needed.begin(), host->needed.end(), erratum.id);
      });
      EXPECT_TRUE(applies) << name << ": " << erratum.spec.advisory;
    }
  }
}

TEST(Scenario, SystemsHaveAPlausibleNumberOfPackages) {
  const auto demo = embedded_scenario("demo", kNow);
  ASSERT_TRUE(demo);
  const World world(*demo, 1, kNow);
  for (const auto& host : world.hosts()) EXPECT_GE(host->packages.size(), 150U) << host->spec.name;
}

}  // namespace
}  // namespace spm::sandbox
