// Scores on a real database: inputs in bulk, writing only what changed, history, configuration, and the endpoints.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scoring/scoring.hpp"
#include "tests/integration/queue_rows.hpp"

namespace spm::scoring {
namespace {

using http::Method;
using testing::ElementsAre;
using testing::HasSubstr;

class Scoring : public testing::Test {
 protected:
  db::Pool& pool() { return database.pool(); }
  Recalculation all(Force force = Force::No) { return recalculate_all(pool(), force, weights, clock.now()); }
  Profile profile_of(const std::string& name) {
    db::Tx tx(pool());
    return profile(tx, {name}).value();
  }

  test::TestDatabase database;
  test::ManualClock clock;
  Weights weights;
  test::QueueRows rows{database.pool(), clock};
  test::Caller caller{endpoints(database.pool(), clock, weights), clock};
};

TEST_F(Scoring, ScoresWhatHasPackagesAndSkipsWhatDidNotChange) {
  rows.erratum({.name = "USN-1-1"});
  rows.erratum({.name = "USN-2-1"});
  rows.erratum({.name = "USN-3-1", .has_packages = false});
  const auto first = all();
  EXPECT_EQ(first.calculated, 2);
  EXPECT_TRUE(first.errors.empty());
  EXPECT_EQ(profile_of("USN-1-1").success_score, 100);
  EXPECT_EQ(profile_of("USN-1-1").total_size_kb, 500);
  const auto again = all();
  EXPECT_EQ(again.skipped, 2);
  EXPECT_EQ(again.updated, 0);
  const auto forced = all(Force::Yes);
  EXPECT_EQ(forced.updated, 2);
}

TEST_F(Scoring, UnknownPackagesAreAnErrorForThatErratumAlone) {
  rows.erratum({.name = "USN-1-1"});
  rows.erratum({.name = "USN-3-1", .has_packages = false});
  const auto report = recalculate(pool(), {{"USN-1-1"}, {"USN-3-1"}, {"USN-404-1"}}, Force::No, weights, clock.now());
  EXPECT_EQ(report.calculated, 1);
  ASSERT_EQ(report.errors.size(), 2U);
  EXPECT_THAT(report.errors[0].message, HasSubstr("packages of USN-3-1 are not known"));
  EXPECT_THAT(report.errors[1].message, HasSubstr("USN-404-1 is not in the catalogue"));
}

TEST_F(Scoring, ChangedInputsAreScoredAgain) {
  rows.erratum({.name = "USN-1-1"});
  all();
  database.query("UPDATE errata_cache SET dependency_count = 2");
  EXPECT_EQ(all().updated, 1);
  EXPECT_EQ(profile_of("USN-1-1").success_score, 94);
  EXPECT_EQ(profile_of("USN-1-1").breakdown.dependency_penalty, -6);
}

TEST_F(Scoring, UnknownSizesGiveNeitherPenaltyNorBonus) {
  rows.erratum({.name = "USN-1-1"});
  database.query("UPDATE errata_cache SET total_size_kb = NULL");
  all();
  EXPECT_EQ(profile_of("USN-1-1").success_score, 100);
  EXPECT_EQ(profile_of("USN-1-1").total_size_kb, std::nullopt);
}

TEST_F(Scoring, ConfigurationChangesWeightsAndPatterns) {
  rows.erratum({.name = "USN-1-1"});
  all();
  rows.config("patterns.config", json::array{"openssl"});
  rows.config("score.config", 25);
  rows.config("score.kernel", "many");
  rows.config("score.reboot", -3);
  EXPECT_EQ(all().updated, 1);
  EXPECT_EQ(profile_of("USN-1-1").success_score, 75);
  EXPECT_TRUE(profile_of("USN-1-1").modifies_config);
  db::Tx tx(pool());
  EXPECT_EQ(load_weights(tx, weights).kernel, 30) << "nonsense is ignored";
  EXPECT_EQ(load_weights(tx, weights).reboot, 15);
}

TEST_F(Scoring, UrgencyTakesTheWorstContextOfTheSystemsThatMissIt) {
  rows.erratum({.name = "USN-1-1"});
  rows.system({.id = 1});
  rows.system({.id = 2, .role = "production"});
  rows.applicable(1, "USN-1-1");
  all();
  const auto before = profile_of("USN-1-1");
  EXPECT_TRUE(before.urgency_estimated);
  EXPECT_NEAR(before.urgency_score, 40 * (0.5 + 0.375 / 5.875), 1e-9) << "High stands in as 8.0";
  database.query("UPDATE systems SET exposure = 'external', criticality = 'critical', data_class = 'restricted' WHERE id = 2");
  rows.applicable(2, "USN-1-1");
  EXPECT_EQ(all().updated, 1);
  EXPECT_NEAR(profile_of("USN-1-1").urgency_score, 60, 1e-9);
  database.query("UPDATE systems SET gone_at = now() WHERE id = 2");
  all();
  EXPECT_NEAR(profile_of("USN-1-1").urgency_score, before.urgency_score, 1e-9);
}

TEST_F(Scoring, KnownExploitedCvesCount) {
  rows.erratum({.name = "USN-1-1"});
  database.query("INSERT INTO cves (id, cvss, epss, known_exploited) VALUES ('CVE-2026-1111', 8.0, 0.01, true)");
  all();
  EXPECT_FALSE(profile_of("USN-1-1").urgency_estimated);
  EXPECT_NEAR(profile_of("USN-1-1").urgency_score, 80 * (0.5 + 0.375 / 5.875), 1e-9);
}

TEST_F(Scoring, HistoryCountsFromTheThirdTestOn) {
  rows.erratum({.name = "USN-1-1"});
  all();
  for (const bool passed : {true, false, false}) {
    EXPECT_EQ(profile_of("USN-1-1").success_score, 100);
    db::Tx tx(pool());
    record_test(tx, {"USN-1-1"}, passed, clock.now());
    tx.commit();
    if (profile_of("USN-1-1").times_tested < 3) all();
  }
  EXPECT_EQ(all().updated, 1);
  const auto scored = profile_of("USN-1-1");
  EXPECT_EQ(scored.times_tested, 3);
  EXPECT_EQ(scored.times_failed, 2);
  EXPECT_EQ(scored.breakdown.history_penalty, -13);
  EXPECT_EQ(scored.last_test_result, "failed");
  EXPECT_EQ(scored.last_test_at, clock.now());
}

TEST_F(Scoring, FiveThousandErrataTakeSeconds) {
  database.query(
      "INSERT INTO errata_cache (advisory_name, synopsis, advisory_type, severity, severity_source, source, packages, first_seen_at, "
      "changed_at) "
      "SELECT 'ALSA-2026:' || n, 's', 'security', 'High', 'vendor', 'alsa', (SELECT jsonb_agg(jsonb_build_object('name', 'p' || (n % 500) "
      "|| '-' || i, "
      "'evr', '1-1', 'arch', 'x86_64', 'size_bytes', 1000)) FROM generate_series(1, 13) i), now(), now() FROM generate_series(1, 5029) n");
  const auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(all().calculated, 5029);
  EXPECT_EQ(all().skipped, 5029);
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(60)) << "generous: sanitizers, busy machine";
}

// ---------------------------------------------------------------- endpoints

TEST_F(Scoring, ListIsSafestFirstWithFiltersAndPages) {
  for (const auto& [name, score] : {std::pair{"USN-1-1", 50}, {"USN-2-1", 90}, {"USN-3-1", 70}, {"USN-4-1", 70}})
    rows.scored({.name = name}, score);
  const auto names = [](const test::Caller::Answer& answer) {
    std::vector<std::string> out;
    for (const auto& item : answer.body.at("profiles").as_array()) out.push_back(json::value_to<std::string>(item.at("errata_id")));
    return out;
  };
  const auto list = caller.call(Method::Get, "/api/v1/risk-profile");
  EXPECT_THAT(names(list), ElementsAre("USN-2-1", "USN-3-1", "USN-4-1", "USN-1-1"));
  EXPECT_TRUE(list.body.at("next_cursor").is_null());
  const auto filtered =
      caller.call(Method::Get, "/api/v1/risk-profile", nullptr, {{"min_score", "60"}, {"max_score", "80"}, {"os", "ubuntu"}});
  EXPECT_THAT(names(filtered), ElementsAre("USN-3-1", "USN-4-1"));
  EXPECT_EQ(filtered.body.at("total").as_int64(), 2);
  const auto page = caller.call(Method::Get, "/api/v1/risk-profile", nullptr, {{"limit", "2"}});
  EXPECT_EQ(page.body.at("total").as_int64(), 4);
  const auto cursor = json::value_to<std::string>(page.body.at("next_cursor"));
  const auto next = caller.call(Method::Get, "/api/v1/risk-profile", nullptr, {{"limit", "2"}, {"cursor", cursor}});
  EXPECT_THAT(names(next), ElementsAre("USN-4-1", "USN-1-1"));
  EXPECT_EQ(caller.call(Method::Get, "/api/v1/risk-profile", nullptr, {{"severity", "Low"}}).body.at("total").as_int64(), 0);
}

TEST_F(Scoring, DetailShowsWhatTheScoreIsMadeOf) {
  rows.erratum({.name = "USN-1-1"});
  EXPECT_EQ(caller.call(Method::Get, "/api/v1/risk-profile/USN-1-1").error, "not_found");
  all();
  const auto shown = caller.call(Method::Get, "/api/v1/risk-profile/USN-1-1");
  ASSERT_EQ(shown.status, 200);
  EXPECT_EQ(shown.body.at("score_breakdown").at("final_score").as_int64(), 100);
  EXPECT_EQ(shown.body.at("recommendation").as_string(), "Low risk - safe to test early");
  EXPECT_EQ(shown.body.at("packages").at(0).at("size_kb").as_int64(), 500);
  EXPECT_EQ(shown.body.at("cves").at(0).at("id").as_string(), "CVE-2026-1111");
  EXPECT_TRUE(shown.body.at("history").at("last_test_date").is_null());
}

TEST_F(Scoring, CalculateAnswersWhatItDid) {
  rows.erratum({.name = "USN-1-1"});
  rows.erratum({.name = "USN-2-1", .has_packages = false});
  const auto some =
      caller.call(Method::Post, "/api/v1/risk-profile/calculate", json::object{{"errata_ids", json::array{"USN-1-1", "USN-2-1"}}});
  EXPECT_EQ(some.body.at("calculated").as_int64(), 1);
  EXPECT_EQ(some.body.at("errors").at(0).at("errata_id").as_string(), "USN-2-1");
  const auto everything = caller.call(Method::Post, "/api/v1/risk-profile/calculate");
  EXPECT_EQ(everything.body.at("skipped").as_int64(), 1);
  EXPECT_TRUE(everything.body.at("errors").as_array().empty());
  const auto forced = caller.call(Method::Post, "/api/v1/risk-profile/calculate", json::object{{"force_refresh", true}});
  EXPECT_EQ(forced.body.at("updated").as_int64(), 1);
}

}  // namespace
}  // namespace spm::scoring
