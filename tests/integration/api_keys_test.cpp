// Programs: keys that are shown once, never do more than their owner, expire, and are revoked.

#include "tests/integration/identity_fixture.hpp"

namespace spm::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class ApiKeys : public IdentityTest {
 protected:
  Client program(Client& owner, json::object order) {
    const auto added = post(owner, "/api-keys", order);
    EXPECT_EQ(added.status, 201) << added.body;
    return {.key = std::string(added.body.at("key").as_string())};
  }
  static std::vector<std::string> permissions(const Answer& me) {
    return json::value_to<std::vector<std::string>>(me.body.at("permissions"));
  }
};

TEST_F(ApiKeys, AreShownOnceAndStoredAsAHash) {
  user("ada", {"operator"});
  auto ada = person("ada");
  const auto added = post(ada, "/api-keys", json::object{{"name", "ci"}, {"roles", {"viewer"}}, {"permissions", {"run_tests"}}});
  ASSERT_EQ(added.status, 201) << added.body;
  Client ci{.key = std::string(added.body.at("key").as_string())};
  const auto me = get(ci, "/auth/me");
  EXPECT_THAT(std::string(me.body.at("actor").as_string()), MatchesRegex("api-key:[0-9]+/ci"));
  EXPECT_THAT(permissions(me), UnorderedElementsAre("self", "read_state", "run_tests"));
  const auto secret = ci.key.substr(ci.key.rfind('_') + 1);
  EXPECT_THAT(json::serialize(get(ada, "/api-keys").body), Not(HasSubstr(secret)));
  EXPECT_EQ(database.query("SELECT count(*) AS n FROM api_keys WHERE secret_hash = '" + secret + "'")[0].integer("n"), 0);
  for (const auto& wrong :
       {ci.key + "0", ci.key.substr(0, ci.key.size() - 1), std::string("spm_1_"), std::string("spm_x"), std::string("spm_99_") + secret}) {
    Client eve{.key = wrong};
    EXPECT_EQ(get(eve, "/auth/me").status, 401) << wrong;
  }
}

TEST_F(ApiKeys, NobodyHandsOutMoreThanTheyHave) {
  user("ada", {"operator"});
  auto ada = person("ada");
  EXPECT_THAT(post(ada, "/api-keys", json::object{{"name", "ci"}, {"roles", {"admin"}}}).fields(), Contains("permissions"));
  EXPECT_THAT(post(ada, "/api-keys", json::object{{"name", "ci"}, {"roles", {"viewer"}}, {"may_act_for_others", true}}).fields(),
              Contains("may_act_for_others"));
  auto ci = program(ada, {{"name", "ci"}, {"roles", {"viewer"}}});
  EXPECT_EQ(post(ci, "/api-keys", json::object{{"name", "more"}, {"roles", {"viewer"}}}).status, 403) << "keys make no keys";
  EXPECT_EQ(get(ci, "/api-keys").body.at("total").as_int64(), 0);
}

TEST_F(ApiKeys, OfAKeyBelongToItsOwnerAndEndWithIt) {
  user("root", {"admin"});
  const auto id = "/users/" + std::to_string(user("ada", {"admin"}));
  auto root = person("root");
  auto ada = person("ada");
  const json::object order{{"name", "factory"}, {"roles", {"admin"}}, {"expires_at", "2026-11-24T08:00:00Z"}};
  auto factory = program(ada, order);
  const auto late = post(factory, "/api-keys", json::object{{"name", "x"}, {"roles", {"viewer"}}, {"expires_at", "2026-11-24T08:00:01Z"}});
  EXPECT_THAT(late.fields(), Contains("expires_at"));
  const auto made = post(factory, "/api-keys", json::object{{"name", "x"}, {"roles", {"admin"}}});
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.body.at("expires_at").as_string(), "2026-11-24T08:00:00Z");
  Client key{.key = std::string(made.body.at("key").as_string())};
  EXPECT_EQ(get(key, "/users").status, 200);
  EXPECT_EQ(patch(root, id, json::object{{"roles", {"viewer"}}}).status, 200);
  EXPECT_EQ(get(key, "/users").status, 403) << "ada is no admin any more";
  EXPECT_EQ(patch(root, id, json::object{{"disabled", true}}).status, 200);
  EXPECT_EQ(get(key, "/auth/me").status, 401);
}

TEST_F(ApiKeys, LoseWhatTheirOwnerLoses) {
  user("root", {"admin"});
  const auto id = "/users/" + std::to_string(user("ada", {"operator", "auditor"}));
  auto root = person("root");
  auto ada = person("ada");
  auto ci = program(ada, {{"name", "ci"}, {"permissions", {"run_tests", "read_audit"}}});
  EXPECT_EQ(patch(root, id, json::object{{"roles", {"operator"}}}).status, 200);
  EXPECT_THAT(permissions(get(ci, "/auth/me")), UnorderedElementsAre("self", "run_tests"));
  const json::object web{{"organisations", json::array()}, {"groups", {"web"}}};
  EXPECT_EQ(patch(root, id, json::object{{"scope", web}}).status, 200);
  EXPECT_EQ(get(ci, "/auth/me").body.at("scope"), web);
  EXPECT_EQ(patch(root, id, json::object{{"disabled", true}}).status, 200);
  EXPECT_EQ(get(ci, "/auth/me").status, 401);
}

TEST_F(ApiKeys, ExpireAndAreRevoked) {
  user("root", {"admin"});
  user("ada", {"viewer"});
  auto root = person("root");
  auto ada = person("ada");
  auto short_lived = program(ada, {{"name", "an hour"}, {"roles", {"viewer"}}, {"expires_at", "2026-11-23T09:00:00Z"}});
  auto lasting = program(ada, {{"name", "lasting"}, {"roles", {"viewer"}}});
  EXPECT_EQ(get(short_lived, "/auth/me").status, 200);
  const auto list = get(root, "/api-keys").body.at("items").as_array();
  EXPECT_EQ(list.at(0).at("last_used_at").as_string(), "2026-11-23T08:00:00Z");
  clock.advance(std::chrono::minutes(60));
  EXPECT_EQ(get(short_lived, "/auth/me").status, 401);
  EXPECT_EQ(get(lasting, "/auth/me").status, 200);
  const auto path = "/api-keys/" + std::to_string(list.at(1).at("id").as_int64());
  EXPECT_EQ(remove(lasting, path).status, 404) << "a key sees no keys";
  ada = person("ada");
  EXPECT_EQ(remove(ada, path).body.at("revoked_by").as_string(), "user:ada");
  EXPECT_EQ(get(lasting, "/auth/me").status, 401);
  EXPECT_THAT(audited(), Contains(HasSubstr("user:ada api_key.revoke")));
}

TEST_F(ApiKeys, TheKeyOfTheConfigurationDoesEverything) {
  Client program{.key = kConfiguredKey};
  const auto me = get(program, "/auth/me");
  EXPECT_THAT(std::string(me.body.at("actor").as_string()), MatchesRegex("api-key:[0-9a-f]{8}"));
  EXPECT_EQ(permissions(me).size(), access::all_permissions().size() - 1) << "all but open, which is for everybody";
  const auto added = post(program, "/api-keys", json::object{{"name", "deputy"}, {"roles", {"approver"}}, {"may_act_for_others", true}});
  EXPECT_EQ(added.status, 201) << added.body;
  EXPECT_TRUE(added.body.at("owner_id").is_null());
  EXPECT_EQ(post(program, "/auth/logout").status, 403) << "it is no session";
  Client nobody;
  EXPECT_EQ(get(nobody, "/auth/me").status, 401);
}

TEST_F(ApiKeys, WithoutAConfiguredKeyEverybodyIsTheDemoButForValidCredentials) {
  const identity::Authenticator demo(database.pool(), clock, settings, auth::ApiKeyAuthenticator(std::nullopt, "secret"));
  const auto id = user("ada", {"viewer"});
  http::Request request;
  EXPECT_EQ(demo.authenticate(request)->actor, "demo");
  request.headers.emplace("Cookie", "spm_session=stale");
  EXPECT_EQ(demo.authenticate(request)->actor, "demo") << "of an earlier demo";
  request.headers.clear();
  request.headers.emplace("Cookie", "spm_session=" + identity::open_session(database.pool(), id, settings, clock.now()));
  EXPECT_EQ(demo.authenticate(request)->actor, "user:ada");
  request.headers.emplace("X-API-Key", "spm_1_00");
  EXPECT_FALSE(demo.authenticate(request));
}

}  // namespace
}  // namespace spm::test
