#pragma once
// One queued erratum, one test system, and an engine whose outside world is a FakeFleet and whose time stands still until a step needs it
// to pass. The tests drive it: claim, step, advance the clock to what is due next.

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <memory>
#include <string>

#include "engine/engine.hpp"
#include "engine/runner.hpp"
#include "tests/support/clock.hpp"
#include "tests/support/fake_fleet.hpp"
#include "tests/support/postgres.hpp"

namespace spm::test {

// The process dies here: nothing of the engine may catch it.
struct Death {};

// Answers what a test says, and remembers what it was asked.
class FakeNetwork final : public ports::Network {
 public:
  Result<ports::WebAnswer> get(const ports::WebQuestion& question) override {
    asked.push_back(question.url);
    if (status == 0)
      return fail_upstream(ErrorCode::ServiceUnavailable, UpstreamFailure::Unreachable, question.url + ": connection refused");
    return ports::WebAnswer{status, body};
  }
  Result<void> connect(const std::string& host, int port, std::chrono::milliseconds) override {
    asked.push_back(host + ":" + std::to_string(port));
    if (status == 0) return fail_upstream(ErrorCode::ServiceUnavailable, UpstreamFailure::Unreachable, host + ": connection refused");
    return {};
  }
  int status = 200;  // 0: nobody listens
  std::string body = "{\"status\":\"ok\"}";
  std::vector<std::string> asked;
};

class EngineTest : public ::testing::Test {
 protected:
  static constexpr const char* kErratum = "USN-7001-1";
  static constexpr SystemId kSystem{1000010007};

  EngineTest() : fleet(clock, ubuntu_host(), openssl_patch()) {
    settings.lease = std::chrono::milliseconds(30'000);
    seed();
  }

  void seed() {
    (void)database.query(R"(
      INSERT INTO errata_cache (advisory_name, synopsis, advisory_type, severity, severity_source, source, target_os, packages, total_size_kb, in_uyuni, first_seen_at, changed_at)
      VALUES ('USN-7001-1', 'openssl', 'security', 'High', 'vendor', 'usn', 'ubuntu',
              '[{"name":"openssl","evr":"3.0.2-0ubuntu1.12","arch":"amd64-deb","size_bytes":1000},{"name":"libssl3","evr":"3.0.2-0ubuntu1.12","arch":"amd64-deb","size_bytes":1000}]',
              2, true, '2026-11-01Z', '2026-11-01Z');
    )");
    (void)database.query(R"(
      INSERT INTO risk_profiles (advisory_name, success_score, affects_kernel, requires_reboot, modifies_config, dependency_count, package_count, breakdown,
                                 urgency_score, urgency_estimated, input_hash, created_at, updated_at)
      VALUES ('USN-7001-1', 90, false, false, false, 0, 2, '{}', 50, true, 'x', '2026-11-01Z', '2026-11-01Z');
    )");
    (void)database.query(R"(
      INSERT INTO systems (id, name, minion_id, ip, target_os, role, first_seen_at, seen_at)
      VALUES (1000010007, 'test-ubuntu-01', 'test-ubuntu-01.example', '192.0.2.7', 'ubuntu', 'test', '2026-11-01Z', '2026-11-01Z');
    )");
    (void)database.query(
        "INSERT INTO system_errata (system_id, advisory_name, uyuni_erratum_id, first_seen_at) VALUES (1000010007, 'USN-7001-1', 501, "
        "'2026-11-01Z')");
    (void)database.query(R"(
      INSERT INTO patch_test_queue (advisory_name, target_os, status, requires_reboot, success_score, urgency_score, created_by, queued_at, changed_at)
      VALUES ('USN-7001-1', 'ubuntu', 'queued', false, 90, 50, 'somebody', '2026-11-01Z', '2026-11-01Z');
    )");
  }

  [[nodiscard]] engine::Ports ports() { return {fleet, fleet, &fleet, &network}; }

  [[nodiscard]] std::unique_ptr<engine::Runner> runner(const std::string& owner, engine::Failpoint failpoint = {}) {
    return std::make_unique<engine::Runner>(database.pool(), clock, ports(), settings, owner, std::move(failpoint));
  }

  TestId start_test(engine::StartOrder order = {}) {
    if (!order.item && !order.target_os) order.item = QueueId{1};
    db::Tx tx(database.pool());
    const auto started = engine::start(tx, settings, order, {"tester", "127.0.0.1", clock.now()});
    EXPECT_TRUE(started) << (started ? "" : started.error().message);
    if (!started) return {};
    tx.commit();
    return started->test;
  }

  [[nodiscard]] bool is_running() { return database.query("SELECT 1 FROM patch_tests WHERE status = 'running'").size() > 0; }

  // Takes one step, or lets the time pass until one is due.
  void step_or_wait(engine::Runner& runner) {
    if (runner.run_one()) return;
    const auto due = runner.next_due();
    ASSERT_TRUE(due) << "a run that nobody can ever take again";
    clock.set(std::max(*due, clock.now() + std::chrono::milliseconds(1)));
  }

  void drive(engine::Runner& runner, int most_steps = 3000) {
    for (int i = 0; i < most_steps && is_running(); ++i) step_or_wait(runner);
    ASSERT_FALSE(is_running()) << "the run does not end; it is in " << column("phase") << ", waiting for " << column("waiting_for");
  }

  void drive() {
    const auto one = runner("node-a");
    drive(*one);
  }

  void drive_until(engine::Runner& runner, const std::string& phase) {
    for (int i = 0; i < 1000 && is_running() && column("phase") != phase; ++i) step_or_wait(runner);
    ASSERT_EQ(column("phase"), phase);
  }

  // A column of the newest run, as text; "" when null.
  std::string column(const std::string& name) {
    const auto rows = database.query("SELECT (" + name + ")::text AS value FROM patch_tests ORDER BY id DESC LIMIT 1");
    return rows.empty() ? "no run" : rows[0].text_or_null("value").value_or("");
  }
  std::string item(const std::string& name) {
    return database.query("SELECT (" + name + ")::text AS value FROM patch_test_queue WHERE id = 1")[0].text_or_null("value").value_or("");
  }
  std::string system(const std::string& name) {
    return database.query("SELECT (" + name + ")::text AS value FROM systems WHERE id = 1000010007")[0].text_or_null("value").value_or("");
  }
  std::int64_t count(const std::string& from) { return database.query("SELECT count(*) AS n FROM " + from)[0].integer("n"); }
  std::string phase_status(const std::string& phase) {
    const auto rows =
        database.query("SELECT status FROM patch_test_phases WHERE phase = '" + phase + "' ORDER BY test_id DESC, attempt DESC LIMIT 1");
    return rows.empty() ? "none" : rows[0].text("status");
  }
  std::string phase_detail(const std::string& phase) {
    const auto rows =
        database.query("SELECT detail FROM patch_test_phases WHERE phase = '" + phase + "' ORDER BY test_id DESC, attempt DESC LIMIT 1");
    return rows.empty() ? "none" : rows[0].text("detail");
  }

  void expect_host_is_back() {
    const auto before = ubuntu_host();
    EXPECT_EQ(fleet.host.packages, before.packages);
    for (const auto& [name, service] : before.services) EXPECT_EQ(fleet.host.services[name].state, service.state) << name;
  }

  ManualClock clock;
  TestDatabase database;
  engine::Settings settings;
  FakeFleet fleet;
  FakeNetwork network;
};

}  // namespace spm::test
