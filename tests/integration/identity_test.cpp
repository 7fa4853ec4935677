// People: logins and the wait for guessers, sessions and their limits, passwords, users.

#include "tests/integration/identity_fixture.hpp"

namespace spm::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class Logins : public IdentityTest {};
class Sessions : public IdentityTest {};
class Users : public IdentityTest {};

TEST_F(Logins, ThePasswordOpensASessionThatOnlyTheBrowserHolds) {
  user("ada", {"operator"});
  Client ada;
  const auto answer = login(ada, "Ada");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(answer.cookie, HasSubstr("; Path=/; HttpOnly; SameSite=Strict; Secure"));
  EXPECT_EQ(answer.body.at("actor").as_string(), "user:ada");
  EXPECT_THAT(json::value_to<std::vector<std::string>>(answer.body.at("permissions")), Contains("run_tests"));
  EXPECT_EQ(get(ada, "/auth/me").body, answer.body);
  EXPECT_EQ(database.query("SELECT count(*) AS n FROM sessions WHERE token_hash = '" + ada.cookie + "'")[0].integer("n"), 0);
  EXPECT_THAT(audited(), Contains("user:ada auth.login ada"));
}

TEST_F(Logins, AWrongPasswordAndAnUnknownNameLookTheSame) {
  user("ada", {"viewer"});
  Client client;
  auto wrong = login(client, "ada", "seven green trams at one");
  auto unknown = login(client, "eve", "seven green trams at one");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.body, unknown.body);
  EXPECT_TRUE(wrong.cookie.empty());
}

TEST_F(Logins, GuessersWaitLongerAndLongerKnownAccountOrNot) {
  const auto id = user("ada", {"viewer"});
  for (const std::string name : {"ada", "eve"}) {
    Client client;
    for (int i = 0; i < 5; ++i) EXPECT_EQ(login(client, name, "wrong wrong wrong").status, 401);
    const auto locked = login(client, name, kGoodPassword);
    EXPECT_EQ(locked.status, 429) << "even with the right password";
    EXPECT_EQ(locked.body.at("details").at("retry_after_seconds").as_int64(), 30);
    clock.advance(std::chrono::seconds(31));
    EXPECT_EQ(login(client, name, "wrong wrong wrong").status, 401);
    EXPECT_EQ(login(client, name, kGoodPassword).body.at("details").at("retry_after_seconds").as_int64(), 60);
  }
  EXPECT_THAT(audited(), Contains("anonymous auth.lockout ada"));
  EXPECT_THAT(audited(), Contains("anonymous auth.lockout ")) << "the same work for a name that nobody has, which is not written down";
  EXPECT_THAT(audited(), Not(Contains(HasSubstr("eve"))));
  clock.advance(std::chrono::minutes(2));
  Client ada;
  EXPECT_EQ(login(ada, "ada").status, 200);
  EXPECT_EQ(login(ada, "ada", "wrong wrong wrong").status, 401);
  EXPECT_EQ(login(ada, "ada").status, 200) << "a success forgets the failures";
  Client program{.key = kConfiguredKey};
  EXPECT_TRUE(get(program, "/users/" + std::to_string(id)).body.at("locked_until").is_null());
}

TEST_F(Logins, AnAddressThatTriesManyNamesWaitsToo) {
  user("ada", {"viewer"});
  // What 49 names cost, without hashing 49 passwords.
  database.query("INSERT INTO login_attempts VALUES ('address 192.0.2.7', 49, '2026-11-23T08:00:00Z', NULL)");
  Client client;
  EXPECT_EQ(login(client, "eve").status, 401);
  EXPECT_EQ(login(client, "ada").status, 429);
  client.address = "192.0.2.8";
  EXPECT_EQ(login(client, "ada").status, 200);
  database.query("INSERT INTO login_attempts VALUES ('address 2001:db8:1:2::', 49, '2026-11-23T08:00:00Z', NULL)");
  client.address = "2001:db8:1:2::a";
  EXPECT_EQ(login(client, "eve").status, 401);
  client.address = "2001:db8:1:2:b::c";
  EXPECT_EQ(login(client, "ada").status, 429) << "one network of IPv6 is one household";
}

TEST_F(Logins, ADisabledUserIsToldNothing) {
  user("root", {"admin"});
  const auto id = user("ada", {"viewer"});
  auto ada = person("ada");
  auto root = person("root");
  EXPECT_EQ(patch(root, "/users/" + std::to_string(id), json::object{{"disabled", true}}).status, 200);
  EXPECT_EQ(get(ada, "/auth/me").status, 401) << "the session ended at once";
  EXPECT_EQ(login(ada, "ada").status, 401);
}

TEST_F(Sessions, ChangingSomethingNeedsTheCsrfToken) {
  user("ada", {"viewer"});
  auto ada = person("ada");
  const auto csrf = std::exchange(ada.csrf, "");
  EXPECT_EQ(post(ada, "/auth/logout").status, 403);
  ada.csrf = std::string(64, '0');
  EXPECT_EQ(post(ada, "/auth/logout").status, 403);
  ada.csrf = csrf;
  const auto token = ada.cookie;
  const auto answer = post(ada, "/auth/logout");
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.cookie, HasSubstr("Max-Age=0"));
  ada.cookie = token;
  EXPECT_EQ(get(ada, "/auth/me").status, 401);
}

TEST_F(Sessions, EndWhenIdleAndWhenOld) {
  user("ada", {"viewer"});
  auto ada = person("ada");
  for (int i = 0; i < 28; ++i) {
    clock.advance(std::chrono::minutes(25));
    EXPECT_EQ(get(ada, "/auth/me").status, 200) << i;
  }
  clock.advance(std::chrono::minutes(21));
  EXPECT_EQ(get(ada, "/auth/me").status, 401) << "12 hours are over";
  ada = person("ada");
  clock.advance(std::chrono::minutes(31));
  EXPECT_EQ(get(ada, "/auth/me").status, 401) << "idle";
}

TEST_F(Sessions, OfAPageThatNobodySitsBeforeEndToo) {
  user("ada", {"viewer"});
  auto ada = person("ada");
  ada.is_unattended = true;
  for (int i = 0; i < 5; ++i) {
    clock.advance(std::chrono::minutes(5));
    EXPECT_EQ(get(ada, "/auth/me").status, 200) << i;
  }
  clock.advance(std::chrono::minutes(6));
  EXPECT_EQ(get(ada, "/auth/me").status, 401) << "what the page asks by itself is no sign of a person";
}

TEST_F(Sessions, AreListedAndEndedOneByOne) {
  user("ada", {"viewer"});
  user("eve", {"viewer"});
  auto phone = person("ada");
  auto desk = person("ada");
  auto eve = person("eve");
  const auto list = get(desk, "/auth/sessions").body;
  ASSERT_EQ(list.at("total").as_int64(), 2);
  EXPECT_TRUE(list.at("items").at(0).at("is_current").as_bool());
  EXPECT_EQ(list.at("items").at(0).at("user_agent").as_string(), "browser of a test");
  const auto other = std::to_string(list.at("items").at(1).at("id").as_int64());
  EXPECT_EQ(remove(eve, "/auth/sessions/" + other).status, 404) << "not hers";
  EXPECT_EQ(remove(desk, "/auth/sessions/" + other).status, 200);
  EXPECT_EQ(get(phone, "/auth/me").status, 401);
  EXPECT_EQ(get(desk, "/auth/me").status, 200);
  const auto page = call(desk, http::Method::Get, "/auth/sessions", nullptr, {{"limit", "1"}}).body;
  EXPECT_EQ(page.at("total").as_int64(), 1);
}

TEST_F(Sessions, AnAdminSeesAndEndsThoseOfOthers) {
  user("root", {"admin"});
  const auto id = user("ada", {"viewer"});
  auto ada = person("ada");
  auto phone = person("ada");
  auto root = person("root");
  const auto path = "/users/" + std::to_string(id) + "/sessions";
  const auto list = get(root, path).body;
  ASSERT_EQ(list.at("total").as_int64(), 2);
  EXPECT_EQ(remove(root, path + "/" + std::to_string(list.at("items").at(0).at("id").as_int64())).status, 200);
  EXPECT_EQ(get(phone, "/auth/me").status, 401);
  EXPECT_EQ(remove(root, path).body.at("ended").as_int64(), 1);
  EXPECT_EQ(get(ada, "/auth/me").status, 401);
  EXPECT_EQ(get(root, "/users/4711/sessions").status, 404);
}

TEST_F(Sessions, ANewPasswordEndsThemAllAndOpensAnother) {
  user("ada", {"viewer"});
  auto phone = person("ada");
  auto desk = person("ada");
  const auto old_cookie = desk.cookie;
  const auto change = [&](const std::string& current, const std::string& next) {
    return post(desk, "/auth/password", json::object{{"current_password", current}, {"new_password", next}});
  };
  EXPECT_THAT(change("wrong wrong wrong", "nine blue kettles sing").fields(), Contains("current_password"));
  EXPECT_THAT(change(kGoodPassword, "short").fields(), Contains("new_password"));
  EXPECT_THAT(change(kGoodPassword, "password1234").fields(), Contains("new_password"));
  EXPECT_THAT(change(kGoodPassword, kGoodPassword).fields(), Contains("new_password"));
  EXPECT_EQ(change(kGoodPassword, "nine blue kettles sing").status, 200);
  EXPECT_NE(desk.cookie, old_cookie);
  EXPECT_EQ(get(desk, "/auth/me").status, 200);
  EXPECT_EQ(get(phone, "/auth/me").status, 401);
  EXPECT_EQ(login(phone, "ada").status, 401);
  EXPECT_EQ(login(phone, "ada", "nine blue kettles sing").status, 200);
}

TEST_F(Users, AFirstPasswordIsGoodForChoosingAnOwnOneOnly) {
  user("root", {"admin"});
  auto root = person("root");
  const auto added = post(root, "/users", json::object{{"username", "Ada"}, {"display_name", "Ada Lovelace"}, {"roles", {"admin"}}});
  ASSERT_EQ(added.status, 201) << added.body;
  const std::string initial(added.body.at("initial_password").as_string());
  Client ada;
  const auto first = login(ada, "ada", initial);
  EXPECT_TRUE(first.body.at("must_change_password").as_bool());
  EXPECT_EQ(get(ada, "/users").status, 403);
  EXPECT_EQ(post(ada, "/auth/password", json::object{{"current_password", initial}, {"new_password", kGoodPassword}}).status, 200);
  EXPECT_EQ(get(ada, "/users").body.at("total").as_int64(), 2);
  EXPECT_THAT(json::serialize(get(ada, "/users").body), Not(HasSubstr("argon2")));
}

TEST_F(Users, AreCheckedAndNeverTwo) {
  Client program{.key = kConfiguredKey};
  EXPECT_THAT(post(program, "/users", json::object{{"username", "ada"}, {"roles", json::array()}}).fields(), Contains("roles"));
  EXPECT_THAT(post(program, "/users", json::object{{"username", "a b"}, {"roles", {"viewer"}}, {"password", "ada.ada.ada.ada"}}).fields(),
              Contains("username"));
  EXPECT_EQ(post(program, "/users", json::object{{"username", "ada"}, {"roles", {"root"}}}).status, 400);
  const json::object scope{{"organisations", json::array()}, {"groups", {"web"}}};
  EXPECT_THAT(post(program, "/users", json::object{{"username", "ada"}, {"roles", {"admin"}}, {"scope", scope}}).fields(),
              Contains("scope"));
  EXPECT_THAT(post(program, "/users", json::object{{"username", "ada"}, {"roles", {"viewer"}}, {"password", "ada.ada.ada.ada"}}).fields(),
              Contains("password"));
  const auto added = post(program, "/users", json::object{{"username", "ada"}, {"roles", {"viewer"}}, {"scope", scope}});
  EXPECT_EQ(added.body.at("scope"), scope);
  EXPECT_EQ(post(program, "/users", json::object{{"username", "ADA"}, {"roles", {"viewer"}}}).status, 409);
  EXPECT_EQ(remove(program, "/users/" + std::to_string(added.body.at("id").as_int64())).status, 200);
  EXPECT_EQ(post(program, "/users", json::object{{"username", "ada"}, {"roles", {"viewer"}}}).status, 409) << "the record names the first";
  EXPECT_EQ(get(program, "/users").body.at("total").as_int64(), 0);
}

TEST_F(Users, RolesTakeEffectWithTheNextRequest) {
  user("root", {"admin"});
  const auto id = std::to_string(user("ada", {"viewer"}));
  auto root = person("root");
  auto ada = person("ada");
  EXPECT_EQ(get(ada, "/users").status, 403);
  EXPECT_EQ(patch(root, "/users/" + id, json::object{{"roles", {"admin"}}}).status, 200);
  EXPECT_EQ(get(ada, "/users").status, 200);
  EXPECT_EQ(patch(root, "/users/" + id, json::object{{"roles", {"auditor"}}}).status, 200);
  EXPECT_EQ(get(ada, "/users").status, 403);
}

TEST_F(Users, TheLastAdminStays) {
  const auto id = "/users/" + std::to_string(user("root", {"admin", "viewer"}));
  auto root = person("root");
  EXPECT_EQ(patch(root, id, json::object{{"roles", {"viewer"}}}).status, 409);
  EXPECT_EQ(patch(root, id, json::object{{"disabled", true}}).status, 409);
  EXPECT_EQ(remove(root, id).status, 409);
  EXPECT_EQ(patch(root, id, json::object{{"display_name", "The Admin"}}).status, 200);
  const auto second = "/users/" + std::to_string(user("ada", {"admin"}));
  EXPECT_EQ(patch(root, second, json::object{{"disabled", true}}).status, 200);
  EXPECT_EQ(remove(root, id).status, 409) << "a disabled admin is none";
  EXPECT_EQ(patch(root, second, json::object{{"disabled", false}}).status, 200);
  EXPECT_EQ(remove(root, id).status, 200);
}

TEST_F(Users, AResetPasswordEndsSessionsAndWaits) {
  user("root", {"admin"});
  const auto id = "/users/" + std::to_string(user("ada", {"viewer"}));
  auto root = person("root");
  auto ada = person("ada");
  database.query("INSERT INTO login_attempts VALUES ('account ada', 9, '2026-11-23T08:00:00Z', '2026-11-23T08:10:00Z')");
  EXPECT_THAT(get(root, id).body.at("locked_until").as_string(), HasSubstr("08:10:00"));
  const auto reset = post(root, id + "/password");
  ASSERT_EQ(reset.status, 200) << reset.body;
  EXPECT_EQ(get(ada, "/auth/me").status, 401);
  EXPECT_EQ(login(ada, "ada").status, 401);
  EXPECT_TRUE(login(ada, "ada", std::string(reset.body.at("initial_password").as_string())).body.at("must_change_password").as_bool());
  EXPECT_THAT(audited(), Contains("user:root user.reset_password ada"));
}

}  // namespace
}  // namespace spm::test
