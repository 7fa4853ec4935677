#include "engine/steps/measure.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/host.hpp"

namespace spm::engine::steps {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kTries = 4;
constexpr auto kPause = 15s;

std::string tries_fact(const Run& run) { return fmt::format("{}_{}_metric_tries", to_string(run.phase), run.attempt); }

}  // namespace

std::string instance_of(const StepContext& context) {
  return fmt::format("{}:{}", context.run().subject.ip, context.settings().node_exporter_port);
}

Awaited<Measurement> measure_by_prometheus(StepContext& context, std::optional<Time> from) {
  const auto& run = context.run();
  const auto window = context.settings().metrics_window;
  if (context.metrics() == nullptr || run.subject.ip.empty()) {
    return Measurement{MetricSourceKind::None,
                       {},
                       {},
                       context.metrics() == nullptr ? "Prometheus is not configured" : "the system's address is not known"};
  }
  if (from && context.now() < *from + window)
    return Outcome(WaitUntil{*from + window, "letting the measuring window pass what happened before", {}});
  const auto at = context.now();
  const auto sample = context.metrics()->sample(instance_of(context), at, window);
  const auto tries = number_fact(run, tries_fact(run)).value_or(0) + 1;
  const bool is_complete = sample && sample->cpu_percent && sample->memory_percent;
  if (!is_complete && tries < kTries) {
    const auto why = sample ? fmt::format("Prometheus has no samples of {} yet", instance_of(context)) : sample.error().message;
    return Outcome(WaitUntil{context.after(kPause), why, {{tries_fact(run), tries}}});
  }
  if (!sample) return Measurement{MetricSourceKind::None, {}, {}, sample.error().message};
  if (!sample->cpu_percent && !sample->memory_percent) {
    return Measurement{MetricSourceKind::None,
                       {},
                       {},
                       fmt::format("Prometheus has no samples of {}: {}", instance_of(context), sample->queries),
                       at,
                       window};
  }
  return Measurement{MetricSourceKind::Prometheus, sample->cpu_percent, sample->memory_percent, sample->queries, at, window};
}

Awaited<Measurement> measure_by_commands(StepContext& context) {
  const auto outputs =
      context.batch("metrics", {read_file("/proc/stat"), {{"sleep", "5"}, 15s}, read_file("/proc/stat"), read_file("/proc/meminfo")});
  if (!outputs) return outputs.answer();
  if (!outputs->is_done()) return Measurement{MetricSourceKind::None, {}, {}, outputs->reason};
  const auto& out = outputs->outputs;
  const auto cpu = cpu_percent_in(out[0], out[2]);
  const auto memory = memory_percent_in(out[3]);
  const auto source = cpu || memory ? MetricSourceKind::Salt : MetricSourceKind::None;
  return Measurement{source, cpu, memory, "/proc/stat twice within 5 s, /proc/meminfo", context.now(), 5s};
}

}  // namespace spm::engine::steps
