// The SPM-SYNC client against the sandbox's server, both generations and both kinds of paging.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/sandbox_fixture.hpp"

namespace spm::spm_sync {
namespace {

using sandbox::Scenario;
using sandbox::Target;
using testing::Contains;
using testing::HasSubstr;

std::set<std::string> names_of(const std::vector<ports::Advisory>& advisories) {
  std::set<std::string> names;
  for (const auto& advisory : advisories) names.insert(advisory.name.value);
  return names;
}

class SpmSyncPaging : public testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(Offset, SpmSyncPaging, testing::Bool(),
                         [](const auto& parameter) { return parameter.param ? "Honoured" : "Ignored"; });

TEST_P(SpmSyncPaging, TheWholeCatalogueIsReadWhateverBecomesOfOffset) {
  const SystemClock clock;
  test::RunningSandbox hosts(50, [](Scenario& scenario) { scenario.spm_sync.honour_offset = GetParam(); });
  std::size_t calls = 0;
  const auto count = [&](std::string_view, std::string_view call, std::string_view, std::chrono::microseconds) {
    calls += call == "errata" ? 1 : 0;
  };
  for (const std::size_t page_size : {1U, 2U, 3U, 5U, 6U, 7U, 1000U}) {
    calls = 0;
    auto options = hosts.spm_sync_options();
    options.page_size = page_size;
    const auto advisories = SpmSyncCatalogue(options, clock, count).advisories();
    ASSERT_TRUE(advisories) << advisories.error().message;
    ASSERT_TRUE(*advisories);
    EXPECT_EQ((*advisories)->size(), 6U) << page_size;
    EXPECT_THAT(names_of(**advisories), Contains("USN-7449-1")) << page_size;
    EXPECT_LE(calls, GetParam() ? 7U : 3U) << page_size;
  }
}

TEST(SpmSyncOverTheWire, EntriesAreReadWhole) {
  const SystemClock clock;
  test::RunningSandbox hosts;
  const auto advisories = SpmSyncCatalogue(hosts.spm_sync_options(), clock).advisories().value().value();
  const auto found = std::find_if(advisories.begin(), advisories.end(), [](const auto& a) { return a.name.value == "USN-7278-1"; });
  ASSERT_NE(found, advisories.end());
  EXPECT_EQ(found->severity_source, ports::SeveritySource::Vendor);
  EXPECT_TRUE(found->issued_at);
  EXPECT_EQ(found->distribution, "ubuntu-24.04");
  EXPECT_FALSE(found->packages);
}

TEST(SpmSyncOverTheWire, PackagesAreReadAndUnknownAdvisoriesAreSaidToBeUnknown) {
  const SystemClock clock;
  test::RunningSandbox hosts;
  SpmSyncCatalogue catalogue(hosts.spm_sync_options(), clock);
  const auto packages = catalogue.packages({"USN-7278-1"});
  ASSERT_TRUE(packages) << packages.error().message;
  EXPECT_THAT(*packages, Contains(ports::Package{"openssl", "3.0.13-0ubuntu3.5", "", std::nullopt}));
  const auto unknown = catalogue.packages({"USN-1-1"});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, ErrorCode::NotFound);
}

TEST(SpmSyncOverTheWire, GenerationThreeHasNoCatalogue) {
  const SystemClock clock;
  test::RunningSandbox hosts(50, [](Scenario& scenario) { scenario.spm_sync.generation = 3; });
  auto options = hosts.spm_sync_options();
  options.api_key = "sandbox-key";
  SpmSyncCatalogue catalogue(options, clock);
  const auto advisories = catalogue.advisories();
  ASSERT_TRUE(advisories) << advisories.error().message;
  EXPECT_FALSE(*advisories);
  const auto report = catalogue.probe();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_THAT(report->version, testing::StartsWith("3."));
}

TEST(SpmSyncOverTheWire, WhateverGoesWrongIsAnErrorOfSpmSync) {
  const SystemClock clock;
  test::RunningSandbox hosts;
  for (const auto& kind : test::troubles()) {
    const auto& [name, plan, expected] = kind;
    auto options = hosts.spm_sync_options();
    options.timeout = kind.patience();
    const auto trouble = hosts.trouble(Target::SpmSync, plan);
    const auto advisories = SpmSyncCatalogue(options, clock).advisories();
    ASSERT_FALSE(advisories) << name;
    EXPECT_EQ(advisories.error().code, ErrorCode::SpmSyncError) << name;
    EXPECT_THAT(expected, Contains(advisories.error().upstream)) << name << ": " << advisories.error().message;
  }
}

TEST(SpmSyncOverTheWire, AServerThatIsGoneIsUnreachableAndComesBack) {
  const SystemClock clock;
  test::RunningSandbox hosts;
  SpmSyncCatalogue catalogue(hosts.spm_sync_options(), clock);
  ASSERT_TRUE(catalogue.probe());
  ASSERT_TRUE(hosts->set_listening(Target::SpmSync, false));
  const auto gone = catalogue.advisories();
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().upstream, UpstreamFailure::Unreachable);
  ASSERT_TRUE(hosts->set_listening(Target::SpmSync, true));
  EXPECT_TRUE(test::eventually([&] { return catalogue.advisories().has_value(); }));
}

}  // namespace
}  // namespace spm::spm_sync
