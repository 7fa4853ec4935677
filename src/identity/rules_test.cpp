#include "identity/rules.hpp"

#include <gmock/gmock.h>

#include "access/roles.hpp"

namespace spm::identity {
namespace {

using access::Permission;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::Contains;
using testing::IsEmpty;
using testing::Key;

const Time kNow = *parse_time("2026-11-23T08:00:00Z");

TEST(Attempts, TheFirstAreFreeThenTheWaitDoublesUpToALimit) {
  Attempts attempts{0, kNow, std::nullopt};
  for (int i = 0; i < 4; ++i) {
    attempts = after_failure(attempts, kWithAccount, kNow);
    EXPECT_EQ(wait_of(attempts, kNow), std::nullopt) << attempts.failures;
  }
  for (const auto wait : {30, 60, 120, 240, 480, 900, 900, 900}) {
    attempts = after_failure(attempts, kWithAccount, kNow);
    EXPECT_EQ(wait_of(attempts, kNow), seconds(wait)) << attempts.failures;
  }
  for (int i = 0; i < 100; ++i) attempts = after_failure(attempts, kWithAccount, kNow);
  EXPECT_EQ(wait_of(attempts, kNow), seconds(900));
  EXPECT_EQ(wait_of(attempts, kNow + minutes(15)), std::nullopt);
  EXPECT_EQ(after_failure(attempts, kWithAccount, kNow + hours(25)).failures, 1) << "yesterday's are forgotten";
}

TEST(Sessions, EndWhenIdleAndWhenOld) {
  EXPECT_TRUE(is_session_alive(kNow, kNow + hours(12), minutes(30), kNow + minutes(29)));
  EXPECT_FALSE(is_session_alive(kNow, kNow + hours(12), minutes(30), kNow + minutes(30)));
  EXPECT_FALSE(is_session_alive(kNow + hours(12), kNow + hours(12), minutes(30), kNow + hours(12)));
}

TEST(Users, NamesRolesAndScopesAreChecked) {
  EXPECT_THAT(problems_with_user("ada.lovelace@example.org", {"viewer"}, {}), IsEmpty());
  for (const auto* name : {"", "Ada", "-ada", "a da", "ada\n", "ada:1", "ädä"}) {
    EXPECT_THAT(problems_with_user(name, {"viewer"}, {}), Contains(Key("username"))) << name;
  }
  EXPECT_THAT(problems_with_user("ada", {}, {}), Contains(Key("roles")));
  EXPECT_THAT(problems_with_user("ada", {"viewer", "root"}, {}), Contains(Key("roles")));
  EXPECT_THAT(problems_with_user("ada", {"viewer", "admin"}, {{1}, {}}), Contains(Key("scope")));
  EXPECT_EQ(normal_username("Ada.L"), "ada.l");
}

access::Principal creator(access::Role role, access::Scope scope = {}) {
  return {"user:ada", access::permissions_of(role), std::move(scope)};
}

KeyOrder order(std::vector<std::string> roles, std::vector<std::string> permissions = {}) {
  KeyOrder key;
  key.name = "ci";
  key.roles = std::move(roles);
  key.permissions = std::move(permissions);
  return key;
}

TEST(Keys, NobodyHandsOutMoreThanTheyHave) {
  using access::Role;
  EXPECT_THAT(problems_with_key(order({"viewer"}), creator(Role::Operator), kNow), IsEmpty());
  EXPECT_THAT(problems_with_key(order({}, {"run_tests"}), creator(Role::Operator), kNow), IsEmpty());
  EXPECT_THAT(problems_with_key(order({}, {"read_audit"}), creator(Role::Operator), kNow), Contains(Key("permissions")));
  EXPECT_THAT(problems_with_key(order({"admin"}), creator(Role::Operator), kNow), Contains(Key("permissions")));
  EXPECT_THAT(problems_with_key(order({}), creator(Role::Admin), kNow), Contains(Key("roles")));
  EXPECT_THAT(problems_with_key(order({"viewer"}), creator(Role::Viewer, {{}, {"web"}}), kNow), Contains(Key("scope")));
  auto expired = order({"viewer"});
  expired.expires_at = kNow;
  EXPECT_THAT(problems_with_key(expired, creator(Role::Admin), kNow), Contains(Key("expires_at")));
}

TEST(Keys, OnlyWhoManagesUsersMakesKeysThatDecideOrActForOthers) {
  using access::Role;
  EXPECT_THAT(problems_with_key(order({"approver"}), creator(Role::Approver), kNow), Contains(Key("permissions")));
  EXPECT_THAT(problems_with_key(order({"approver"}), creator(Role::Admin), kNow), IsEmpty());
  auto for_others = order({"viewer"});
  for_others.may_act_for_others = true;
  EXPECT_THAT(problems_with_key(for_others, creator(Role::Operator), kNow), Contains(Key("may_act_for_others")));
  EXPECT_THAT(problems_with_key(for_others, creator(Role::Admin), kNow), IsEmpty());
}

TEST(Keys, AKeyThatManagesUsersHasNoScope) {
  auto key = order({}, {"manage_users"});
  key.scope.groups = {"web"};
  EXPECT_THAT(problems_with_key(key, creator(access::Role::Admin), kNow), Contains(Key("scope")));
}

}  // namespace
}  // namespace spm::identity
