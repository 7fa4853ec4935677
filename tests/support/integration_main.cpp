// The main function of integration_tests. SPM_TEST_LOG=1 shows the log lines of the code under test.

#include <gmock/gmock.h>

#include <cstdlib>

#include "log/log.hpp"
#include "tests/support/postgres.hpp"

namespace {

class Cluster final : public testing::Environment {
 public:
  void TearDown() override { spm::test::stop_cluster(); }
};

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  testing::AddGlobalTestEnvironment(new Cluster);
  const bool show = std::getenv("SPM_TEST_LOG") != nullptr;
  if (!spm::log::start({.level = spm::log::Level::Debug, .file = "", .stdout_on = show})) return 1;
  return RUN_ALL_TESTS();
}
