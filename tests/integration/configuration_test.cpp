// The runtime configuration on a real database: what is in force, versions, and that what goes by it follows at once.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "app/wiring.hpp"
#include "configuration/configuration.hpp"
#include "engine/run_defaults.hpp"
#include "tests/integration/queue_rows.hpp"

namespace spm {
namespace {

using http::Method;
using testing::HasSubstr;

configuration::Document started_with() {
  configuration::Document document;
  document.score.reboot = 20;  // as SCORE_REBOOT_PENALTY would
  return document;
}

class Configuration : public testing::Test {
 protected:
  test::Caller::Answer call(Method method, const std::string& path, const json::value& body = nullptr,
                            const std::multimap<std::string, std::string>& query = {}) {
    return caller.call(method, "/api/v1/config" + path, body, query);
  }
  test::Caller::Answer set(std::int64_t version, const json::object& values) {
    return call(Method::Patch, "", {{"version", version}, {"values", values}, {"reason", "by a test"}});
  }
  json::object field(const std::string& name) {
    const auto shown = call(Method::Get, "");
    for (const auto& one : shown.body.at("fields").as_array()) {
      if (one.at("name").as_string() == name) return one.as_object();
    }
    ADD_FAILURE() << "no field " << name;
    return {};
  }
  configuration::Document current() {
    db::Tx tx(database.pool());
    return configuration::current(tx, started_with());
  }

  test::TestDatabase database;
  test::ManualClock clock{*parse_time("2026-03-02T09:15:00Z")};
  test::QueueRows rows{database.pool(), clock};
  test::Caller caller{configuration::endpoints(database.pool(), clock, started_with(),
                                               app::configuration_followers(database.pool(), clock, started_with().score)),
                      clock};
};

TEST_F(Configuration, SaysWhereEachValueIsFrom) {
  EXPECT_EQ(call(Method::Get, "").body.at("version").as_int64(), 0);
  EXPECT_EQ(field("score.kernel").at("source").as_string(), "default");
  EXPECT_EQ(field("score.reboot").at("source").as_string(), "environment");
  EXPECT_EQ(set(0, {{"score.reboot", 5}}).status, 200);
  EXPECT_EQ(field("score.reboot").at("source").as_string(), "runtime");
  EXPECT_EQ(field("score.reboot").at("value").as_int64(), 5);
  EXPECT_EQ(field("score.reboot").at("default").as_int64(), 20);
}

TEST_F(Configuration, EverythingThatIsWrongIsNamedAtOnce) {
  const auto answer = set(0, {{"score.kernel", 101},
                              {"score.size_per_mb", "two"},
                              {"policies.four_eyes_critical", 1},
                              {"queue.mode", "fastest"},
                              {"patterns.kernel", json::array{"linux image"}},
                              {"critical_services.rhel", json::array{"sshd", "; reboot"}},
                              {"service_levels.low", 0},
                              {"no.such", 1}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.body.at("fields").as_object().size(), 8U) << answer.body;
  EXPECT_TRUE(answer.body.at("fields").as_object().contains("values.critical_services.rhel"));
  EXPECT_EQ(call(Method::Get, "").body.at("version").as_int64(), 0);
  EXPECT_EQ(call(Method::Patch, "", {{"version", 0}, {"values", {{"score.kernel", 1}}}, {"reason", "  "}}).status, 400);
}

TEST_F(Configuration, WhoHasNotSeenTheVersionInForceGetsAConflict) {
  EXPECT_EQ(set(0, {{"score.kernel", 25}}).body.at("version").as_int64(), 1);
  const auto late = set(0, {{"score.kernel", 10}});
  EXPECT_EQ(late.status, 409);
  EXPECT_THAT(late.message, HasSubstr("version 1 by api-key:tester"));
  EXPECT_EQ(current().score.kernel, 25);
}

TEST_F(Configuration, OfManyChangesAtOnceOneWins) {
  std::atomic<int> accepted = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 10; ++i) {
      threads.emplace_back([&, i] {
        const auto answer = set(0, {{"score.kernel", i}});
        EXPECT_THAT(answer.status, testing::AnyOf(200, 409));
        accepted += answer.status == 200;
      });
    }
  }
  EXPECT_EQ(accepted, 1);
}

TEST_F(Configuration, PutNamesEverythingPatchAndNullOnlyAPart) {
  (void)set(0, {{"score.kernel", 25}, {"score.config", 1}});
  (void)set(1, {{"score.kernel", nullptr}, {"queue.mode", "smart"}});
  EXPECT_EQ(current().score.kernel, 30);
  EXPECT_EQ(current().score.config, 1);
  EXPECT_EQ(current().queue.mode, "smart");
  const auto put = call(Method::Put, "", {{"version", 2}, {"values", {{"thresholds.cpu_delta", 7.5}}}, {"reason", "a clean start"}});
  EXPECT_EQ(put.body.at("changes").as_array().size(), 3U) << put.body;
  EXPECT_EQ(current().score.config, 10);
  EXPECT_EQ(current().thresholds.cpu_delta, 7.5);
}

TEST_F(Configuration, AChangeOfWeightsScoresAnewAndSaysHowMany) {
  rows.erratum({.name = "USN-1-1"});
  rows.erratum({.name = "USN-2-1"});
  (void)scoring::recalculate_all(database.pool(), scoring::Force::No, started_with().score, clock.now());
  const json::object values{{"patterns.config", json::array{"openssl"}}, {"score.config", 25}};
  const auto seen = call(Method::Post, "/preview", {{"values", values}});
  EXPECT_EQ(seen.body.at("scores"), (json::value{{"scored", 2}, {"changed", 2}})) << seen.message;
  EXPECT_EQ(seen.body.at("changes").as_array().size(), 2U);
  EXPECT_EQ(call(Method::Get, "").body.at("version").as_int64(), 0) << "looking changes nothing";
  EXPECT_EQ(set(0, values).body.at("scores"), (json::value{{"scored", 2}, {"changed", 2}}));
  EXPECT_EQ(database.query("SELECT 1 AS one FROM risk_profiles WHERE success_score = 75").size(), 2U);
  EXPECT_TRUE(set(1, {{"queue.mode", "smart"}}).body.at("scores").is_null());
}

TEST_F(Configuration, VersionsDifferencesAndTheWayBack) {
  (void)set(0, {{"score.kernel", 25}});
  (void)set(1, {{"score.kernel", 10}, {"score.config", 1}});
  const auto list = call(Method::Get, "/versions");
  EXPECT_EQ(list.body.at("total").as_int64(), 2);
  EXPECT_EQ(list.body.at("items").at(0).at("author").as_string(), "api-key:tester");
  const auto difference = call(Method::Get, "/diff", nullptr, {{"from", "0"}, {"to", "2"}});
  EXPECT_EQ(difference.body.at("changes"),
            (json::array{{{"name", "score.kernel"}, {"from", 30}, {"to", 10}}, {{"name", "score.config"}, {"from", 10}, {"to", 1}}}));
  EXPECT_EQ(call(Method::Get, "/diff").body.at("from").as_int64(), 1);
  EXPECT_EQ(call(Method::Get, "/versions/1").status, 200);
  EXPECT_EQ(call(Method::Get, "/versions/9").status, 404);
  const auto back = call(Method::Post, "/rollback", {{"version", 1}, {"reason", "too lax"}});
  EXPECT_EQ(back.body.at("version").as_int64(), 3) << back.message;
  EXPECT_EQ(back.body.at("rollback_to").as_int64(), 1);
  EXPECT_EQ(current().score.kernel, 25);
  EXPECT_EQ(call(Method::Post, "/rollback", {{"version", 9}, {"reason", "x"}}).status, 404);
  EXPECT_EQ(database.query("SELECT 1 AS one FROM audit_log WHERE action IN ('config.change', 'config.rollback')").size(), 3U);
  EXPECT_THROW((void)database.query("UPDATE config_versions SET author = 'nobody'"), db::DatabaseError);
}

TEST_F(Configuration, RunsBeginWithWhatIsInForce) {
  engine::Settings settings;
  settings.defaults.memory_threshold = 12;
  (void)set(0,
            {{"thresholds.cpu_delta", 5}, {"critical_services.rhel", json::array{"sshd", "chronyd"}}, {"policies.metrics_required", true}});
  db::Tx tx(database.pool());
  const auto config = engine::run_defaults(tx, settings, "rhel");
  EXPECT_EQ(config.cpu_threshold, 5);
  EXPECT_EQ(config.memory_threshold, 12);
  EXPECT_TRUE(config.metrics_required);
  EXPECT_EQ(config.critical_services, (std::vector<std::string>{"sshd", "chronyd"}));
}

}  // namespace
}  // namespace spm
