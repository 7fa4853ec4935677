#include "health/health.hpp"

#include <gmock/gmock.h>

namespace spm::health {
namespace {

using namespace std::chrono_literals;

const Time kNow = *parse_time("2026-11-23T08:00:00Z");

Installation good() { return {false, false, 3, 1, kNow - 1h, 50'000'000, kNow + 1s, kNow - 5min, "", "", "", "", {}}; }

std::vector<std::string> wrong(const Installation& installation) {
  std::vector<std::string> names;
  for (const auto& finding : judge(installation, kNow)) {
    if (!finding.is_well) names.push_back(finding.name);
  }
  return names;
}

TEST(Installation, AGoodOneHasNothingWrong) {
  EXPECT_THAT(wrong(good()), testing::IsEmpty());
  auto fresh = good();
  fresh.last_sync_at.reset();
  fresh.test_systems = fresh.quarantined = 0;
  fresh.audit_looked_at.reset();
  EXPECT_THAT(wrong(fresh), testing::IsEmpty());
}

TEST(Installation, EachThingThatIsWrongIsNamed) {
  auto seen = good();
  seen.is_superuser = true;
  EXPECT_THAT(wrong(seen), testing::ElementsAre("database role"));
  seen = good();
  seen.can_change_audit = true;
  EXPECT_THAT(wrong(seen), testing::ElementsAre("database role"));
  seen = good();
  seen.server_time = kNow - 6s;
  EXPECT_THAT(wrong(seen), testing::ElementsAre("clock"));
  seen = good();
  seen.last_sync_at = kNow - 25h;
  EXPECT_THAT(wrong(seen), testing::ElementsAre("sync"));
  seen = good();
  seen.test_systems = 0;
  EXPECT_THAT(wrong(seen), testing::ElementsAre("test systems"));
  seen = good();
  seen.quarantined = 3;
  EXPECT_THAT(wrong(seen), testing::ElementsAre("test systems"));
  seen = good();
  seen.audit_problem = "audit row 3 (position 3) was deleted";
  EXPECT_THAT(wrong(seen), testing::ElementsAre("audit chain"));
  seen = good();
  seen.audit_looked_at = kNow - 25h;
  EXPECT_THAT(wrong(seen), testing::ElementsAre("audit chain"));
  seen = good();
  seen.failed_jobs = "sync_uyuni: UYUNI cannot be reached";
  EXPECT_THAT(wrong(seen), testing::ElementsAre("periodic jobs"));
  seen = good();
  seen.failed_cve_lists = "kev: the list is empty";
  EXPECT_THAT(wrong(seen), testing::ElementsAre("CVE lists"));
}

TEST(Installation, SizesAreShownByKind) {
  auto seen = good();
  seen.data = {{"events", 1200, 3'400'000, kNow - 24h, kNow}};
  const auto findings = judge(seen, kNow);
  EXPECT_EQ(findings.back().name, "kept events");
  EXPECT_EQ(findings.back().text, "1200 in 3.4 MB, the oldest of 2026-11-22");
}

}  // namespace
}  // namespace spm::health
