#pragma once
// The whole program on one screen: what exists, who gets what, in which order it starts and stops. Used by `serve`, `demo`, bench and
// tests.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "config/settings.hpp"
#include "engine/settings.hpp"
#include "http/dispatcher.hpp"
#include "http/static_files.hpp"

namespace spm::app {

struct ServiceOptions {
  double time_factor = 1;  // of every wait; 1 but in the demo and in tests
  std::chrono::milliseconds probe_interval{10'000};
  http::AnswerCheck answer_check = http::AnswerCheck::Off;  // tests hold every answer against the contract
  std::vector<http::Asset> dashboard = {};                  // its files; empty: no dashboard is served, and its port stays closed
  // For tests: what no installation should change, and what happens at the named instants of the engine's steps.
  std::function<void(engine::Settings&)> tune_engine = {};
  std::function<void(std::string_view instant)> failpoint = {};
};

class Service {
 public:
  // The database must carry the schema. Throws std::runtime_error with a sentence for a person when it cannot be set up.
  Service(const config::Settings& settings, const Clock& clock, ServiceOptions options = {});
  ~Service();  // stops
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  void start();
  // Takes no new work, finishes or hands over steps, ends within 10 s. Safe to call twice.
  void stop();
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::optional<std::uint16_t> dashboard_port() const;

  // For tests: every endpoint there is, and a request as it comes from the edge.
  [[nodiscard]] const std::vector<http::Endpoint>& endpoints() const;
  [[nodiscard]] http::Reply handle(http::Request& request) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

[[nodiscard]] std::string_view program_version();

}  // namespace spm::app
