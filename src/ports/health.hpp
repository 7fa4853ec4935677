#pragma once
// Measurements of a managed system, and whether an upstream itself is well.

#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/time.hpp"

namespace spm::ports {

// Averages over the window that ends at `at`. A value that could not be measured is absent, never 0.
struct MetricSample {
  std::optional<double> cpu_percent;     // 0..100
  std::optional<double> memory_percent;  // 0..100 used
  std::optional<int> failed_units;       // absent too when the exporter's systemd collector does not work
  std::string queries;                   // what was asked, for the evidence
};

class MetricsSource {
 public:
  virtual ~MetricsSource() = default;
  [[nodiscard]] virtual Result<MetricSample> sample(const std::string& instance, Time at, std::chrono::seconds window) = 0;
};

struct ProbeReport {
  std::string version;  // may be empty
  std::string message;  // what a person should know although it works ("perms are empty: …"); empty when all is well
};

// One cheap authenticated call that shows that an upstream can be used; never more than a few seconds.
class UpstreamProbe {
 public:
  virtual ~UpstreamProbe() = default;
  [[nodiscard]] virtual Result<ProbeReport> probe() = 0;
};

}  // namespace spm::ports
