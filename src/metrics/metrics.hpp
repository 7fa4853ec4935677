#pragma once
// What Prometheus scrapes from us: counters, gauges and histograms named spm_*. One object, made by app/ and handed to who counts.
//
// Safe from any thread. Label values are bounded: at most kMaxLabelValues different ones a metric and label, then "other".

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace spm::metrics {

inline constexpr std::size_t kMaxLabelValues = 100;

class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // `route` is the pattern ("/api/v1/queue/{id}"), never the path.
  void count_http_request(std::string_view method, std::string_view route, int status, std::chrono::microseconds duration);
  void count_upstream_call(std::string_view upstream, std::string_view call, std::string_view outcome, std::chrono::microseconds duration);
  void count_test(std::string_view result);
  void count_step(std::string_view phase, std::string_view outcome);
  void count_sync(std::string_view source, std::string_view result);
  void set_queue_items(std::string_view status, double count);
  // One of the figures that are read from the database; a name that is not among them is a bug, and throws.
  void set_figure(std::string_view name, std::string_view label, double value);

  // The text exposition format 0.0.4.
  [[nodiscard]] std::string render() const;

 private:
  struct Series;
  std::unique_ptr<Series> series_;
};

}  // namespace spm::metrics
