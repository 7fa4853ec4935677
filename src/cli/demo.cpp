#include <fmt/format.h>
#include <sodium.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "app/service.hpp"
#include "cli/commands.hpp"
#include "cli/dashboard.hpp"
#include "cli/demo_accounts.hpp"
#include "cli/demo_check.hpp"
#include "cli/demo_cves.hpp"
#include "cli/demo_prometheus.hpp"
#include "cli/signals.hpp"
#include "config/settings.hpp"
#include "db/cluster.hpp"
#include "db/database_clock.hpp"
#include "db/db.hpp"
#include "db/migrate.hpp"
#include "log/log.hpp"
#include "sandbox/catalogue.hpp"
#include "sandbox/sandbox.hpp"

namespace spm::cli {
namespace {

constexpr std::chrono::seconds kCheckLimit{170};

std::string random_hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  randombytes_buf(raw.data(), raw.size());
  std::string out;
  for (const char c : raw) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

Result<sandbox::Scenario> load_scenario(const DemoOptions& options, const Clock& clock) {
  const auto now = std::chrono::floor<std::chrono::seconds>(clock.now());
  auto scenario = options.scenario.empty() ? sandbox::embedded_scenario("demo", now) : sandbox::read_scenario_file(options.scenario, now);
  if (!scenario || options.catalogue.empty()) return scenario;
  if (auto imported = sandbox::import_catalogue(options.catalogue, *scenario); !imported) return tl::unexpected<Error>(imported.error());
  return scenario;
}

// A fresh database for each demo: the simulated fleet starts anew too, and its record must not meet an older one.
Result<void> create_database(db::Cluster& cluster) {
  db::Connection administration(cluster.conninfo("postgres"));
  administration.run_script("DROP DATABASE IF EXISTS spm WITH (FORCE)");
  administration.run_script("CREATE DATABASE spm");
  const auto migrated = db::migrate(cluster.conninfo("spm"));
  if (!migrated) return tl::unexpected<Error>(migrated.error());
  return {};
}

// The demo configures the service the way an installation does: by its environment. Without API_KEY nobody logs in: it listens on
// loopback alone.
config::Environment environment_for(const sandbox::Sandbox& fleet, const sandbox::Scenario& scenario, const DemoOptions& options,
                                    const std::string& prometheus_url) {
  config::Environment environment{{"API_HOST", "127.0.0.1"},
                                  {"SECRET_KEY", random_hex(32)},
                                  {"UYUNI_URL", fleet.uyuni_url()},
                                  {"UYUNI_USER", scenario.uyuni.user},
                                  {"UYUNI_PASSWORD", scenario.uyuni.password},
                                  {"UYUNI_CA_FILE", fleet.ca_file()},
                                  {"UYUNI_TIMEZONE", scenario.uyuni.time_zone},
                                  {"SALT_API_URL", fleet.salt_url()},
                                  {"SALT_API_USER", scenario.salt.user},
                                  {"SALT_API_PASSWORD", scenario.salt.password},
                                  {"SALT_API_EAUTH", scenario.salt.eauth},
                                  {"COMMAND_BACKEND", "salt"},
                                  {"SPM_SYNC_URL", fleet.spm_sync_url()},
                                  {"SPM_SYNC_API_KEY", scenario.spm_sync.api_key},
                                  {"RATE_LIMIT_PER_MINUTE", "0"},              // benchmarks ask as fast as they can
                                  {"CHECKS_ALLOWED_NETWORKS", "127.0.0.0/8"},  // the simulated fleet
                                  {"NODE_EXPORTER_PORT", std::to_string(fleet.exporter_port())},
                                  {"LOG_FILE", (std::filesystem::absolute(options.directory) / "orchestrator.log").string()}};
  if (!prometheus_url.empty()) environment["PROMETHEUS_URL"] = prometheus_url;
  if (!options.has_accounts) return environment;
  environment["API_KEY"] = random_hex(24);
  // A provider of single sign-on is nothing that the demo could bring along; whoever has one can try it.
  for (const auto& [key, value] : config::process_environment()) {
    if (key.starts_with("OIDC_")) environment[key] = value;
  }
  return environment;
}

// "almalinux-9" is tested as rhel, "ubuntu-24.04" as ubuntu (the orchestrator's target_os).
std::string target_os_of(const std::string& os) {
  const auto name = os.substr(0, os.find('-'));
  return name == "ubuntu" || name == "debian" || name == "suse" ? name : "rhel";
}

// Every test system has its exporter on its own address.
std::vector<std::string> exporter_targets(sandbox::Sandbox& fleet) {
  return fleet.simulation().with([&fleet](sandbox::Simulation::View view) {
    std::vector<std::string> targets;
    for (const auto& host : view.world.hosts()) {
      if (host->spec.test) targets.push_back(fmt::format("{}:{}", host->ip, fleet.exporter_port()));
    }
    return targets;
  });
}

std::vector<Expected> script_of(const sandbox::Scenario& scenario) {
  std::vector<Expected> script;
  for (const auto& erratum : scenario.errata) {
    if (!erratum.expect) continue;
    const auto& expect = *erratum.expect;
    script.push_back({.advisory = erratum.advisory,
                      .target_os = target_os_of(erratum.os),
                      .result = expect.result == "none" ? "" : expect.result,
                      .failure_phase = expect.failure_phase,
                      .rollback = expect.rollback,
                      .decision = expect.decision,
                      .final_status = expect.final_status,
                      .reboot = expect.reboot});
  }
  return script;
}

// Everything that the demo runs, in the order of its making; taken down in the opposite one.
class Demo {
 public:
  explicit Demo(const DemoOptions& options) : options_(options) {}

  Result<void> start() {
    std::filesystem::create_directories(options_.directory);
    auto scenario = load_scenario(options_, clock_);
    if (!scenario) return tl::unexpected<Error>(scenario.error());
    scenario_ = std::move(*scenario);
    script_ = script_of(scenario_);
    if (auto logged = log::start({.level = log::Level::Info, .file = options_.directory + "/orchestrator.log", .stdout_on = false});
        !logged)
      return logged;
    if (auto started = start_database(); !started) return started;
    if (auto started = start_fleet(); !started) return started;
    if (auto started = start_prometheus(); !started) return started;
    return start_service();
  }

  int hold() {
    print_addresses();
    for (;;) {
      const auto signal = wait_for_signal(std::chrono::milliseconds(500));
      if (signal == Signal::Stop) break;
      if (signal == Signal::Reopen) log::reopen();
      if (prometheus_) prometheus_->supervise();
    }
    std::printf("\nstopping\n");
    return 0;
  }

  int check() {
    print_addresses();
    const DemoApi api{fmt::format("http://127.0.0.1:{}/api/v1", service_->port())};
    std::stop_source stop;
    auto outcome = std::async(std::launch::async, [&] { return check_demo(api, script_, kCheckLimit, stdout, stop.get_token()); });
    while (outcome.wait_for(std::chrono::milliseconds(0)) != std::future_status::ready) {
      if (wait_for_signal(std::chrono::milliseconds(200)) == Signal::Stop) stop.request_stop();
    }
    const auto result = outcome.get();
    if (result) return *result ? 0 : 1;
    std::fprintf(stderr, "spm-orchestrator: %s\n", result.error().message.c_str());
    return 1;
  }

 private:
  Result<void> start_database() {
    auto cluster = db::Cluster::start(options_.directory + "/postgresql", db::Durability::Full);
    if (!cluster) return tl::unexpected<Error>(cluster.error());
    cluster_ = std::move(*cluster);
    return create_database(*cluster_);
  }

  Result<void> start_fleet() {
    sandbox::Options fleet;
    fleet.scenario = scenario_;
    fleet.speed = options_.speed;
    fleet.clock = &clock_;
    fleet.work_dir = options_.directory + "/sandbox";
    auto started = sandbox::Sandbox::start(std::move(fleet));
    if (!started) return tl::unexpected<Error>(started.error());
    fleet_ = std::move(*started);
    return {};
  }

  Result<void> start_prometheus() {
    if (!DemoPrometheus::is_installed()) {
      std::printf("Prometheus is not installed: the tests are judged by what the systems themselves report\n");
      return {};
    }
    auto started = DemoPrometheus::start(std::filesystem::absolute(options_.directory).string() + "/prometheus", exporter_targets(*fleet_));
    if (!started) return tl::unexpected<Error>(started.error());
    prometheus_ = std::move(*started);
    return {};
  }

  Result<void> start_service() {
    auto environment = environment_for(*fleet_, scenario_, options_, prometheus_ ? prometheus_->url() : "");
    auto lists = write_cve_lists(scenario_, options_.directory);
    if (!lists) return tl::unexpected<Error>(lists.error());
    environment.merge(*lists);
    if (const auto key = environment.find("API_KEY"); key != environment.end()) api_key_ = key->second;
    auto loaded = config::load(environment, std::nullopt, config::Purpose::Demo);
    if (!loaded) return tl::unexpected<Error>(loaded.error());
    for (auto& secret : loaded->secrets) log::register_secret(secret);
    // A socket in the demo's folder and "any free port" are nothing that an installation could configure.
    loaded->settings.database.conninfo = cluster_->conninfo("spm");
    loaded->settings.api.port = static_cast<std::uint16_t>(options_.api_port);
    loaded->settings.api.dashboard_port = static_cast<std::uint16_t>(options_.dashboard_port);
    // Scraped every second: five samples. A window of minutes would outlast the accelerated waits.
    loaded->settings.tests.metrics_window = std::chrono::seconds(5);
    shared_clock_.emplace(loaded->settings.database.conninfo);
    if (options_.has_accounts) {
      password_ = random_hex(8);
      if (auto added = add_demo_people(loaded->settings.database.conninfo, password_, *shared_clock_); !added) return added;
    }
    service_ = std::make_unique<app::Service>(
        loaded->settings, *shared_clock_,
        app::ServiceOptions{.time_factor = options_.speed, .probe_interval = std::chrono::seconds(3), .dashboard = dashboard_assets()});
    service_->start();
    return {};
  }

  void print_addresses() const {
    std::printf("SPM Orchestrator %s, demo at %.0f times the speed of real life\n\n", std::string(app::program_version()).c_str(),
                options_.speed);
    std::printf("  API          http://127.0.0.1:%d/api/v1   (try /health/detail, /queue, /approvals/pending)\n", service_->port());
    if (const auto port = service_->dashboard_port()) std::printf("  dashboard    http://127.0.0.1:%d/\n", *port);
    print_login();
    std::printf("  UYUNI        %s   CA %s\n", fleet_->uyuni_url().c_str(), fleet_->ca_file().c_str());
    std::printf("  Salt API     %s\n  SPM-SYNC     %s\n", fleet_->salt_url().c_str(), fleet_->spm_sync_url().c_str());
    std::printf("  Prometheus   %s\n", prometheus_ ? prometheus_->url().c_str() : "not installed");
    std::printf("  break things %s   (POST /control/listener {\"target\":\"uyuni\",\"up\":false})\n", fleet_->control_url().c_str());
    std::printf("  log          %s/orchestrator.log\n\n", options_.directory.c_str());
    std::fflush(stdout);
  }

  void print_login() const {
    if (!options_.has_accounts) {
      std::printf("  login        none: everybody on this machine is \"demo\" and may do everything\n");
      return;
    }
    for (const auto& person : demo_people()) {
      std::printf("  login        %-6s %s  (%s)\n", std::string(person.username).c_str(), password_.c_str(),
                  std::string(person.role).c_str());
    }
    std::printf("  API key      %s\n", api_key_.c_str());
  }

  DemoOptions options_;
  std::string password_;  // of all people of the demo
  std::string api_key_;
  SystemClock clock_;
  sandbox::Scenario scenario_;
  std::vector<Expected> script_;
  std::unique_ptr<db::Cluster> cluster_;
  std::unique_ptr<sandbox::Sandbox> fleet_;
  std::optional<DemoPrometheus> prometheus_;
  std::optional<db::DatabaseClock> shared_clock_;
  std::unique_ptr<app::Service> service_;
};

}  // namespace

int demo(const DemoOptions& options) {
  if (sodium_init() < 0) {
    std::fprintf(stderr, "spm-orchestrator: the system gives no random numbers\n");
    return 1;
  }
  Demo demo(options);
  if (auto started = demo.start(); !started) {
    std::fprintf(stderr, "spm-orchestrator: %s\n", started.error().message.c_str());
    return 1;
  }
  return options.is_check ? demo.check() : demo.hold();
}

}  // namespace spm::cli
