#include "access/group_roles.hpp"

#include <gmock/gmock.h>

namespace spm::access {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(GroupRoles, AreReadFromTheSetting) {
  const auto table = parse_group_roles(" spm-admins = admin ,/it/ops team=operator,cn=a=viewer");
  ASSERT_TRUE(table);
  ASSERT_EQ(table->size(), 3U);
  EXPECT_EQ((*table)[0].group, "spm-admins");
  EXPECT_EQ((*table)[1].group, "/it/ops team");
  EXPECT_EQ((*table)[2].group, "cn=a") << "the last = counts";
  for (const auto* wrong : {"", "admin", "=admin", "a=", "a=root", "a=admin,", "a=admin,,b=viewer", "a=Admin", " =viewer"}) {
    EXPECT_FALSE(parse_group_roles(wrong)) << wrong;
  }
}

TEST(GroupRoles, AddUpAndUnknownGroupsBringNothing) {
  const auto table = parse_group_roles("ops=operator,deciders=approver,boss=admin,boss=auditor").value();
  EXPECT_THAT(roles_of_groups(table, {"deciders", "cooks", "ops"}), ElementsAre("operator", "approver"));
  EXPECT_THAT(roles_of_groups(table, {"boss", "boss"}), ElementsAre("admin", "auditor"));
  EXPECT_THAT(roles_of_groups(table, {"OPS", "ops ", "admin", ""}), IsEmpty());
  EXPECT_THAT(roles_of_groups(table, {}), IsEmpty());
}

}  // namespace
}  // namespace spm::access
