#include "metrics/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <vector>

namespace spm::metrics {
namespace {

using Labels = std::map<std::string, std::string>;

constexpr std::size_t kMaxLabelBytes = 128;

// Remembers the values that each label had, and turns further ones into "other".
class LabelBound {
 public:
  std::string admit(const std::string& label, std::string_view value) {
    std::string text(value.substr(0, kMaxLabelBytes));
    const std::lock_guard lock(mutex_);
    auto& known = known_[label];
    if (known.contains(text)) return text;
    if (known.size() >= kMaxLabelValues) return "other";
    known.insert(text);
    return text;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::set<std::string>> known_;
};

const prometheus::Histogram::BucketBoundaries kSeconds{0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};

// Read from the database when somebody scrapes.
struct FigureKind {
  const char* name;
  const char* label;  // "" when there is none
  const char* help;
};
constexpr std::array kFigures{
    FigureKind{"spm_systems_quarantined", "", "Systems that could not be shown to be back in their former state."},
    FigureKind{"spm_test_systems_unreachable", "", "Test systems on which commands could not be run a while ago."},
    FigureKind{"spm_approvals_oldest_seconds", "", "How long the oldest item has waited for a decision; 0 when none waits."},
    FigureKind{"spm_regressions_last_day", "", "Test runs of the last 24 hours after which the system was worse."},
    FigureKind{"spm_sync_success_age_seconds", "source", "Time since the last synchronisation that succeeded."},
    FigureKind{"spm_cve_list_age_seconds", "source", "Time since a list about CVEs was last read and found well."},
    FigureKind{"spm_upstream_up", "upstream", "1 when the last probe of the upstream succeeded."},
    FigureKind{"spm_task_failed", "task", "1 when the last run of the periodic job failed."},
    FigureKind{"spm_audit_chain_intact", "", "1 when the last proof of the audit chain found nothing wrong."},
    FigureKind{"spm_audit_proof_age_seconds", "", "Time since the audit chain was last looked at; +Inf when it never was."},
    FigureKind{"spm_data_entries", "kind", "How much is kept of what grows: evidence by test run, the others by row."},
    FigureKind{"spm_data_bytes", "kind", "Size in the database with indexes."},
    FigureKind{"spm_data_oldest_timestamp_seconds", "kind", "From when the oldest is."},
    FigureKind{"spm_patches_missing", "severity", "Security errata that production systems miss, counted by system."},
    FigureKind{"spm_patches_overdue", "severity", "Those of them that are past their service level."},
    FigureKind{"spm_patches_oldest_seconds", "severity", "How long the oldest of them has been missing; 0 when none is."},
    FigureKind{"spm_production_systems", "state",
               "Production systems: patched, pending, overdue (past a service level), unknown (never synchronised)."},
};

double seconds(std::chrono::microseconds duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

struct Metrics::Series {
  using Counters = prometheus::Family<prometheus::Counter>;
  using Gauges = prometheus::Family<prometheus::Gauge>;
  using Histograms = prometheus::Family<prometheus::Histogram>;

  static Counters& counters(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  }
  static Histograms& histograms(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
  }

  prometheus::Registry registry;
  LabelBound bound;
  Counters& http_requests = counters(registry, "spm_http_requests_total", "Requests answered by the API.");
  Histograms& http_duration = histograms(registry, "spm_http_request_duration_seconds", "Time from a whole request to its answer.");
  Counters& upstream_calls = counters(registry, "spm_upstream_calls_total", "Attempts to call an upstream, by how they ended.");
  Histograms& upstream_duration = histograms(registry, "spm_upstream_call_duration_seconds", "Time of one attempt to call an upstream.");
  Counters& tests = counters(registry, "spm_tests_total", "Test runs that ended, by result.");
  Counters& steps = counters(registry, "spm_steps_total", "Steps of test runs, by phase and outcome.");
  Counters& syncs = counters(registry, "spm_sync_runs_total", "Catalogue synchronisations, by source and result.");
  Gauges& queue_items = prometheus::BuildGauge().Name("spm_queue_items").Help("Queue items in each state.").Register(registry);
  std::vector<Gauges*> figures;  // in the order of kFigures

  Series() {
    for (const auto& kind : kFigures) figures.push_back(&prometheus::BuildGauge().Name(kind.name).Help(kind.help).Register(registry));
  }
};

Metrics::Metrics() : series_(std::make_unique<Series>()) {}
Metrics::~Metrics() = default;

void Metrics::count_http_request(std::string_view method, std::string_view route, int status, std::chrono::microseconds duration) {
  const Labels labels{{"method", series_->bound.admit("http method", method)}, {"route", series_->bound.admit("http route", route)}};
  auto with_status = labels;
  with_status["status"] = series_->bound.admit("http status", std::to_string(status));
  series_->http_requests.Add(with_status).Increment();
  series_->http_duration.Add(labels, kSeconds).Observe(seconds(duration));
}

void Metrics::count_upstream_call(std::string_view upstream, std::string_view call, std::string_view outcome,
                                  std::chrono::microseconds duration) {
  const Labels labels{{"upstream", series_->bound.admit("upstream", upstream)}, {"call", series_->bound.admit("upstream call", call)}};
  auto with_outcome = labels;
  with_outcome["outcome"] = series_->bound.admit("upstream outcome", outcome);
  series_->upstream_calls.Add(with_outcome).Increment();
  series_->upstream_duration.Add(labels, kSeconds).Observe(seconds(duration));
}

void Metrics::count_test(std::string_view result) {
  series_->tests.Add({{"result", series_->bound.admit("test result", result)}}).Increment();
}

void Metrics::count_step(std::string_view phase, std::string_view outcome) {
  series_->steps.Add({{"phase", series_->bound.admit("step phase", phase)}, {"outcome", series_->bound.admit("step outcome", outcome)}})
      .Increment();
}

void Metrics::count_sync(std::string_view source, std::string_view result) {
  series_->syncs.Add({{"source", series_->bound.admit("sync source", source)}, {"result", series_->bound.admit("sync result", result)}})
      .Increment();
}

void Metrics::set_queue_items(std::string_view status, double count) {
  series_->queue_items.Add({{"status", series_->bound.admit("queue status", status)}}).Set(count);
}

void Metrics::set_figure(std::string_view name, std::string_view label, double value) {
  const auto kind = std::find_if(kFigures.begin(), kFigures.end(), [&](const FigureKind& known) { return known.name == name; });
  if (kind == kFigures.end()) throw std::logic_error(std::string(name) + " is no figure");
  const auto index = static_cast<std::size_t>(kind - kFigures.begin());
  Labels labels;
  if (*kind->label != '\0') labels[kind->label] = series_->bound.admit(kind->label, label);
  series_->figures[index]->Add(labels).Set(value);
}

std::string Metrics::render() const { return prometheus::TextSerializer().Serialize(series_->registry.Collect()); }

}  // namespace spm::metrics
