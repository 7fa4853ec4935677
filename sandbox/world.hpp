#pragma once
// The one simulated world behind every stand-in: systems, errata, and what is due when. Nothing moves by itself: advance() runs what became
// due since the last call, in order, so that a test with its own clock sees every step. Guarded by the simulation's mutex.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "sandbox/errata.hpp"
#include "sandbox/host.hpp"

namespace spm::sandbox {

namespace json = boost::json;
using Seconds = std::chrono::duration<double>;  // simulated time

class World {
 public:
  World(Scenario scenario, double speed, Time start);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  [[nodiscard]] const Scenario& scenario() const { return scenario_; }
  [[nodiscard]] const Errata& errata() const { return errata_; }
  [[nodiscard]] double speed() const { return speed_; }
  [[nodiscard]] Time now() const { return now_; }

  void advance(Time now);
  [[nodiscard]] std::chrono::microseconds scaled(Seconds simulated) const;
  void at(Time due, std::function<void()> what);
  void in(Seconds simulated, std::function<void()> what) { at(now_ + scaled(simulated), std::move(what)); }

  [[nodiscard]] const std::vector<std::unique_ptr<Host>>& hosts() const { return hosts_; }
  [[nodiscard]] Host* host(std::int64_t sid) const;
  [[nodiscard]] Host* host_by_name(const std::string& name) const;
  [[nodiscard]] Host* host_by_minion(const std::string& minion_id) const;
  [[nodiscard]] Host* host_by_ip(const std::string& ip) const;
  [[nodiscard]] std::vector<std::string> group_names() const;
  [[nodiscard]] int group_id(const std::string& name) const;
  [[nodiscard]] std::vector<Host*> group_members(const std::string& name) const;

  // What really happened, in order.
  void record(const Host& host, std::string event, json::object detail = {});
  [[nodiscard]] const json::array& events() const { return events_; }

  [[nodiscard]] std::string random_hex(std::size_t digits);
  [[nodiscard]] std::string random_uuid();

  // Who wants to know: UYUNI's actions and Salt's jobs.
  std::vector<std::function<void(Host&)>> on_offline;
  std::vector<std::function<void(Host&)>> on_boot;
  std::vector<std::function<void(Host&)>> on_packages_changed;

 private:
  void add_host(const SystemSpec& spec);
  void install_base(Host& host);

  Scenario scenario_;
  Errata errata_;
  double speed_;
  Time now_;
  std::mt19937_64 random_;
  std::multimap<Time, std::function<void()>> due_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::map<std::string, int> group_ids_;
  json::array events_;
};

}  // namespace spm::sandbox
