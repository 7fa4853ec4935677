// The Prometheus client: against a real Prometheus that scrapes the sandbox's exporters, where one is installed, and against answers that a
// healthy one never gives.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "cli/demo_prometheus.hpp"
#include "integrations/prometheus/prometheus.hpp"
#include "net/scripted_server.hpp"
#include "tests/integration/sandbox_fixture.hpp"

namespace spm::prometheus {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Options options_for(const std::string& url) {
  Options options;
  options.url = url;
  options.timeout = milliseconds(2'000);
  options.retry_pause = milliseconds(1);
  return options;
}

class RealPrometheus : public testing::Test {
 protected:
  void SetUp() override {
    if (!cli::DemoPrometheus::is_installed()) GTEST_SKIP() << "the prometheus package is not installed";
    instance = hosts->simulation().with([&](const sandbox::Simulation::View& view) {
      return view.world.host_by_name("test-ubuntu-2404")->ip;
    }) + ":" + std::to_string(hosts->exporter_port());
    std::string made = (std::filesystem::temp_directory_path() / "spm_prometheus_XXXXXX").string();
    ASSERT_NE(mkdtemp(made.data()), nullptr);
    directory = made;
    auto started = cli::DemoPrometheus::start(directory, {instance});
    ASSERT_TRUE(started) << started.error().message;
    server.emplace(std::move(*started));
  }
  void TearDown() override {
    server.reset();
    if (!directory.empty()) std::filesystem::remove_all(directory);
  }

  SystemClock clock;
  test::RunningSandbox hosts;
  std::string instance;
  std::string directory;
  std::optional<cli::DemoPrometheus> server;
};

TEST_F(RealPrometheus, MeasuresASystemAndNotTheOthers) {
  PrometheusMetrics metrics(options_for(server->url()), clock);
  ASSERT_TRUE(test::eventually([&] { return metrics.probe().has_value(); }));
  EXPECT_FALSE(metrics.probe()->version.empty());
  ports::MetricSample sample;
  ASSERT_TRUE(test::eventually([&] {
    auto measured = metrics.sample(instance, clock.now(), seconds(5));
    EXPECT_TRUE(measured) << measured.error().message;
    if (measured) sample = std::move(*measured);
    return sample.cpu_percent && sample.memory_percent && sample.failed_units;
  }));
  EXPECT_NEAR(*sample.memory_percent, 34, 6);
  EXPECT_GE(*sample.cpu_percent, 0);
  EXPECT_LE(*sample.cpu_percent, 50);
  EXPECT_EQ(*sample.failed_units, 0);
  EXPECT_THAT(sample.queries, testing::HasSubstr(instance));

  const auto unknown = metrics.sample("10.255.255.1:9100", clock.now(), seconds(5));
  ASSERT_TRUE(unknown) << unknown.error().message;
  EXPECT_FALSE(unknown->cpu_percent);
  EXPECT_FALSE(unknown->failed_units);

  hosts.set_online("test-ubuntu-2404", false);
  EXPECT_TRUE(test::eventually([&] { return !metrics.sample(instance, clock.now(), seconds(5)).value().cpu_percent; }));
}

// Answers by the first word of the query that it holds; everything else is an empty vector.
std::string answer_to(const std::string& request, const std::map<std::string, std::string>& values) {
  for (const auto& [word, value] : values) {
    if (request.find(word) == std::string::npos) continue;
    return R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,")" + value + R"("]}]}})";
  }
  return R"({"status":"success","data":{"resultType":"vector","result":[]}})";
}

Result<ports::MetricSample> sample_from(const std::map<std::string, std::string>& values) {
  net::ScriptedServer server([&](net::ScriptedConnection& c) {
    for (auto request = c.read_request(); !request.empty(); request = c.read_request())
      c.answer(200, "application/json", answer_to(request, values));
  });
  const SystemClock clock;
  return PrometheusMetrics(options_for(server.url()), clock)
      .sample("10.0.0.5:9100", parse_time("2026-11-23T13:00:00Z").value(), seconds(300));
}

constexpr const char* kBootedAt10 = "1795428000";    // 2026-11-23T10:00:00Z
constexpr const char* kBootedAt1257 = "1795438620";  // 2026-11-23T12:57:00Z

std::map<std::string, std::string> healthy() {
  return {{"query=max%28up", "1"}, {"boot_time", kBootedAt10}, {"cpu_seconds", "12.5"},
          {"MemAvailable", "40"},  {"collector_success", "1"}, {"unit_state", "2"}};
}

TEST(PrometheusAnswers, AreTakenForWhatTheyAre) {
  const auto sample = sample_from(healthy());
  ASSERT_TRUE(sample) << sample.error().message;
  EXPECT_EQ(sample->cpu_percent, 12.5);
  EXPECT_EQ(sample->memory_percent, 40);
  EXPECT_EQ(sample->failed_units, 2);
}

TEST(PrometheusAnswers, WhatWasNotMeasuredIsAbsent) {
  auto values = healthy();
  values["cpu_seconds"] = "NaN";
  values["MemAvailable"] = "+Inf";
  values["collector_success"] = "0";
  const auto sample = sample_from(values);
  ASSERT_TRUE(sample) << sample.error().message;
  EXPECT_FALSE(sample->cpu_percent);
  EXPECT_FALSE(sample->memory_percent);
  EXPECT_FALSE(sample->failed_units);
}

TEST(PrometheusAnswers, ATargetThatIsDownOrWasRebootedHasNoValues) {
  auto down = healthy();
  down["query=max%28up"] = "0";
  EXPECT_FALSE(sample_from(down)->cpu_percent);
  auto rebooted = healthy();
  rebooted["boot_time"] = kBootedAt1257;  // inside the window
  EXPECT_FALSE(sample_from(rebooted)->cpu_percent);
  EXPECT_FALSE(sample_from({})->failed_units);
}

TEST(PrometheusAnswers, WhateverGoesWrongIsAnErrorOfPrometheus) {
  const SystemClock clock;
  struct Row {
    int status;
    const char* body;
    UpstreamFailure expected;
  };
  for (const auto& [status, body, expected] :
       {Row{200, "<html>", UpstreamFailure::BadAnswer}, Row{200, "{\"status\":\"succ", UpstreamFailure::BadAnswer},
        Row{200, "[]", UpstreamFailure::BadAnswer}, Row{404, "404 page not found", UpstreamFailure::BadAnswer},
        Row{503, "Service Unavailable", UpstreamFailure::Unreachable},
        Row{422, R"({"status":"error","errorType":"execution","error":"many-to-many"})", UpstreamFailure::Refused}}) {
    net::ScriptedServer server([status = status, body = body](net::ScriptedConnection& c) {
      for (auto request = c.read_request(); !request.empty(); request = c.read_request()) c.answer(status, "application/json", body);
    });
    const auto sample = PrometheusMetrics(options_for(server.url()), clock).sample("a:1", clock.now(), seconds(60));
    ASSERT_FALSE(sample) << body;
    EXPECT_EQ(sample.error().code, ErrorCode::PrometheusError);
    EXPECT_EQ(sample.error().upstream, expected) << body << ": " << sample.error().message;
  }
  const auto gone = PrometheusMetrics(options_for("http://127.0.0.1:1"), clock).sample("a:1", clock.now(), seconds(60));
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().upstream, UpstreamFailure::Unreachable);
}

}  // namespace
}  // namespace spm::prometheus
