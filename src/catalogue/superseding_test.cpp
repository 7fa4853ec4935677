// The rule itself by examples, and the bulk search against a search that compares every erratum with every other one.

#include "catalogue/superseding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

namespace spm::catalogue {
namespace {

using versions::Family;

using Packages = std::vector<std::pair<std::string, std::string>>;

Time day(int n) { return *parse_time("2026-01-01T00:00:00Z") + std::chrono::hours(24 * n); }

Candidate ubuntu(const std::string& name, int issued, const Packages& packages, const std::string& release = "ubuntu-24.04") {
  Candidate out{{name}, "ubuntu", release, day(issued), std::vector<ports::Package>{}};
  for (const auto& [package, evr] : packages) out.packages->push_back({package, evr, "amd64", std::nullopt});
  return out;
}

bool covers(const Candidate& newer, const Candidate& older) { return supersedes(newer, older, Family::Deb); }

TEST(Superseding, EveryPackageWithAVersionNotLowerSupersedes) {
  const auto older = ubuntu("USN-1-1", 1, {{"openssl", "3.0-1"}, {"libssl3", "3.0-1"}});
  const auto newer = ubuntu("USN-2-1", 2, {{"openssl", "3.0-2"}, {"libssl3", "3.0-1"}, {"libssl-dev", "3.0-2"}});
  EXPECT_TRUE(covers(newer, older));
  EXPECT_FALSE(covers(older, newer));
}

TEST(Superseding, OverlapAloneDoesNot) {
  const auto older = ubuntu("USN-1-1", 1, {{"openssl", "3.0-1"}, {"curl", "8.0-1"}});
  const auto newer = ubuntu("USN-2-1", 2, {{"openssl", "3.0-2"}});
  EXPECT_FALSE(covers(newer, older)) << "curl would stay unfixed";
}

TEST(Superseding, OneLowerVersionSpoilsIt) {
  const auto older = ubuntu("USN-1-1", 1, {{"openssl", "3.0-2"}, {"libssl3", "3.0-1"}});
  const auto newer = ubuntu("USN-2-1", 2, {{"openssl", "3.0-1"}, {"libssl3", "3.0-9"}});
  EXPECT_FALSE(covers(newer, older));
}

TEST(Superseding, VersionsAreComparedByTheRulesOfTheDistribution) {
  EXPECT_TRUE(covers(ubuntu("USN-2-1", 2, {{"a", "1.10"}}), ubuntu("USN-1-1", 1, {{"a", "1.9"}})));
  EXPECT_FALSE(covers(ubuntu("USN-2-1", 2, {{"a", "1.0~rc1-1"}}), ubuntu("USN-1-1", 1, {{"a", "1.0-1"}})));
  EXPECT_TRUE(covers(ubuntu("USN-2-1", 2, {{"a", "1:0.1"}}), ubuntu("USN-1-1", 1, {{"a", "9.9"}})));
}

TEST(Superseding, OtherReleaseOrArchitectureIsAnotherThing) {
  const Packages packages{{"a", "1"}};
  EXPECT_FALSE(covers(ubuntu("USN-2-1", 2, packages, "ubuntu-22.04"), ubuntu("USN-1-1", 1, packages)));
  EXPECT_TRUE(covers(ubuntu("USN-2-1", 2, packages, "ubuntu-22.04,ubuntu-24.04"), ubuntu("USN-1-1", 1, packages)));
  EXPECT_FALSE(covers(ubuntu("USN-2-1", 2, packages), ubuntu("USN-1-1", 1, packages, "ubuntu-22.04,ubuntu-24.04")));
  EXPECT_FALSE(covers(ubuntu("USN-2-1", 2, packages, "ubuntu"), ubuntu("USN-1-1", 1, packages, "ubuntu"))) << "which release is not known";
  auto arm = ubuntu("USN-2-1", 2, packages);
  arm.packages->front().arch = "arm64";
  EXPECT_FALSE(covers(arm, ubuntu("USN-1-1", 1, packages)));
}

TEST(Superseding, UnknownOrEmptyPackagesAreNoProof) {
  const auto newer = ubuntu("RHSA-2", 2, {{"a", "2"}});
  auto older = ubuntu("RHSA-1", 1, {});
  EXPECT_FALSE(covers(newer, older));
  older.packages.reset();
  EXPECT_FALSE(covers(newer, older));
}

TEST(Superseding, HigherRevisionOfAUsnSupersedesWithoutPackages) {
  auto first = ubuntu("USN-7412-1", 1, {{"a", "1"}, {"b", "1"}});
  auto second = ubuntu("USN-7412-2", 2, {{"a", "2"}});
  EXPECT_TRUE(covers(second, first));
  EXPECT_FALSE(covers(first, second));
  first.packages.reset();
  second.packages.reset();
  EXPECT_TRUE(covers(second, first));
  EXPECT_TRUE(covers(ubuntu("USN-7412-10", 3, {}), second)) << "10 is higher than 2";
  EXPECT_FALSE(covers(ubuntu("USN-7413-2", 3, {}), second)) << "another family";
}

TEST(Superseding, IdenticalErrataAreDecidedByDateAndThenByName) {
  const Packages packages{{"a", "1"}};
  EXPECT_TRUE(covers(ubuntu("USN-1-1", 2, packages), ubuntu("USN-2-1", 1, packages)));
  EXPECT_FALSE(covers(ubuntu("USN-2-1", 1, packages), ubuntu("USN-1-1", 2, packages)));
  EXPECT_TRUE(covers(ubuntu("USN-2-1", 1, packages), ubuntu("USN-1-1", 1, packages)));
}

TEST(Superseding, FindsTheLatestOfSeveralSuccessors) {
  const std::vector<Candidate> all{ubuntu("USN-1-1", 1, {{"a", "1"}}), ubuntu("USN-2-1", 2, {{"a", "2"}}),
                                   ubuntu("USN-3-1", 3, {{"a", "3"}, {"b", "1"}}), ubuntu("USN-4-1", 4, {{"b", "2"}})};
  const auto successors = find_successors(all);
  EXPECT_EQ(successors.at({"USN-1-1"}), (AdvisoryName{"USN-3-1"}));
  EXPECT_EQ(successors.at({"USN-2-1"}), (AdvisoryName{"USN-3-1"}));
  EXPECT_FALSE(successors.contains({"USN-3-1"}));
  EXPECT_FALSE(successors.contains({"USN-4-1"}));
}

TEST(Superseding, PointersNeverRunInACircle) {
  // The revision says 1 → 2, the packages say 2 → 3 → 1.
  const std::vector<Candidate> all{ubuntu("USN-1-1", 1, {{"a", "3"}}), ubuntu("USN-1-2", 2, {{"a", "1"}}),
                                   ubuntu("USN-3-1", 3, {{"a", "2"}})};
  const auto successors = find_successors(all);
  for (const auto& [name, first] : successors) {
    auto place = name;
    int steps = 0;
    while (successors.contains(place)) {
      place = successors.at(place);
      ASSERT_LE(++steps, 3) << "a circle through " << name.value;
    }
  }
}

// The package rule, written the slow way.
bool slowly_covers(const Candidate& newer, const Candidate& older) {
  const auto every_package = [](const Candidate& from, const Candidate& in) {
    return std::all_of(from.packages->begin(), from.packages->end(), [&](const auto& package) {
      return std::any_of(in.packages->begin(), in.packages->end(), [&](const auto& other) {
        return other.name == package.name && other.arch == package.arch &&
               versions::compare(Family::Deb, other.evr, package.evr) != std::strong_ordering::less;
      });
    });
  };
  if (older.packages->empty() || older.distribution != newer.distribution || !every_package(older, newer)) return false;
  return !every_package(newer, older) || std::tie(newer.issued_at, newer.name) > std::tie(older.issued_at, older.name);
}

TEST(Superseding, BulkSearchFindsWhatComparingAllPairsFinds) {
  EXPECT_TRUE(rc::check("same superseded errata", [] {
    std::vector<Candidate> all;
    const auto count = *rc::gen::inRange(1, 25);
    for (int i = 0; i < count; ++i) {
      Packages packages;
      for (const std::string name : {"a", "b", "c"}) {
        if (*rc::gen::arbitrary<bool>()) packages.emplace_back(name, std::to_string(*rc::gen::inRange(1, 4)));
      }
      const auto release = *rc::gen::element<std::string>("ubuntu-22.04", "ubuntu-24.04");
      all.push_back(ubuntu("XSA-" + std::to_string(i), *rc::gen::inRange(1, 5), packages, release));
    }
    const auto successors = find_successors(all);
    for (const auto& older : all) {
      const auto any =
          std::any_of(all.begin(), all.end(), [&](const auto& newer) { return newer.name != older.name && slowly_covers(newer, older); });
      RC_ASSERT(successors.contains(older.name) == any);
      if (!any) continue;
      const auto chosen = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.name == successors.at(older.name); });
      RC_ASSERT(slowly_covers(*chosen, older));
    }
  }));
}

}  // namespace
}  // namespace spm::catalogue
