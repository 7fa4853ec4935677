#include "access/roles.hpp"

#include <gmock/gmock.h>

#include "access/scope.hpp"

namespace spm::access {
namespace {

using testing::Contains;
using testing::Not;

TEST(Roles, EachHasAWordAndMayLookAndMindItself) {
  for (const auto role : all_roles()) {
    EXPECT_EQ(parse_role(to_string(role)), role);
    EXPECT_THAT(permissions_of(role), Contains(Permission::ReadState)) << to_string(role);
    EXPECT_THAT(permissions_of(role), Contains(Permission::Self)) << to_string(role);
  }
  EXPECT_EQ(parse_role("root"), std::nullopt);
  for (const auto permission : all_permissions()) EXPECT_EQ(parse_permission(to_string(permission)), permission);
}

TEST(Roles, AnAuditorReadsTheRecordAndChangesNothing) {
  using enum Permission;
  EXPECT_EQ(permissions_of(Role::Auditor), (std::set{Self, ReadState, ReadConfiguration, ReadAudit}));
}

TEST(Roles, OnlyAdminsManageUsersConfigurationAndRootCommandsAndBreakGlass) {
  for (const auto role : all_roles()) {
    if (role == Role::Admin) continue;
    for (const auto permission :
         {Permission::ManageUsers, Permission::ManageConfiguration, Permission::ManageChecks, Permission::BreakGlass}) {
      EXPECT_THAT(permissions_of(role), Not(Contains(permission))) << to_string(role);
    }
  }
}

TEST(Roles, WhoTestsDoesNotDecideAndWhoDecidesDoesNotTest) {
  EXPECT_THAT(permissions_of(Role::Operator), Not(Contains(Permission::Decide)));
  EXPECT_THAT(permissions_of(Role::Approver), Not(Contains(Permission::RunTests)));
}

TEST(Roles, SeveralAddUpAndUnknownWordsCountForNothing) {
  const auto both = permissions_of(std::vector<std::string>{"operator", "approver", "root"});
  EXPECT_THAT(both, Contains(Permission::Decide));
  EXPECT_THAT(both, Contains(Permission::RunTests));
  EXPECT_THAT(both, Not(Contains(Permission::ManageUsers)));
  EXPECT_TRUE(permissions_of(std::vector<std::string>{"root"}).empty());
}

TEST(Scope, IsWithinAnother) {
  const Scope everything;
  const Scope web{{}, {"web"}};
  const Scope web_and_org{{7}, {"web"}};
  EXPECT_TRUE(is_within(everything, everything));
  EXPECT_TRUE(is_within(web, everything));
  EXPECT_FALSE(is_within(everything, web));
  EXPECT_TRUE(is_within(web, web_and_org));
  EXPECT_FALSE(is_within(web_and_org, web));
}

TEST(Scope, NarrowsToWhatBothHave) {
  const Scope web{{}, {"web"}};
  const Scope wide{{7}, {"web", "db"}};
  EXPECT_EQ(narrowed(wide, web)->groups, web.groups);
  EXPECT_TRUE(narrowed(wide, web)->organisations.empty());
  EXPECT_EQ(narrowed({}, web)->groups, web.groups);
  EXPECT_EQ(narrowed(web, {})->groups, web.groups);
  EXPECT_FALSE(narrowed(web, Scope{{7}, {}})) << "nothing in common must not become everything";
}

TEST(Scope, SurvivesJson) {
  const Scope scope{{7, 9}, {"web"}};
  EXPECT_EQ(scope_from(to_json(scope)).organisations, scope.organisations);
  EXPECT_EQ(scope_from(to_json(scope)).groups, scope.groups);
  EXPECT_TRUE(scope_from(nullptr).is_everything());
  EXPECT_FALSE(filter_of(Scope{}));
  EXPECT_TRUE(filter_of(scope));
}

}  // namespace
}  // namespace spm::access
