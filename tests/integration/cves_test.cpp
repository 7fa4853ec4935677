// Lists about CVEs on a real database: what an import changes and what it leaves alone, what follows from it, how failures show, and the
// endpoints. The lists come from a fake that hands out what a test puts into it, or from files.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "cves/cves.hpp"
#include "health/health.hpp"
#include "integrations/cve_lists/reader.hpp"
#include "tests/integration/queue_rows.hpp"

namespace spm::cves {
namespace {

using http::Method;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

class FakeLists final : public ports::CveLists {
 public:
  Result<std::string> read(const std::string& place, const std::stop_token&) override {
    ++reads;
    const auto text = texts.find(place);
    if (text == texts.end()) return fail(ErrorCode::ServiceUnavailable, place + " does not exist");
    return text->second;
  }
  std::map<std::string, std::string> texts;
  int reads = 0;
};

std::string kev(const std::vector<std::string>& cves, const std::string& version = "2026.03.02") {
  json::array entries;
  for (const auto& cve : cves) entries.push_back(json::object{{"cveID", cve}});
  return json::serialize(json::object{{"catalogVersion", version}, {"count", entries.size()}, {"vulnerabilities", entries}});
}

class CveImport : public testing::Test {
 protected:
  CveImport() {
    for (const std::string job : {"import_cves", "rescore"})
      (void)database.query("INSERT INTO periodic_jobs (name, interval_seconds, next_run_at) VALUES ('" + job +
                           "', 86400, '2026-03-03T00:00:00Z') RETURNING name");
  }

  Result<Imported> import(Source source, const std::string& text, Shrinking shrinking = Shrinking::Refuse) {
    return import_list(database.pool(), {.source = source, .origin = "/lists/by-hand", .actor = "console:root", .shrinking = shrinking},
                       text, clock.now());
  }
  void look() { import_due(database.pool(), clock, lists, places, {}); }
  std::string one(const std::string& sql) {
    const auto found = database.query(sql);
    return found.empty() ? "" : found[0].text_or_null("value").value_or("null");
  }
  std::vector<std::string> all(const std::string& sql) {
    std::vector<std::string> out;
    for (const auto row : database.query(sql)) out.push_back(row.text("value"));
    return out;
  }
  std::vector<std::string> exploited() { return all("SELECT id AS value FROM cves WHERE known_exploited ORDER BY id"); }
  std::string error_of(const std::string& source) { return one("SELECT error AS value FROM cve_sources WHERE source = '" + source + "'"); }
  bool is_due(const std::string& job) {
    return one("SELECT (next_run_at <= '" + format_time(clock.now()) + "')::text AS value FROM periodic_jobs WHERE name = '" + job + "'") ==
           "true";
  }
  std::vector<std::string> events() {
    return all(
        "SELECT concat_ws(' ', payload ->> 'type', payload ->> 'source', payload ->> 'status') AS value FROM events WHERE topic = 'cves' "
        "ORDER BY id");
  }
  std::vector<std::string> notices() { return all("SELECT thing || ' ' || state AS value FROM notifications ORDER BY id"); }
  json::object state(const std::string& source) {
    const auto answer = caller.call(Method::Get, "/api/v1/cves/sources");
    for (const auto& one_source : answer.body.at("sources").as_array()) {
      if (one_source.at("source").as_string() == source) return one_source.as_object();
    }
    return {};
  }

  test::TestDatabase database;
  test::ManualClock clock{*parse_time("2026-03-02T09:15:00Z")};
  test::QueueRows rows{database.pool(), clock};
  FakeLists lists;
  Places places{{Source::Kev, "/lists/kev.json"}, {Source::Epss, "/lists/epss.csv"}};
  test::Caller caller{endpoints(database.pool(), clock, places), clock};
};

TEST_F(CveImport, MarksWhatIsOnTheListAndWhoeverLeftItLosesTheMark) {
  const auto first = import(Source::Kev, kev({"CVE-2026-1111", "CVE-2026-2222"}));
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->changed, 2);
  EXPECT_EQ(first->version, "2026.03.02");
  (void)import(Source::Epss, "cve,epss\nCVE-2026-1111,0.5\n");
  const auto second = import(Source::Kev, kev({"CVE-2026-2222", "CVE-2026-3333"}));
  EXPECT_EQ(second->changed, 2);
  EXPECT_THAT(exploited(), ElementsAre("CVE-2026-2222", "CVE-2026-3333"));
  EXPECT_EQ(one("SELECT epss::text AS value FROM cves WHERE id = 'CVE-2026-1111'"), "0.5") << "the other figures stay";
  EXPECT_THAT(all("SELECT concat_ws(' ', actor, action, subject_id, after ->> 'changed') AS value FROM audit_log ORDER BY id"),
              ElementsAre("console:root cves.import kev 2", "console:root cves.import epss 1", "console:root cves.import kev 2"));
  EXPECT_THAT(events(), ElementsAre("cves.imported kev succeeded", "cves.imported epss succeeded", "cves.imported kev succeeded"));
}

TEST_F(CveImport, TheSameTextAgainWritesNothingButTheTime) {
  (void)import(Source::Kev, kev({"CVE-2026-1111"}));
  const auto before = all("SELECT id || xmin::text AS value FROM cves");
  clock.advance(24h);
  const auto again = import(Source::Kev, kev({"CVE-2026-1111"}));
  EXPECT_EQ(again->changed, 0);
  EXPECT_EQ(all("SELECT id || xmin::text AS value FROM cves"), before);
  EXPECT_EQ(events().size(), 1U);
  EXPECT_EQ(one("SELECT count(*)::text AS value FROM audit_log"), "1");
  EXPECT_EQ(state("kev").at("last_success").as_string(), "2026-03-03T09:15:00Z");
  EXPECT_EQ(state("kev").at("last_change").as_string(), "2026-03-02T09:15:00Z");
}

TEST_F(CveImport, OfAnotherTextOnlyWhatDiffersIsWritten) {
  (void)import(Source::Epss, "cve,epss\nCVE-2026-1111,0.1\nCVE-2026-2222,0.2\n");
  const auto kept = one("SELECT xmin::text AS value FROM cves WHERE id = 'CVE-2026-1111'");
  const auto second = import(Source::Epss, "cve,epss\nCVE-2026-1111,0.1\nCVE-2026-2222,0.3\nCVE-2026-3333,0.4\n");
  EXPECT_EQ(second->changed, 2);
  EXPECT_EQ(one("SELECT xmin::text AS value FROM cves WHERE id = 'CVE-2026-1111'"), kept);
  EXPECT_EQ(import(Source::Cvss, "cve,cvss\nCVE-2026-1111,9.8\n")->changed, 1);
  EXPECT_EQ(one("SELECT concat_ws(' ', cvss, epss, known_exploited) AS value FROM cves WHERE id = 'CVE-2026-1111'"), "9.8 0.1 f");
}

TEST_F(CveImport, ThreeHundredThousandFiguresTakeSeconds) {
  const auto list = [](int shift) {
    std::string text = "#model_version:v2025.03.14,score_date:2026-03-02T00:00:00+0000\ncve,epss,percentile\n";
    for (int i = 0; i < 300'000; ++i)
      text += fmt::format("CVE-{}-{},{},0.5\n", 2000 + i % 25, 1000 + i / 25, static_cast<double>((i + shift) % 9973) / 9973);
    return text;
  };
  const auto timed = [&](const std::string& text, std::int64_t changed) {
    const auto begin = std::chrono::steady_clock::now();
    const auto imported = import(Source::Epss, text);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    ASSERT_TRUE(imported) << imported.error().message;
    EXPECT_EQ(imported->changed, changed);
    RecordProperty(fmt::format("seconds_for_{}", changed), fmt::format("{:.2f}", took.count()));
    EXPECT_LT(took, 60s) << "with sanitizers, on a busy machine";
  };
  timed(list(0), 300'000);
  const auto next_day = list(1);
  timed(next_day, 300'000);
  timed(next_day, 0);
}

TEST_F(CveImport, WhatIsNotBelievedChangesNothing) {
  std::vector<std::string> many;
  for (int i = 1000; i < 1100; ++i) many.push_back(fmt::format("CVE-2026-{}", i));
  ASSERT_TRUE(import(Source::Kev, kev(many)));
  const auto before = one("SELECT md5(string_agg(c::text, ',' ORDER BY id)) AS value FROM cves c");
  const auto half = std::vector<std::string>(many.begin(), many.begin() + 49);
  for (const auto& text : {kev({}), kev(half), kev({"CVE-2026-1"}), std::string("<html>Sign in</html>"), std::string()}) {
    const auto refused = import(Source::Kev, text);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::ValidationError);
    EXPECT_EQ(one("SELECT md5(string_agg(c::text, ',' ORDER BY id)) AS value FROM cves c"), before);
  }
  EXPECT_EQ(one("SELECT entries::text AS value FROM cve_sources"), "100");
  EXPECT_TRUE(import(Source::Kev, kev(half), Shrinking::Accept));
  EXPECT_EQ(exploited().size(), 49U);
}

TEST_F(CveImport, TheJobReadsWhatIsDueAndTellsOnceWhatFails) {
  lists.texts["/lists/kev.json"] = kev({"CVE-2026-1111"});
  look();
  EXPECT_THAT(exploited(), ElementsAre("CVE-2026-1111"));
  EXPECT_EQ(error_of("epss"), "/lists/epss.csv does not exist");
  EXPECT_THAT(notices(), ElementsAre("sync:epss open"));
  EXPECT_EQ(lists.reads, 2);
  look();
  EXPECT_EQ(lists.reads, 2) << "nothing is due";
  clock.advance(1h);
  look();
  EXPECT_EQ(lists.reads, 3) << "what failed is tried again";
  EXPECT_THAT(events(), ElementsAre("cves.imported kev succeeded", "cves.imported epss failed")) << "and told once";
  clock.advance(1h);
  lists.texts["/lists/epss.csv"] = "cve,epss\nCVE-2026-1111,0.5\n";
  look();
  EXPECT_EQ(error_of("epss"), "null");
  EXPECT_THAT(notices(), ElementsAre("sync:epss settled"));
  clock.advance(22h);
  lists.texts["/lists/kev.json"] = kev({});
  look();
  EXPECT_THAT(error_of("kev"), HasSubstr("the list kev was not taken: the list is empty"));
  EXPECT_THAT(exploited(), ElementsAre("CVE-2026-1111")) << "what is known stays";
  EXPECT_EQ(state("kev").at("last_success").as_string(), "2026-03-02T09:15:00Z");
}

TEST_F(CveImport, AnErrorIsSettledByTheSameTextToo) {
  lists.texts["/lists/kev.json"] = kev({"CVE-2026-1111"});
  lists.texts["/lists/epss.csv"] = "cve,epss\nCVE-2026-1111,0.5\n";
  look();
  clock.advance(24h);
  const auto good = std::exchange(lists.texts["/lists/kev.json"], "broken");
  look();
  EXPECT_THAT(notices(), ElementsAre("sync:kev open"));
  lists.texts["/lists/kev.json"] = good;
  clock.advance(1h);
  look();
  EXPECT_THAT(notices(), ElementsAre("sync:kev settled"));
  EXPECT_EQ(error_of("kev"), "null");
}

TEST_F(CveImport, WhatIsConfiguredNoLongerFailsNoLonger) {
  look();
  EXPECT_THAT(notices(), ElementsAre("sync:kev open", "sync:epss open"));
  places.erase(Source::Epss);
  look();
  EXPECT_EQ(error_of("epss"), "null");
  EXPECT_THAT(notices(), ElementsAre("sync:kev open", "sync:epss settled"));
}

TEST_F(CveImport, AStopIsNoFailureOfTheList) {
  std::stop_source stop;
  stop.request_stop();
  import_due(database.pool(), clock, lists, places, stop.get_token());
  EXPECT_THAT(events(), IsEmpty());
  EXPECT_EQ(lists.reads, 0);
}

TEST_F(CveImport, UrgencyFollowsAndTheQueueAfterIt) {
  const scoring::Weights weights;
  rows.erratum({.name = "USN-1-1"});  // of CVE-2026-1111
  (void)scoring::recalculate_all(database.pool(), scoring::Force::No, weights, clock.now());
  const auto item = rows.item("USN-1-1");
  const auto before = rows.read(item).urgency_score;
  EXPECT_FALSE(is_due("rescore"));
  (void)import(Source::Kev, kev({"CVE-2026-1111"}));
  EXPECT_TRUE(is_due("rescore"));
  // What the jobs do then.
  EXPECT_EQ(scoring::recalculate_all(database.pool(), scoring::Force::No, weights, clock.now()).updated, 1);
  db::Tx tx(database.pool());
  EXPECT_EQ(queue::refresh_scores(tx, clock.now()), 1);
  tx.commit();
  EXPECT_GT(rows.read(item).urgency_score, before);
}

TEST_F(CveImport, AListThatChangesNothingWakesNobody) {
  (void)import(Source::Kev, kev({"CVE-2026-1111"}));
  (void)database.query("UPDATE periodic_jobs SET next_run_at = '2026-03-03T00:00:00Z' RETURNING name");
  (void)import(Source::Kev, kev({"CVE-2026-1111"}, "2026.03.03"));
  EXPECT_FALSE(is_due("rescore"));
}

TEST_F(CveImport, WithoutAListNobodyKnowsThatACveIsNotExploited) {
  const auto known = [&] {
    db::Tx tx(database.pool());
    return scoring::exploits_known(tx);
  };
  rows.erratum({.name = "USN-1-1"});
  const auto shown = [&] {
    db::Tx tx(database.pool());
    return scoring::urgency_reasons(tx, {"USN-1-1"}).at("cves").at(0).at("kev");
  };
  (void)import(Source::Epss, "cve,epss\nCVE-2026-1111,0.5\n");
  EXPECT_FALSE(known()) << "figures of another kind say nothing of it";
  EXPECT_TRUE(shown().is_null());
  (void)import(Source::Kev, kev({"CVE-2026-9999"}));
  EXPECT_TRUE(known());
  EXPECT_EQ(shown(), json::value(false));
  (void)import(Source::Kev, kev({"CVE-2026-1111", "CVE-2026-9999"}));
  EXPECT_EQ(shown(), json::value(true));
}

TEST_F(CveImport, TwoAtOnceComeOneAfterTheOther) {
  std::vector<std::string> a;
  std::vector<std::string> b;
  for (int i = 1000; i < 3000; ++i) (i % 2 == 0 ? a : b).push_back(fmt::format("CVE-2026-{}", i));
  {
    std::vector<std::jthread> both;
    for (const auto* list : {&a, &b}) {
      both.emplace_back([&, list] {
        for (int i = 0; i < 5; ++i) EXPECT_TRUE(import(Source::Kev, kev(*list)));
      });
    }
  }
  EXPECT_THAT(exploited(), testing::AnyOf(a, b)) << "the whole of one list, nothing of the other";
}

TEST_F(CveImport, IsAskedForOverTheApiAndReadByTheJob) {
  lists.texts["/lists/kev.json"] = kev({"CVE-2026-1111"});
  lists.texts["/lists/epss.csv"] = "cve,epss\nCVE-2026-1111,0.5\n";
  look();
  lists.texts["/lists/kev.json"] = kev({"CVE-2026-1111", "CVE-2026-2222"}, "2026.03.03");
  const auto asked = caller.call(Method::Post, "/api/v1/cves/import", json::object{{"source", "kev"}});
  EXPECT_EQ(asked.status, 202);
  EXPECT_EQ(asked.body, (json::object{{"source", "kev"}, {"status", "running"}, {"already_running", false}}));
  EXPECT_TRUE(is_due("import_cves"));
  EXPECT_TRUE(state("kev").at("running").as_bool());
  EXPECT_TRUE(caller.call(Method::Post, "/api/v1/cves/import", json::object{{"source", "kev"}}).body.at("already_running").as_bool());
  EXPECT_EQ(one("SELECT concat_ws(' ', actor, from_address, subject_id) AS value FROM audit_log WHERE action = 'cves.request'"),
            "api-key:tester 192.0.2.7 kev")
      << "once";
  look();
  EXPECT_EQ(lists.reads, 3) << "of what was asked for alone";
  clock.advance(90s);
  const auto shown = state("kev");
  EXPECT_EQ(shown, (json::object{{"source", "kev"},
                                 {"enabled", true},
                                 {"running", false},
                                 {"origin", "/lists/kev.json"},
                                 {"last_attempt", "2026-03-02T09:15:00Z"},
                                 {"last_success", "2026-03-02T09:15:00Z"},
                                 {"last_change", "2026-03-02T09:15:00Z"},
                                 {"age_seconds", 90.0},
                                 {"version", "2026.03.03"},
                                 {"entries", 2},
                                 {"last_error", nullptr}}));
}

TEST_F(CveImport, OverTheApiWhatIsNotConfiguredIsRefused) {
  const auto refused = caller.call(Method::Post, "/api/v1/cves/import", json::object{{"source", "cvss"}});
  EXPECT_EQ(refused.status, 409);
  EXPECT_THAT(refused.message, HasSubstr("CVSS_SOURCE is not set"));
  EXPECT_FALSE(state("cvss").at("enabled").as_bool());
  EXPECT_TRUE(state("cvss").at("last_success").is_null());
  EXPECT_EQ(caller.call(Method::Post, "/api/v1/cves/import", json::object{{"source", "/etc/passwd"}}).status, 400);
  (void)database.query("DELETE FROM periodic_jobs RETURNING name");
  const auto too_early = caller.call(Method::Post, "/api/v1/cves/import", json::object{{"source", "kev"}});
  EXPECT_EQ(too_early.status, 503);
  EXPECT_FALSE(state("kev").at("running").as_bool()) << "rolled back";
}

TEST_F(CveImport, FilesAreReadAsTheyLie) {
  const auto file = std::filesystem::temp_directory_path() / fmt::format("spm-kev-{}.json", getpid());
  std::ofstream(file) << kev({"CVE-2026-1111"});
  places = {{Source::Kev, file.string()}};
  cve_lists::ListReader reader;
  import_due(database.pool(), clock, reader, places, {});
  std::filesystem::remove(file);
  EXPECT_THAT(exploited(), ElementsAre("CVE-2026-1111"));
  clock.advance(24h);
  import_due(database.pool(), clock, reader, places, {});
  EXPECT_EQ(error_of("kev"), file.string() + " does not exist");
}

TEST_F(CveImport, ShowsInFiguresAndInCheck) {
  lists.texts["/lists/kev.json"] = kev({"CVE-2026-1111"});
  look();
  clock.advance(60s);
  db::Tx tx(database.pool());
  double age = -1;
  for (const auto& figure : health::figures(tx, clock.now())) {
    if (figure.name == "spm_cve_list_age_seconds") {
      EXPECT_EQ(figure.label, "kev");
      age = figure.value;
    }
  }
  EXPECT_EQ(age, 60);
  auto connection = database.pool().acquire();
  const auto seen = health::look_at(*connection);
  EXPECT_EQ(seen.failed_cve_lists, "epss: /lists/epss.csv does not exist");
  EXPECT_EQ(seen.cve_lists, "kev of 2026-03-02");
}

}  // namespace
}  // namespace spm::cves
