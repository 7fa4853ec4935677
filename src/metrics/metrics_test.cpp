#include "metrics/metrics.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace spm::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

TEST(Metrics, AppearInTheTextFormat) {
  Metrics metrics;
  metrics.count_http_request("GET", "/api/v1/queue", 200, 12ms);
  metrics.count_http_request("GET", "/api/v1/queue", 200, 12ms);
  metrics.count_upstream_call("uyuni", "system.listSystems", "ok", 40ms);
  metrics.count_test("passed");
  metrics.count_step("patch", "done");
  metrics.count_sync("uyuni", "succeeded");
  metrics.set_queue_items("queued", 17);

  const auto text = metrics.render();
  EXPECT_THAT(text, HasSubstr(R"(spm_http_requests_total{method="GET",route="/api/v1/queue",status="200"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"(spm_http_request_duration_seconds_bucket{method="GET",route="/api/v1/queue",le="0.025"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"(spm_upstream_calls_total{call="system.listSystems",outcome="ok",upstream="uyuni"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(spm_tests_total{result="passed"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(spm_steps_total{outcome="done",phase="patch"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(spm_sync_runs_total{result="succeeded",source="uyuni"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(spm_queue_items{status="queued"} 17)"));
}

// An alert about a metric that does not exist never fires.
TEST(Metrics, RulesAndDashboardsSpeakOfMetricsThatExist) {
  Metrics metrics;
  metrics.count_http_request("GET", "/api/v1/queue", 200, 12ms);
  metrics.count_upstream_call("uyuni", "system.listSystems", "ok", 40ms);
  metrics.set_queue_items("queued", 17);
  for (const auto* name :
       {"spm_systems_quarantined", "spm_test_systems_unreachable", "spm_approvals_oldest_seconds", "spm_regressions_last_day"})
    metrics.set_figure(name, "", 0);
  metrics.set_figure("spm_sync_success_age_seconds", "uyuni", 60);
  metrics.set_figure("spm_upstream_up", "salt", 1);
  const auto text = metrics.render();
  EXPECT_THAT(text, HasSubstr(R"(spm_upstream_up{upstream="salt"} 1)"));
  std::set<std::string> names;
  for (const auto* file : {"prometheus/rules.yml", "prometheus/alerts.yml", "grafana/patch-testing.json"}) {
    std::ifstream in(std::string(SPM_SOURCE_DIR "/ops/") + file);
    std::stringstream content;
    content << in.rdbuf();
    const auto all = content.str();
    const std::regex name("\\bspm_[a-z_]+");
    for (std::sregex_iterator match(all.begin(), all.end(), name), end; match != end; ++match) names.insert(match->str());
  }
  EXPECT_GE(names.size(), 4U);
  for (const auto& name : names) EXPECT_THAT(text, HasSubstr("\n" + name)) << name;
}

TEST(Metrics, BoundsTheNumberOfLabelValues) {
  Metrics metrics;
  for (std::size_t i = 0; i < kMaxLabelValues + 20; ++i) metrics.count_upstream_call("salt", "call" + std::to_string(i), "ok", 1ms);

  const auto text = metrics.render();
  EXPECT_THAT(text, HasSubstr(R"(spm_upstream_calls_total{call="other",outcome="ok",upstream="salt"} 20)"));
  EXPECT_THAT(text, Not(HasSubstr("call119")));
}

}  // namespace
}  // namespace spm::metrics
