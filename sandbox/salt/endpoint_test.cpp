// The corner cases of rest_cherrypy that clients fall over.
#include "sandbox/salt/endpoint.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "sandbox/power.hpp"
#include "sandbox/test_world.hpp"

namespace spm::sandbox::salt {
namespace {

using testing::HasSubstr;

class SaltTest : public testing::Test {
 protected:
  SaltTest() { token = login("sandbox").response.headers.find("X-Auth-Token")->second; }

  http::Reply send(http::Method method, const std::string& path, const std::string& body = "", const std::string& auth = "") {
    http::Request request;
    request.method = method;
    request.path = path;
    request.body = body;
    request.headers.emplace("Content-Type", "application/json");
    if (method == http::Method::Post) request.headers.emplace("Content-Length", std::to_string(body.size()));
    if (!auth.empty()) request.headers.emplace("X-Auth-Token", auth);
    return endpoint.handle(request);
  }
  http::Reply login(const std::string& password) {
    return send(http::Method::Post, "/login", json::serialize(json::object{{"username", "spm"}, {"password", password}, {"eauth", "pam"}}));
  }
  json::value run(json::object chunk) {
    const auto reply = send(http::Method::Post, "/", json::serialize(json::array{std::move(chunk)}), token);
    EXPECT_EQ(reply.response.status, 200) << reply.response.body;
    last_delay = reply.delay;
    return json::parse(reply.response.body).at("return").at(0);
  }
  json::value job(const std::string& jid) { return json::parse(send(http::Method::Get, "/jobs/" + jid, "", token).response.body); }
  void set_online(bool online) {
    simulation.with([&](const Simulation::View& view) { set_reachable(view.world, *view.world.host_by_name("test-ubuntu"), online); });
  }
  static json::object local(const std::string& function, json::object more = {}) {
    json::object chunk{{"client", "local"}, {"tgt", json::array{"test-ubuntu"}}, {"tgt_type", "list"}, {"fun", function}};
    for (auto& [key, value] : more) chunk[key] = value;
    return chunk;
  }

  FakeClock clock;
  Simulation simulation{test_scenario(), 10, clock};
  Endpoint endpoint{simulation, SaltSpec{}};
  std::string token;
  std::chrono::milliseconds last_delay{0};
};

TEST_F(SaltTest, WelcomesWithoutASession) { EXPECT_EQ(json::parse(send(http::Method::Get, "/").response.body).at("return"), "Welcome"); }

TEST_F(SaltTest, FailedLoginIsAnHtmlPageWithAUselessCookie) {
  const auto reply = login("wrong");
  EXPECT_EQ(reply.response.status, 401);
  EXPECT_THAT(reply.response.body, HasSubstr("<p>Could not authenticate using provided credentials</p>"));
  EXPECT_TRUE(reply.response.headers.contains("Set-Cookie"));
}

TEST_F(SaltTest, TokenIsFortyHexDigitsAndPermsAreAList) {
  const auto body = json::parse(login("sandbox").response.body).at("return").at(0);
  EXPECT_THAT(std::string(body.at("token").as_string()), testing::MatchesRegex("[0-9a-f]{40}"));
  EXPECT_TRUE(body.at("perms").is_array());
  EXPECT_TRUE(body.at("expire").is_double());
}

TEST_F(SaltTest, WrongOrDroppedTokenIs401) {
  EXPECT_THAT(send(http::Method::Post, "/", "[]", "nope").response.body, HasSubstr("No permission -- see authorization schemes"));
  endpoint.drop_sessions();
  EXPECT_EQ(send(http::Method::Post, "/", "[]", token).response.status, 401);
}

TEST_F(SaltTest, ExpiredEauthTokenHasAnotherText) {
  clock.advance(std::chrono::hours(9));
  EXPECT_EQ(run(local("test.ping")).at("test-ubuntu"), true);
  clock.advance(std::chrono::hours(4));
  const auto reply = send(http::Method::Post, "/", json::serialize(json::array{local("test.ping")}), token);
  EXPECT_EQ(reply.response.status, 401);
  EXPECT_THAT(reply.response.body, HasSubstr("Authentication error occurred."));
}

TEST_F(SaltTest, UploadWithoutLengthIsNoList) {
  http::Request request;
  request.method = http::Method::Post;
  request.path = "/";
  request.body = "[]";
  request.headers.emplace("Content-Type", "application/json");
  request.headers.emplace("X-Auth-Token", token);
  const auto reply = endpoint.handle(request);
  EXPECT_EQ(reply.response.status, 400);
  EXPECT_THAT(reply.response.body, HasSubstr("Lowstates must be a list"));
}

TEST_F(SaltTest, DisabledAndUnknownClientsAre400) {
  const auto disabled = send(http::Method::Post, "/", R"([{"client":"wheel","fun":"key.list_all"}])", token);
  EXPECT_EQ(disabled.response.status, 400);
  EXPECT_THAT(disabled.response.body, HasSubstr("Client disabled: &#x27;wheel&#x27;. Add to &#x27;netapi_enable_clients&#x27;"));
  EXPECT_THAT(send(http::Method::Post, "/", R"([{"client":"nope","fun":"x"}])", token).response.body,
              HasSubstr("Invalid client specified: &#x27;nope&#x27;"));
  EXPECT_EQ(send(http::Method::Post, "/", "{broken", token).response.status, 400);
}

TEST_F(SaltTest, OfflineMinionIsFalseOrNoReturn) {
  set_online(false);
  EXPECT_EQ(run(local("test.ping")).at("test-ubuntu"), false);
  EXPECT_EQ(last_delay.count(), 1520);  // 15.2 s at speed 10
  EXPECT_EQ(run(local("test.ping", {{"full_return", true}})).at("test-ubuntu"), false);
  const auto told = run(local("test.ping", {{"full_return", true}, {"expect_minions", true}})).at("test-ubuntu");
  EXPECT_EQ(told.at("out"), "no_return");
  EXPECT_THAT(std::string(told.at("ret").as_string()), HasSubstr("Minion did not return. [No response]"));
}

TEST_F(SaltTest, UnknownIdInAListIsReportedAndUnmatchedGlobIsEmpty) {
  EXPECT_THAT(std::string(run(local("test.ping", {{"tgt", json::array{"stranger"}}})).at("stranger").as_string()),
              HasSubstr("salt-run jobs.lookup_jid "));
  EXPECT_TRUE(run(local("test.ping", {{"tgt", "nope*"}, {"tgt_type", "glob"}})).as_object().empty());
  EXPECT_TRUE(run(local("test.ping", {{"client", "local_async"}, {"tgt", "nope*"}, {"tgt_type", "glob"}})).as_object().empty());
}

TEST_F(SaltTest, OwnJidRunsOnceForAMinion) {
  const std::string jid = "20260131080000000001";
  const auto chunk = local(
      "cmd.run_all",
      {{"client", "local_async"}, {"jid", jid}, {"kwarg", {{"cmd", "snapper -c root create --print-number"}, {"python_shell", true}}}});
  EXPECT_EQ(run(chunk).at("jid").as_string(), jid);
  EXPECT_EQ(run(chunk).at("jid").as_string(), jid);
  EXPECT_TRUE(job(jid).at("info").at(0).at("Result").as_object().empty());  // it takes its time
  clock.advance(std::chrono::seconds(2));
  const auto info = job(jid).at("info").at(0);
  EXPECT_EQ(info.at("Minions"), json::array{"test-ubuntu"});
  EXPECT_EQ(info.at("Result").at("test-ubuntu").at("return").at("stdout"), "2");
  EXPECT_THAT(std::string(info.at("StartTime").as_string()), HasSubstr("2026, Jan 31 08:00:00.000001"));
}

TEST_F(SaltTest, JobOfAnOfflineMinionIsNeverDelivered) {
  set_online(false);
  run(local("test.ping", {{"client", "local_async"}, {"jid", "20260131080000000002"}}));
  set_online(true);
  clock.advance(std::chrono::hours(1));
  const auto info = job("20260131080000000002").at("info").at(0);
  EXPECT_TRUE(info.at("Result").as_object().empty());
  EXPECT_FALSE(info.as_object().contains("Error"));
  EXPECT_EQ(run(local("saltutil.find_job", {{"arg", json::array{"20260131080000000002"}}})).at("test-ubuntu"), json::object{});
}

TEST_F(SaltTest, UnknownJobIsTwoHundredWithAnError) {
  EXPECT_EQ(job("20260131080000999999").at("info").at(0).at("Error"), "Cannot contact returner or no job with this jid");
}

TEST_F(SaltTest, RunningJobShowsInFindJobAndActive) {
  const std::string jid = "20260131080000000003";
  run(local("cmd.run_all", {{"client", "local_async"}, {"jid", jid}, {"kwarg", {{"cmd", "sleep 100"}}}}));
  EXPECT_EQ(run(local("saltutil.find_job", {{"arg", json::array{jid}}})).at("test-ubuntu").at("fun"), "cmd.run_all");
  EXPECT_TRUE(run({{"client", "runner"}, {"fun", "jobs.active"}}).as_object().contains(jid));
  EXPECT_TRUE(run({{"client", "runner"}, {"fun", "jobs.lookup_jid"}, {"jid", jid}}).as_object().empty());
}

TEST_F(SaltTest, JobIsLostWhenTheMinionGoesDownBeforeItReturns) {
  const std::string jid = "20260131080000000004";
  run(local("cmd.run_all", {{"client", "local_async"}, {"jid", jid}, {"kwarg", {{"cmd", "sleep 100"}}}}));
  set_online(false);
  set_online(true);
  clock.advance(std::chrono::minutes(5));
  EXPECT_TRUE(job(jid).at("info").at(0).at("Result").as_object().empty());
}

TEST_F(SaltTest, CommandTimeoutHasRetcodeOneAndItsText) {
  const auto done =
      run(local("cmd.run_all", {{"full_return", true}, {"kwarg", {{"cmd", "sleep 100"}, {"timeout", 10}}}})).at("test-ubuntu");
  EXPECT_EQ(done.at("ret").at("stdout"), "sleep 100 : Timed out after 10 seconds");
  EXPECT_EQ(done.at("ret").at("retcode"), 1);
}

TEST_F(SaltTest, TextWithAnEqualsSignInArgIsTakenAsKeyword) {
  const auto done = run(local("cmd.run", {{"arg", json::array{"X=1 env"}}})).at("test-ubuntu");
  EXPECT_THAT(std::string(done.as_string()), HasSubstr("Passed invalid arguments to cmd.run"));
}

TEST_F(SaltTest, UnknownFunctionIsAStringWithRetcodeOne) {
  const auto done = run(local("nope.nope", {{"full_return", true}})).at("test-ubuntu");
  EXPECT_EQ(done.at("ret"), "'nope.nope' is not available.");
  EXPECT_EQ(done.at("retcode"), 1);
}

TEST_F(SaltTest, WhatIsTooLargeForAnEventIsCutAwayInTheAnswerAndInTheCache) {
  simulation.with([](const Simulation::View& view) {
    view.world.host_by_name("test-ubuntu")->spec.commands["big"] = {0, std::string(1'100'000, 'x')};
  });
  const std::string jid = "20260131080000000005";
  EXPECT_EQ(run(local("cmd.run_all", {{"jid", jid}, {"kwarg", {{"cmd", "big"}}}})).at("test-ubuntu").at("stdout"), "VALUE_TRIMMED");
  clock.advance(std::chrono::seconds(2));
  const auto cached = job(jid).at("info").at(0).at("Result").at("test-ubuntu").at("return");
  EXPECT_EQ(cached.at("stdout"), "VALUE_TRIMMED");
  EXPECT_EQ(cached.at("retcode"), 0);
}

TEST_F(SaltTest, MinionsPathAnswers202WithALink) {
  const auto reply = send(http::Method::Post, "/minions", R"([{"tgt":"*","fun":"test.ping"}])", token);
  EXPECT_EQ(reply.response.status, 202);
  EXPECT_TRUE(json::parse(reply.response.body).at("_links").at("jobs").is_array());
}

TEST_F(SaltTest, LogoutEndsTheToken) {
  EXPECT_EQ(json::parse(send(http::Method::Post, "/logout", "", token).response.body).at("return"), "Your token has been cleared");
  EXPECT_EQ(send(http::Method::Post, "/", "[]", token).response.status, 401);
}

}  // namespace
}  // namespace spm::sandbox::salt
