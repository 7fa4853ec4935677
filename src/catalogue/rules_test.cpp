#include "catalogue/rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace spm::catalogue {
namespace {

using ports::AdvisoryType;
using ports::Severity;
using ports::SeveritySource;

const Time kNow = *parse_time("2026-11-23T08:00:00Z");
const Time kLater = *parse_time("2026-11-24T08:00:00Z");

// ---------------------------------------------------------------- severity

struct Merging {
  RatedSeverity one, other, expected;
};

class MergeSeverity : public testing::TestWithParam<Merging> {};

TEST_P(MergeSeverity, TakesTheSurerThenTheHigherOneInEitherOrder) {
  EXPECT_EQ(merge_severity(GetParam().one, GetParam().other), GetParam().expected);
  EXPECT_EQ(merge_severity(GetParam().other, GetParam().one), GetParam().expected);
}

constexpr RatedSeverity kNothing{};
constexpr RatedSeverity kMediumByType{Severity::Medium, SeveritySource::TypeDefault};
constexpr RatedSeverity kLowByType{Severity::Low, SeveritySource::TypeDefault};
constexpr RatedSeverity kLow{Severity::Low, SeveritySource::Vendor};
constexpr RatedSeverity kHigh{Severity::High, SeveritySource::Vendor};
constexpr RatedSeverity kCritical{Severity::Critical, SeveritySource::Vendor};

INSTANTIATE_TEST_SUITE_P(Rules, MergeSeverity,
                         testing::Values(Merging{kNothing, kNothing, kNothing}, Merging{kNothing, kLow, kLow},
                                         Merging{kNothing, kMediumByType, kMediumByType}, Merging{kMediumByType, kLowByType, kMediumByType},
                                         Merging{kMediumByType, kLow, kLow}, Merging{kMediumByType, kCritical, kCritical},
                                         Merging{kHigh, kCritical, kCritical}, Merging{kHigh, kLow, kHigh},
                                         Merging{{Severity::Unknown, SeveritySource::Vendor}, kLowByType, kLowByType},
                                         Merging{{Severity::Unknown, SeveritySource::Vendor}, kNothing, kNothing}));

TEST(Rules, AdvisoryTypeGivesADefaultSeverity) {
  EXPECT_EQ(default_severity(AdvisoryType::Security), kMediumByType);
  EXPECT_EQ(default_severity(AdvisoryType::BugFix), kLowByType);
  EXPECT_EQ(default_severity(AdvisoryType::Enhancement), kLowByType);
  EXPECT_EQ(default_severity(AdvisoryType::Unknown), kNothing);
}

TEST(Rules, WordsAndValuesBelongTogether) {
  for (const auto value : {Severity::Unknown, Severity::Low, Severity::Medium, Severity::High, Severity::Critical}) {
    EXPECT_EQ(parse_severity(to_string(value)), value);
  }
  for (const auto value : {AdvisoryType::Security, AdvisoryType::BugFix, AdvisoryType::Enhancement, AdvisoryType::Unknown}) {
    EXPECT_EQ(parse_type(to_string(value)), value);
  }
  for (const auto value : {SeveritySource::None, SeveritySource::TypeDefault, SeveritySource::Vendor}) {
    EXPECT_EQ(parse_severity_source(to_string(value)), value);
  }
  for (const auto value : {Source::Uyuni, Source::SpmSync}) EXPECT_EQ(parse_source(to_string(value)), value);
  EXPECT_EQ(parse_severity("critical"), std::nullopt);
}

// ---------------------------------------------------------------- where it belongs

struct Placing {
  std::string name, distribution;
  std::set<std::string> systems_os;
  std::optional<std::string> expected;
};

class TargetOs : public testing::TestWithParam<Placing> {};

TEST_P(TargetOs, ComesFromSystemsThenDistributionThenName) {
  EXPECT_EQ(target_os_of({GetParam().name}, GetParam().distribution, GetParam().systems_os), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Rules, TargetOs,
                         testing::Values(Placing{"USN-7234-1", "", {}, "ubuntu"}, Placing{"DSA-5000-1", "", {}, "debian"},
                                         Placing{"DEB-CVE-2024-1234", "", {}, "debian"}, Placing{"RHSA-2026:0123", "", {}, "rhel"},
                                         Placing{"ALSA-2026:A009", "", {}, "rhel"}, Placing{"ELSA-2026-1", "", {}, "rhel"},
                                         Placing{"RLSA-2026:1", "", {}, "rhel"}, Placing{"openSUSE-2026-1", "", {}, "suse"},
                                         Placing{"XYZ-1", "", {}, std::nullopt}, Placing{"XYZ-1", "almalinux-9", {}, "rhel"},
                                         Placing{"XYZ-1", "debian-bookworm", {}, "debian"}, Placing{"XYZ-1", "Ubuntu", {}, "ubuntu"},
                                         Placing{"XYZ-1", "", {"suse"}, "suse"}, Placing{"USN-1-1", "ubuntu", {"debian"}, "debian"},
                                         Placing{"USN-1-1", "", {"debian", "ubuntu"}, "ubuntu"}, Placing{"usn-1-1", "", {""}, "ubuntu"}));

TEST(Rules, DistributionsJoinIntoReleases) {
  EXPECT_EQ(merge_distribution("", ""), "");
  EXPECT_EQ(merge_distribution("ubuntu", ""), "ubuntu");
  EXPECT_EQ(merge_distribution("ubuntu", "ubuntu-24.04"), "ubuntu-24.04");
  EXPECT_EQ(merge_distribution("ubuntu-24.04", "ubuntu"), "ubuntu-24.04");
  EXPECT_EQ(merge_distribution("ubuntu-24.04", "ubuntu-22.04"), "ubuntu-22.04,ubuntu-24.04");
  EXPECT_EQ(merge_distribution("ubuntu-22.04,ubuntu-24.04", "ubuntu-24.04"), "ubuntu-22.04,ubuntu-24.04");
}

TEST(Rules, TestSystemsAreToldByGroupIdOrName) {
  TestSystemRule rule{"test-", {17}, {"lab.example.com"}};
  ports::ManagedSystem system;
  system.id = {1};
  system.name = "web01";
  EXPECT_EQ(role_of(system, rule), Role::Production);
  system.groups = {"production", "my-test-group"};
  EXPECT_EQ(role_of(system, rule), Role::Production);
  system.groups.push_back("test-ubuntu-2404");
  EXPECT_EQ(role_of(system, rule), Role::Test);
  rule.group_prefix = "";
  EXPECT_EQ(role_of(system, rule), Role::Production) << "an empty prefix must not turn every grouped system into a test system";
  system.id = {17};
  EXPECT_EQ(role_of(system, rule), Role::Test);
  system.id = {1};
  system.name = "lab.example.com";
  EXPECT_EQ(role_of(system, rule), Role::Test);
}

TEST(Rules, TotalSizeIsUnknownWhenOneSizeIs) {
  using ports::Package;
  EXPECT_EQ(total_size_kb(std::vector<Package>{}), 0);
  EXPECT_EQ(total_size_kb(std::vector<Package>{{"a", "1", "", 1}}), 1);
  EXPECT_EQ(total_size_kb(std::vector<Package>{{"a", "1", "", 1024}, {"b", "1", "", 1024}}), 2);
  EXPECT_EQ(total_size_kb(std::vector<Package>{{"a", "1", "", 1024}, {"b", "1", "", std::nullopt}}), std::nullopt);
}

// ---------------------------------------------------------------- two sources, one row

Told by_spm_sync() {
  Told told;
  told.source = Source::SpmSync;
  told.advisory.name = {"USN-7234-1"};
  told.advisory.synopsis = "OpenSSL vulnerability";
  told.advisory.type = AdvisoryType::Security;
  told.advisory.severity = Severity::High;
  told.advisory.severity_source = SeveritySource::Vendor;
  told.advisory.source = "usn";
  told.advisory.distribution = "ubuntu";
  told.advisory.cves = {"CVE-2026-0001"};
  return told;
}

Told overview() {
  Told told;
  told.source = Source::Uyuni;
  told.advisory.name = {"USN-7234-1"};
  told.advisory.synopsis = "USN-7234-1: OpenSSL";
  told.advisory.type = AdvisoryType::Security;
  told.systems_os = {"ubuntu"};
  told.systems_releases = {"ubuntu-24.04"};
  return told;
}

Told details() {
  auto told = overview();
  told.advisory.description = "Fixes it.";
  told.advisory.severity = Severity::Medium;
  told.advisory.severity_source = SeveritySource::Vendor;
  told.advisory.source = "usn";
  told.advisory.cves = {"CVE-2026-0002"};
  told.advisory.packages = {{{"openssl", "3.0.13-0ubuntu3.5", "amd64", 100'000}, {"libssl3", "3.0.13-0ubuntu3.5", "amd64", 200'000}}};
  told.uyuni_update_date = "2026-11-20";
  return told;
}

TEST(Merge, NewErratumIsWhatWasTold) {
  const auto row = merge(nullptr, by_spm_sync(), kNow);
  EXPECT_EQ(row.severity, Severity::High);
  EXPECT_EQ(row.target_os, "ubuntu");
  EXPECT_EQ(row.packages, std::nullopt) << "unknown packages are not an empty list";
  EXPECT_TRUE(row.in_spm_sync);
  EXPECT_FALSE(row.in_uyuni);
  EXPECT_EQ(row.first_seen_at, kNow);
}

TEST(Merge, SayingTheSameAgainChangesNothing) {
  auto row = merge(nullptr, by_spm_sync(), kNow);
  EXPECT_EQ(merge(&row, by_spm_sync(), kLater), row);
  row = merge(&row, overview(), kNow);
  row = merge(&row, details(), kNow);
  for (const auto& told : {by_spm_sync(), overview(), details()}) EXPECT_EQ(merge(&row, told, kLater), row);
}

TEST(Merge, BothSourcesEndInOneRowWhateverComesFirst) {
  auto one = merge(nullptr, by_spm_sync(), kNow);
  one = merge(&one, overview(), kNow);
  one = merge(&one, details(), kNow);
  auto other = merge(nullptr, overview(), kNow);
  other = merge(&other, details(), kNow);
  other = merge(&other, by_spm_sync(), kNow);
  EXPECT_EQ(one, other);
  EXPECT_EQ(one.severity, Severity::High) << "equally sure: the higher one";
  EXPECT_THAT(one.cves, testing::ElementsAre("CVE-2026-0001", "CVE-2026-0002"));
  EXPECT_EQ(one.distribution, "ubuntu-24.04");
  EXPECT_EQ(one.total_size_kb, 293);
  EXPECT_TRUE(one.in_uyuni && one.in_spm_sync);
}

TEST(Merge, UyuniDetailsWinOverTheCatalogue) {
  auto row = merge(nullptr, details(), kNow);
  row = merge(&row, by_spm_sync(), kLater);
  EXPECT_EQ(row.synopsis, "USN-7234-1: OpenSSL");
  EXPECT_EQ(row.description, "Fixes it.");
}

TEST(Merge, OverviewTakesNothingAwayFromDetails) {
  auto row = merge(nullptr, details(), kNow);
  const auto after = merge(&row, overview(), kLater);
  EXPECT_EQ(after.packages, row.packages);
  EXPECT_EQ(after.cves, row.cves);
  EXPECT_EQ(after.uyuni_update_date, "2026-11-20");
}

TEST(Merge, SoleSourceMayLowerItsOwnSeverity) {
  auto row = merge(nullptr, by_spm_sync(), kNow);
  auto lowered = by_spm_sync();
  lowered.advisory.severity = Severity::Low;
  row = merge(&row, lowered, kLater);
  EXPECT_EQ(row.severity, Severity::Low);
  EXPECT_EQ(row.changed_at, kLater);
  EXPECT_EQ(row.first_seen_at, kNow);
}

TEST(Merge, CatalogueSeverityBeatsTheTypeDefaultOfUyuni) {
  auto row = merge(nullptr, overview(), kNow);
  EXPECT_EQ(row.severity, Severity::Medium);
  EXPECT_EQ(row.severity_source, SeveritySource::TypeDefault);
  auto low = by_spm_sync();
  low.advisory.severity = Severity::Low;
  row = merge(&row, low, kLater);
  EXPECT_EQ(row.severity, Severity::Low);
  EXPECT_EQ(row.severity_source, SeveritySource::Vendor);
}

TEST(Merge, ReturnOfAWithdrawnErratumIsNoLongerWithdrawn) {
  auto row = merge(nullptr, by_spm_sync(), kNow);
  row.in_spm_sync = false;
  row.withdrawn_at = kNow;
  row = merge(&row, by_spm_sync(), kLater);
  EXPECT_EQ(row.withdrawn_at, std::nullopt);
  EXPECT_TRUE(row.in_spm_sync);
}

TEST(Merge, PackagesWithoutSizesDoNotReplaceThoseOfUyuni) {
  auto row = merge(nullptr, details(), kNow);
  auto told = by_spm_sync();
  told.advisory.packages = {{{"openssl", "3.0.13-0ubuntu3.5", "", std::nullopt}}};
  EXPECT_EQ(merge(&row, told, kLater).packages, row.packages);
}

TEST(Offline, OnlyWhatSpeaksAgainstASystemCounts) {
  using namespace std::chrono_literals;
  EXPECT_EQ(offline_reason(Presence{}, kNow), std::nullopt) << "nothing is known";
  EXPECT_EQ(offline_reason(Presence{kNow - 23h, {}, {}}, kNow), std::nullopt);
  EXPECT_NE(offline_reason(Presence{kNow - 25h, {}, {}}, kNow), std::nullopt);
  EXPECT_NE(offline_reason(Presence{kNow - 2h, kNow - 1h, kNow + 1h}, kNow), std::nullopt);
  EXPECT_EQ(offline_reason(Presence{kNow - 30min, kNow - 1h, kNow + 1h}, kNow), std::nullopt) << "it has been back since";
  EXPECT_EQ(offline_reason(Presence{{}, kNow - 3h, kNow - 1h}, kNow), std::nullopt) << "it is worth another try";
}

}  // namespace
}  // namespace spm::catalogue
