#include "metrics/metrics.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

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

TEST(Metrics, AFigureHasALabelWhereItIsOneOfMany) {
  Metrics metrics;
  metrics.set_figure("spm_systems_quarantined", "", 2);
  metrics.set_figure("spm_upstream_up", "salt", 1);
  EXPECT_THAT(metrics.render(), HasSubstr(R"(spm_upstream_up{upstream="salt"} 1)"));
  EXPECT_THAT(metrics.render(), HasSubstr("\nspm_systems_quarantined 2"));
  EXPECT_THROW(metrics.set_figure("spm_no_such_figure", "", 0), std::logic_error);
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
