// Which item is tested on which system, and what is answered when none can be; the workers; the retries that start by themselves.

#include <gmock/gmock.h>

#include <thread>

#include "http/endpoint.hpp"
#include "tests/integration/engine_fixture.hpp"

namespace spm::test {
namespace {

using ::testing::HasSubstr;

class EngineStart : public EngineTest {
 protected:
  Result<engine::Started> try_start(const engine::StartOrder& order) {
    db::Tx tx(database.pool());
    auto started = engine::start(tx, settings, order, {"tester", "127.0.0.1", clock.now()});
    if (started) tx.commit();
    return started;
  }
  static engine::StartOrder for_os(const std::string& os) {
    engine::StartOrder order;
    order.target_os = os;
    return order;
  }
  static engine::StartOrder for_item(std::int64_t id) {
    engine::StartOrder order;
    order.item = QueueId{id};
    return order;
  }
  void add_system(std::int64_t id, const std::string& name) {
    (void)database.query("INSERT INTO systems (id, name, minion_id, ip, target_os, role, first_seen_at, seen_at) VALUES (" +
                         std::to_string(id) + ", '" + name + "', '" + name +
                         "', '192.0.2.8', 'ubuntu', 'test', '2026-11-01Z', '2026-11-01Z')");
    (void)database.query("INSERT INTO system_errata (system_id, advisory_name, uyuni_erratum_id, first_seen_at) SELECT " +
                         std::to_string(id) + ", advisory_name, 501, '2026-11-01Z' FROM errata_cache");
  }
  void add_item(const std::string& name, int score) {
    (void)database.query(
        "INSERT INTO errata_cache (advisory_name, synopsis, advisory_type, severity, severity_source, source, target_os, first_seen_at, "
        "changed_at) VALUES ('" +
        name + "', 'x', 'security', 'Low', 'vendor', 'usn', 'ubuntu', '2026-11-01Z', '2026-11-01Z')");
    (void)database.query(
        "INSERT INTO patch_test_queue (advisory_name, target_os, status, requires_reboot, success_score, urgency_score, created_by, "
        "queued_at, changed_at) VALUES ('" +
        name + "', 'ubuntu', 'queued', false, " + std::to_string(score) + ", 1, 'x', '2026-11-01Z', '2026-11-01Z')");
  }
};

TEST_F(EngineStart, RefusesWhatDoesNotExistOrIsNotQueued) {
  EXPECT_EQ(try_start({}).error().code, ErrorCode::ValidationError);
  EXPECT_EQ(try_start(for_item(99)).error().code, ErrorCode::NotFound);
  EXPECT_EQ(try_start(for_os("rhel")).error().code, ErrorCode::NoItemsInQueue);
  (void)database.query("UPDATE patch_test_queue SET status = 'approved'");
  EXPECT_EQ(try_start(for_item(1)).error().code, ErrorCode::InvalidTransition);
  EXPECT_EQ(count("patch_tests"), 0);
}

TEST_F(EngineStart, OneRunAtATimeOnOneSystem) {
  add_item("USN-7002-1", 10);
  (void)database.query("INSERT INTO system_errata VALUES (1000010007, 'USN-7002-1', 502, '2026-11-01Z')");
  const auto first = try_start(for_os("ubuntu"));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->erratum.value, "USN-7001-1");
  const auto second = try_start(for_os("ubuntu"));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::TestAlreadyRunning);
  EXPECT_EQ(second.error().details.at("current_test_id").as_int64(), first->test.value);
  EXPECT_EQ(second.error().details.at("current_errata").as_string(), "USN-7001-1");
  auto on_system = for_item(2);
  on_system.system = kSystem;
  EXPECT_EQ(try_start(on_system).error().code, ErrorCode::TestAlreadyRunning);
}

TEST_F(EngineStart, ManyAtOnceStartExactlyOne) {
  std::atomic<int> started = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back([&] { started += try_start(for_os("ubuntu")) ? 1 : 0; });
  }
  EXPECT_EQ(started, 1);
  EXPECT_EQ(count("patch_tests"), 1);
}

TEST_F(EngineStart, TakesThePreferredSystem) {
  add_system(1000010001, "test-ubuntu-00");
  settings.preferred_systems = {"test-ubuntu-01"};
  EXPECT_EQ(try_start(for_os("ubuntu"))->system.name, "test-ubuntu-01");
}

TEST_F(EngineStart, AnItemThatNoSystemMissesDoesNotBlockTheOthers) {
  add_item("USN-7003-1", 100);
  EXPECT_EQ(try_start(for_os("ubuntu"))->erratum.value, "USN-7001-1");
  EXPECT_EQ(try_start(for_item(2)).error().code, ErrorCode::TestAlreadyRunning);
}

TEST_F(EngineStart, NotOnAQuarantinedSystem) {
  (void)database.query("UPDATE systems SET quarantined_at = '2026-11-20Z', quarantine_reason = 'left half patched'");
  EXPECT_EQ(try_start(for_os("ubuntu")).error().code, ErrorCode::NotFound);
  auto order = for_item(1);
  order.system = kSystem;
  const auto started = try_start(order);
  EXPECT_EQ(started.error().code, ErrorCode::Conflict);
  EXPECT_THAT(started.error().message, HasSubstr("left half patched"));
}

TEST_F(EngineStart, ChecksTheConfiguration) {
  auto order = for_item(1);
  order.test_config = {{"cpu_threshold", 101}, {"critical_services", {"a b"}}, {"custom_checks", {{{"type", "tcp"}}}}};
  const auto started = try_start(order);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::ValidationError);
  EXPECT_EQ(started.error().details.at("fields").as_object().size(), 4U);
}

TEST_F(EngineStart, ByTheApi) {
  const auto endpoints = engine::endpoints(database.pool(), clock, settings);
  http::Request request;
  request.principal.actor = "api-key:test";
  request.json_body = json::object{{"queue_id", nullptr}, {"target_os", "ubuntu"}, {"test_config", {{"cpu_threshold", 50}}}};
  const auto started = endpoints[0].handle(request);
  ASSERT_TRUE(started);
  EXPECT_EQ(started->status, 201);
  EXPECT_THAT(started->body, HasSubstr("\"current_phase\":\"pre_check\""));
  http::Request look;
  look.path_params["id"] = column("id");
  const auto shown = endpoints[1].handle(look);
  ASSERT_TRUE(shown);
  EXPECT_THAT(shown->body, HasSubstr("\"status\":\"running\""));
  EXPECT_EQ(endpoints[2].handle(look).error().code, ErrorCode::TestNotComplete);
  EXPECT_EQ(column("config->>'cpu_threshold'"), "50");
  EXPECT_EQ(column("started_by"), "api-key:test");
}

TEST_F(EngineStart, RetriesStartByThemselves) {
  const auto tasks = engine::tasks(database.pool(), clock, settings);
  tasks[0].run({});
  EXPECT_EQ(count("patch_tests"), 0) << "it was not marked for it";
  (void)database.query("UPDATE patch_test_queue SET autostart = true");
  tasks[0].run({});
  tasks[0].run({});
  EXPECT_EQ(count("patch_tests"), 1);
  EXPECT_EQ(item("status"), "testing");
}

TEST_F(EngineStart, WorkersTakeTheStepsAndStop) {
  SystemClock real;
  settings.time_factor = 1000;
  settings.metrics_window = std::chrono::seconds(1);
  settings.workers = 1;  // the fake serves one thread at a time
  FakeFleet world(real, ubuntu_host(), openssl_patch());
  engine::Worker worker(database.pool(), real, {world, world, &world}, settings, "node-a");
  worker.start();
  {
    db::Tx tx(database.pool());
    ASSERT_TRUE(engine::start(tx, settings, for_item(1), {"tester", "", real.now()}));
    tx.commit();
  }
  worker.wake();
  EXPECT_TRUE(eventually([&] { return count("patch_tests WHERE status = 'passed'") == 1; }))
      << column("phase") << " " << column("waiting_for");
  EXPECT_TRUE(worker.stop(std::chrono::seconds(5)));
}

}  // namespace
}  // namespace spm::test
