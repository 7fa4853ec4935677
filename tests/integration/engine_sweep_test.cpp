// The sweeper finds items that nobody works on, and leaves all others alone.

#include <gmock/gmock.h>

#include "engine/group.hpp"
#include "engine/sweeper.hpp"
#include "tests/integration/engine_fixture.hpp"

namespace spm::test {
namespace {

using ::testing::HasSubstr;

class EngineSweep : public EngineTest {
 protected:
  int sweep() { return engine::sweep_orphans(database.pool(), clock); }
  void orphan(const std::string& status) {
    (void)database.query("UPDATE patch_test_queue SET status = '" + status + "', changed_at = '2026-11-23T08:00:00Z'");
  }
};

TEST_F(EngineSweep, FailsItemsThatNoRunWorksOn) {
  for (const char* status : {"testing", "needs_reboot", "rebooting"}) {
    orphan(status);
    EXPECT_EQ(sweep(), 0) << "a moment ago it moved";
    clock.advance(std::chrono::minutes(6));
    EXPECT_EQ(sweep(), 1) << status;
    EXPECT_EQ(item("status"), "failed");
    EXPECT_EQ(item("failure_class"), "infra");
    EXPECT_THAT(item("failure_reason"), HasSubstr("no test run works on it"));
    clock.set(*parse_time("2026-11-23T08:00:00Z"));
  }
}

TEST_F(EngineSweep, LeavesWhatIsUnderWayAlone) {
  start_test();
  const auto one = runner("node-a");
  drive_until(*one, "stabilize");
  clock.advance(std::chrono::hours(1));
  EXPECT_EQ(sweep(), 0);
  EXPECT_EQ(item("status"), "testing");
}

}  // namespace
}  // namespace spm::test
