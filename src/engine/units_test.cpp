#include "engine/units.hpp"

#include <gmock/gmock.h>

namespace spm::engine {
namespace {

using ::testing::ElementsAre;

Unit unit(const std::string& name, const std::string& state, std::int64_t pid = 7) { return {name, "loaded", state, "running", pid}; }

TEST(Units, ReadsShowInTheOrderAsked) {
  const auto units = read_units({"ssh", "nothing"},
                                "MainPID=812\nId=ssh.service\nLoadState=loaded\nActiveState=active\nSubState=running\n\n"
                                "MainPID=0\nId=nothing.service\nLoadState=not-found\nActiveState=inactive\nSubState=dead\n");
  ASSERT_TRUE(units) << units.error().message;
  EXPECT_EQ((*units)[0].pid, 812);
  EXPECT_TRUE((*units)[0].is_up());
  EXPECT_EQ((*units)[1].name, "nothing");
  EXPECT_FALSE((*units)[1].is_up());
}

TEST(Units, AShortAnswerIsNoAnswer) {
  EXPECT_FALSE(read_units({"a", "b"}, "Id=a.service\nActiveState=active\n"));
  EXPECT_FALSE(read_units({"a"}, ""));
  EXPECT_FALSE(read_units({"a"}, "Failed to connect to bus: No such file or directory\n"));
}

TEST(Units, ReadsLists) {
  const auto names = read_unit_names(
      "cron.service loaded active running Regular background program processing daemon\nssh.service loaded active running OpenBSD\n");
  ASSERT_TRUE(names);
  EXPECT_THAT(*names, ElementsAre("cron", "ssh"));
  EXPECT_TRUE(read_unit_names("")->empty());
  EXPECT_FALSE(read_unit_names("Failed to list units: Connection timed out\n"));
}

TEST(Units, OneAlternativeIsEnough) {
  const std::vector<std::string> critical{"ssh.socket|ssh"};
  EXPECT_TRUE(down_in(compare_services(critical, {}, {unit("ssh.socket", "active"), unit("ssh", "inactive")})).empty());
  EXPECT_TRUE(down_in(compare_services(critical, {}, {unit("ssh.socket", "inactive"), unit("ssh", "active")})).empty());
  EXPECT_THAT(down_in(compare_services(critical, {}, {unit("ssh.socket", "inactive"), unit("ssh", "failed")})),
              ElementsAre("ssh.socket|ssh (inactive)"));
}

TEST(Units, WhatIsNotReportedIsDown) {
  EXPECT_THAT(down_in(compare_services({"cron"}, {unit("nginx", "active")}, {})),
              ElementsAre("cron (not reported)", "nginx (not reported)"));
}

TEST(Units, ActivatingIsNotUp) { EXPECT_FALSE(unit("x", "activating").is_up()); }

TEST(Units, OnlyWhatRanBeforeMustRunAfter) {
  const auto states = compare_services({}, {unit("nginx", "active"), unit("old", "inactive"), unit("packagekit", "active")},
                                       {unit("nginx", "active", 8), unit("old", "inactive"), unit("packagekit", "inactive")});
  ASSERT_EQ(states.size(), 1U);
  EXPECT_TRUE(states[0].pid_changed);
}

TEST(Units, StorageKeepsThem) {
  const auto back = units_from(to_json(std::vector{unit("cron", "active", 42)}));
  ASSERT_EQ(back.size(), 1U);
  EXPECT_EQ(back[0].name, "cron");
  EXPECT_EQ(back[0].pid, 42);
  EXPECT_TRUE(back[0].is_up());
}

TEST(Units, AsksForEachOnce) {
  EXPECT_THAT(units_to_watch({"ssh.socket|ssh", "cron.service"}, {unit("cron", "active"), unit("nginx", "active")}),
              ElementsAre("cron", "nginx", "ssh", "ssh.socket"));
}

}  // namespace
}  // namespace spm::engine
