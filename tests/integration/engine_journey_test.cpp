// Whole runs over the real protocols, against the sandbox, with both ways of running commands: what the scenario says will become of an
// erratum must become of it, by the database's word and by the sandbox's own.

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/engine.hpp"
#include "engine/evidence.hpp"
#include "engine/runner.hpp"
#include "integrations/uyuni/fleet.hpp"
#include "integrations/uyuni/script_commands.hpp"
#include "tests/integration/sandbox_fixture.hpp"
#include "tests/support/postgres.hpp"

namespace spm {
namespace {

using testing::HasSubstr;

enum class Backend { Salt, Uyuni };

struct Journey {
  const char* name;
  const char* system;
  const char* target_os;
  const char* advisory;
  const char* status;         // of the run
  const char* failure_phase;  // "" when it passes
  const char* rollback_type;  // "" when there is none
  bool reboots = false;
};

constexpr Journey kJourneys[] = {
    {"Passes", "test-ubuntu-2404", "ubuntu", "USN-7278-1", "passed", "", ""},
    {"PassesWithReboot", "test-ubuntu-2404", "ubuntu", "USN-7449-1", "passed", "", "", true},
    {"FailsAndGoesBackBySnapshot", "test-ubuntu-2404", "ubuntu", "USN-7343-1", "failed", "services", "snapshot"},
    {"FailsAndGoesBackByPackages", "test-rhel9", "rhel", "ALSA-2026:3211", "failed", "validate", "package"},
    {"IsClaimedToBeInstalledAndIsNot", "test-rhel9", "rhel", "ALSA-2026:1262", "failed", "patch", "package"},
};

class EngineJourney : public testing::TestWithParam<std::tuple<Backend, Journey>> {
 protected:
  static constexpr double kSpeed = 100;

  EngineJourney() {
    if (std::get<0>(GetParam()) == Backend::Salt)
      commands = std::make_unique<salt::SaltCommands>(hosts.salt_options(), clock);
    else
      commands = std::make_unique<uyuni::UyuniCommands>(client);
    settings.time_factor = kSpeed;
    settings.defaults.wait_after_patch = std::chrono::seconds(30);
    settings.defaults.wait_after_reboot = std::chrono::seconds(30);
    seed();
  }

  [[nodiscard]] const Journey& journey() const { return std::get<1>(GetParam()); }

  std::map<std::string, std::vector<std::string>> packages_of_host() {
    return hosts->simulation().with([&](const sandbox::Simulation::View& view) {
      std::map<std::string, std::vector<std::string>> packages;
      for (const auto& [name, versions] : view.world.host_by_name(journey().system)->packages) {
        for (const auto& version : versions) packages[name].push_back(version.evr);
      }
      return packages;
    });
  }
  std::string boot_id_of_host() {
    return hosts->simulation().with(
        [&](const sandbox::Simulation::View& view) { return view.world.host_by_name(journey().system)->boot_id; });
  }

  void seed() {
    const auto scenario = sandbox::embedded_scenario("small", std::chrono::floor<std::chrono::seconds>(clock.now())).value();
    const auto erratum =
        std::find_if(scenario.errata.begin(), scenario.errata.end(), [&](const auto& e) { return e.advisory == journey().advisory; });
    json::array packages;
    for (const auto& package : erratum->packages)
      packages.push_back(json::object{{"name", package.name}, {"evr", package.evr}, {"arch", "x"}, {"size_bytes", 1000}});
    const auto [minion, ip] = hosts->simulation().with([&](const sandbox::Simulation::View& view) {
      const auto* host = view.world.host_by_name(journey().system);
      return std::pair(host->minion_id, host->ip);
    });
    const auto id = hosts.system(journey().system).value;
    for (const auto& statement :
         {fmt::format(
              "INSERT INTO errata_cache (advisory_name, synopsis, advisory_type, severity, severity_source, source, target_os, packages, "
              "total_size_kb, in_uyuni, reboot_suggested, first_seen_at, changed_at) VALUES ('{}', 'x', 'security', 'High', 'vendor', "
              "'usn', '{}', '{}', "
              "2, true, {}, '2026-11-01Z', '2026-11-01Z')",
              journey().advisory, journey().target_os, json::serialize(packages), erratum->reboot_suggested),
          fmt::format(
              "INSERT INTO risk_profiles (advisory_name, success_score, affects_kernel, requires_reboot, modifies_config, "
              "dependency_count, "
              "package_count, breakdown, urgency_score, urgency_estimated, input_hash, created_at, updated_at) VALUES ('{}', 90, false, "
              "false, false, 0, 2, '{{}}', 50, true, 'x', '2026-11-01Z', '2026-11-01Z')",
              journey().advisory),
          fmt::format(
              "INSERT INTO systems (id, name, minion_id, ip, target_os, role, first_seen_at, seen_at) VALUES ({}, '{}', '{}', '{}', '{}', "
              "'test', '2026-11-01Z', '2026-11-01Z')",
              id, journey().system, minion, ip, journey().target_os),
          fmt::format(
              "INSERT INTO system_errata (system_id, advisory_name, uyuni_erratum_id, first_seen_at) VALUES ({}, '{}', 1, '2026-11-01Z')",
              id, journey().advisory),
          fmt::format(
              "INSERT INTO patch_test_queue (advisory_name, target_os, status, requires_reboot, success_score, urgency_score, created_by, "
              "queued_at, changed_at) VALUES ('{}', '{}', 'queued', false, 90, 50, 'somebody', '2026-11-01Z', '2026-11-01Z')",
              journey().advisory, journey().target_os)}) {
      (void)database.query(statement);
    }
  }

  void run_to_the_end() {
    {
      db::Tx tx(database.pool());
      engine::StartOrder order;
      order.item = QueueId{1};
      const auto started = engine::start(tx, settings, order, {"tester", "127.0.0.1", clock.now()});
      ASSERT_TRUE(started) << started.error().message;
      tx.commit();
    }
    engine::Runner runner(database.pool(), clock, {*commands, fleet, nullptr, nullptr}, settings, "node-a");
    EXPECT_TRUE(test::eventually(
        [&] {
          while (runner.run_one()) {
          }
          return database.query("SELECT 1 FROM patch_tests WHERE status = 'running'").size() == 0;
        },
        std::chrono::seconds(120)))
        << column("phase") << ": " << column("waiting_for");
  }

  std::string column(const std::string& name) {
    return database.query("SELECT (" + name + ")::text AS value FROM patch_tests")[0].text_or_null("value").value_or("");
  }

  SystemClock clock;
  test::TestDatabase database;
  test::RunningSandbox hosts{kSpeed};
  uyuni::UyuniClient client{hosts.uyuni_options(), clock};
  uyuni::UyuniFleet fleet{client};
  std::unique_ptr<ports::Commands> commands;
  engine::Settings settings;
};

INSTANTIATE_TEST_SUITE_P(Backends, EngineJourney,
                         testing::Combine(testing::Values(Backend::Salt, Backend::Uyuni), testing::ValuesIn(kJourneys)),
                         [](const auto& row) {
                           return fmt::format("{}_{}", std::get<0>(row.param) == Backend::Salt ? "Salt" : "Uyuni",
                                              std::get<1>(row.param).name);
                         });

TEST_P(EngineJourney, EndsAsTheScenarioSays) {
  const auto packages = packages_of_host();
  const auto boot_id = boot_id_of_host();
  run_to_the_end();
  EXPECT_EQ(column("status"), journey().status) << column("failure_phase") << ": " << column("failure_reason");
  EXPECT_EQ(column("failure_phase"), journey().failure_phase) << column("failure_reason");
  const bool passes = std::string_view(journey().status) == "passed";
  EXPECT_EQ(column("rollback_status"), passes ? "not_needed" : "verified");
  if (!passes) {
    EXPECT_EQ(column("rollback_type"), journey().rollback_type);
  }
  EXPECT_EQ(column("reboot_performed"), journey().reboots ? "true" : "false");
  // What the sandbox knows of the system itself.
  EXPECT_EQ(packages_of_host() == packages, !passes);
  EXPECT_EQ(boot_id_of_host() != boot_id, journey().reboots);

  db::Tx tx(database.pool());
  const auto evidence = engine::evidence_json(tx, TestId{1}).value();
  EXPECT_TRUE(evidence.at("hash_matches").as_bool());
  const auto facts = engine::result_json(tx, TestId{1}).value().at("facts").as_object();
  const bool is_claimed_only = std::string_view(journey().failure_phase) == "patch";
  EXPECT_EQ(facts.at("patched").as_object().at("value").as_bool(), !is_claimed_only) << "by the system's word, whatever UYUNI says";
  if (passes) {
    EXPECT_NE(evidence.at("manifest").as_object().at("packages").as_array().front().as_object().at("arch").as_string(), "");
  }
}

}  // namespace
}  // namespace spm
