#include "engine/packages.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

namespace spm::engine {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using versions::Family;

TEST(Packages, ReadsDpkg) {
  const auto installed = read_packages(
      Family::Deb, "bash\t5.1-6\tii \nlibssl3:amd64\t3.0.2-0ubuntu1.10\tii \nheld\t1.0\thi \nremoved\t1.0\trc \nnever\t\tun \n");
  ASSERT_TRUE(installed) << installed.error().message;
  EXPECT_EQ(installed->size(), 3U);
  EXPECT_EQ(installed->at("libssl3:amd64"), std::set<std::string>{"3.0.2-0ubuntu1.10"});
}

TEST(Packages, AHalfInstalledPackageIsNotEqualToAWholeOne) {
  const auto whole = read_packages(Family::Deb, "bash\t5.1-6\tii \n");
  const auto half = read_packages(Family::Deb, "bash\t5.1-6\tiF \n");
  EXPECT_EQ(differences(*whole, *half).size(), 1U);
}

TEST(Packages, ReadsRpmWithSeveralKernels) {
  const auto installed = read_packages(Family::Rpm,
                                       "kernel-core\t0:5.14.0-362.el9\tx86_64\nkernel-core\t0:5.14.0-427.el9\tx86_64\nopenssl\t1:3.0.7-27."
                                       "el9\tx86_64\ngpg-pubkey\t0:1-2\t(none)\n");
  ASSERT_TRUE(installed) << installed.error().message;
  EXPECT_EQ(installed->at("kernel-core.x86_64"), (std::set<std::string>{"5.14.0-362.el9", "5.14.0-427.el9"}));
  EXPECT_EQ(installed->at("openssl.x86_64"), std::set<std::string>{"1:3.0.7-27.el9"});
}

TEST(Packages, RefusesWhatItCannotRead) {
  EXPECT_FALSE(read_packages(Family::Deb, ""));
  EXPECT_FALSE(read_packages(Family::Deb, "dpkg-query: error: parsing file\n"));
  EXPECT_FALSE(read_packages(Family::Deb, "bash\t5.1-6\tii \n-rf\t1.0\tii \n"));
  EXPECT_FALSE(read_packages(Family::Rpm, "openssl\t3.0.7-27.el9\n"));
}

TEST(Packages, TellsWhatChanged) {
  const Installed before{{"a", {"1"}}, {"b", {"1"}}, {"c", {"1"}}};
  const Installed after{{"a", {"1"}}, {"b", {"2"}}, {"d", {"1"}}};
  EXPECT_THAT(differences(before, after),
              ElementsAre(PackageChange{"b", {"1"}, {"2"}}, PackageChange{"c", {"1"}, {}}, PackageChange{"d", {}, {"1"}}));
  EXPECT_THAT(describe(differences(before, after)), HasSubstr("b 1 → 2, c 1 → absent, d absent → 1"));
}

TEST(Packages, KnowsTheOnesOfTheErratum) {
  const std::vector<PackageChange> changes{{"libssl3:amd64", {"1"}, {"2"}}, {"zlib1g:amd64", {"1"}, {"2"}}};
  EXPECT_EQ(of_erratum(Family::Deb, changes, {"libssl3", "openssl"}).size(), 1U);
  EXPECT_EQ(of_erratum(Family::Deb, changes, {}).size(), 2U) << "packages that are not known";
  EXPECT_EQ(bare_name(Family::Rpm, "python3.11.x86_64"), "python3.11");
}

std::vector<std::vector<std::string>> argvs(const Result<std::vector<ports::Command>>& commands) {
  std::vector<std::vector<std::string>> list;
  for (const auto& command : *commands) list.push_back(command.argv);
  return list;
}

TEST(PackagesBack, WithApt) {
  const auto commands = commands_back("ubuntu", {{"libssl3:amd64", {"3.0-1"}, {"3.0-2"}}, {"gone", {"1.0"}, {}}, {"new", {}, {"1.0"}}});
  EXPECT_THAT(argvs(commands), ElementsAre(ElementsAre("apt-get", "install", "-y", "--allow-downgrades", "-o",
                                                       "Dpkg::Options::=--force-confold", "--", "libssl3:amd64=3.0-1", "gone=1.0"),
                                           ElementsAre("apt-get", "remove", "-y", "--", "new")));
}

TEST(PackagesBack, WithDnfAKernelIsRemovedNotDowngraded) {
  const auto commands =
      commands_back("rhel", {{"openssl.x86_64", {"1:3.0-1"}, {"1:3.0-2"}}, {"kernel-core.x86_64", {"5-1"}, {"5-1", "5-2"}}});
  EXPECT_THAT(argvs(commands), ElementsAre(ElementsAre("dnf", "-y", "downgrade", "--", "openssl-1:3.0-1.x86_64"),
                                           ElementsAre("dnf", "-y", "remove", "--", "kernel-core-5-2.x86_64")));
}

TEST(PackagesBack, WithZypper) {
  const auto commands = commands_back("suse", {{"openssl.x86_64", {"3.0-1"}, {"3.0-2"}}, {"new.noarch", {}, {"1-1"}}});
  EXPECT_THAT(argvs(commands), ElementsAre(ElementsAre("zypper", "--non-interactive", "install", "--oldpackage", "--", "openssl=3.0-1"),
                                           ElementsAre("rpm", "-e", "new-1-1.noarch")));
}

TEST(PackagesBack, NothingToDoIsNoCommand) { EXPECT_TRUE(commands_back("ubuntu", {})->empty()); }

TEST(PackagesBack, RefusesWhatIsNoVersion) {
  EXPECT_FALSE(commands_back("ubuntu", {{"bash", {"5.1-6 (half-way: iF)"}, {"5.1-7"}}}));
  EXPECT_FALSE(commands_back("ubuntu", {{"--purge", {}, {"1"}}}));
  EXPECT_FALSE(commands_back("rhel", {{"bash.x86_64", {"$(reboot)"}, {"1"}}}));
}

RC_GTEST_PROP(Packages, StorageKeepsEverything, (const std::map<std::string, std::set<std::string>>& wild)) {
  Installed installed;
  for (const auto& [name, list] : wild) {
    if (!list.empty()) installed[name] = list;
  }
  RC_ASSERT(installed_from(to_json(installed)) == installed);
  RC_ASSERT(differences(installed, installed).empty());
}

}  // namespace
}  // namespace spm::engine
