// The product's Prometheus client against a real Prometheus that scrapes a real node_exporter of this machine, while this machine works.

#include <fmt/format.h>

#include <fstream>
#include <thread>

#include "integrations/prometheus/prometheus.hpp"
#include "tests/real/fleet.hpp"

namespace spm::real {
namespace {

using namespace std::chrono_literals;

constexpr auto kWindow = 12s;

struct Ticks {
  double busy = 0;
  double all = 0;
};

Ticks read_ticks() {
  std::ifstream in("/proc/stat");
  std::string word;
  in >> word;
  Ticks ticks;
  for (int i = 0; i < 8; ++i) {
    double value = 0;
    in >> value;
    ticks.all += value;
    if (i != 3 && i != 4) ticks.busy += value;
  }
  return ticks;
}

struct Seen {
  double kernel = 0;   // what /proc/stat says of the window
  double product = 0;  // what the product says of it
};

Seen measure(prometheus::PrometheusMetrics& metrics, const SystemClock& clock) {
  const auto before = read_ticks();
  std::this_thread::sleep_for(kWindow);
  const auto after = read_ticks();
  const auto sample = metrics.sample(from_environment("SPM_REAL_INSTANCE"), clock.now(), kWindow);
  EXPECT_TRUE(sample) << sample.error().message;
  if (!sample) return {};
  EXPECT_TRUE(sample->cpu_percent) << sample->queries;
  EXPECT_TRUE(sample->memory_percent) << sample->queries;
  EXPECT_GT(sample->memory_percent.value_or(0), 0);
  return {100 * (after.busy - before.busy) / (after.all - before.all), sample->cpu_percent.value_or(-100)};
}

TEST(RealPrometheus, TheProbeTellsTheVersion) {
  const SystemClock clock;
  prometheus::PrometheusMetrics metrics({.url = from_environment("SPM_REAL_PROMETHEUS_URL"), .ca_file = ""}, clock);
  const auto report = metrics.probe();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_FALSE(report->version.empty());
}

TEST(RealPrometheus, ATargetThatIsNotScrapedHasNoValues) {
  const SystemClock clock;
  prometheus::PrometheusMetrics metrics({.url = from_environment("SPM_REAL_PROMETHEUS_URL"), .ca_file = ""}, clock);
  const auto sample = metrics.sample("192.0.2.1:9100", clock.now(), kWindow);
  ASSERT_TRUE(sample) << sample.error().message;
  EXPECT_FALSE(sample->cpu_percent || sample->memory_percent || sample->failed_units);
}

// Other programs may keep this machine busy, so the measure of truth is the kernel's own count over the same time.
TEST(RealPrometheus, AfterAgainstBeforeIsWhatTheKernelCounted) {
  const SystemClock clock;
  prometheus::PrometheusMetrics metrics({.url = from_environment("SPM_REAL_PROMETHEUS_URL"), .ca_file = ""}, clock);
  const auto calm = measure(metrics, clock);
  std::vector<std::jthread> load;
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    load.emplace_back([](const std::stop_token& stop) {
      volatile unsigned work = 0;
      while (!stop.stop_requested()) work = work + 1;
    });
  }
  const auto loaded = measure(metrics, clock);
  load.clear();
  EXPECT_NEAR(calm.product, calm.kernel, 20);
  EXPECT_NEAR(loaded.product, loaded.kernel, 20);
  EXPECT_GT(loaded.product, 75);
  if (calm.kernel < 60) {
    EXPECT_GT(loaded.product, calm.product + 15);
  }
  fmt::print("  CPU before {:.0f} % (kernel {:.0f} %), under load {:.0f} % (kernel {:.0f} %)\n", calm.product, calm.kernel, loaded.product,
             loaded.kernel);
}

}  // namespace
}  // namespace spm::real
