// What a run leaves behind: everything that was asked and answered, bounded; what exactly was tested; what was not; and a seal over it.

#include <gmock/gmock.h>

#include "base/canonical_json.hpp"
#include "base/digest.hpp"
#include "engine/evidence.hpp"
#include "http/contract.hpp"
#include "tests/integration/engine_fixture.hpp"

namespace spm::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

class EngineEvidence : public EngineTest {
 protected:
  json::object evidence(TestId test) {
    db::Tx tx(database.pool());
    const auto body = engine::evidence_json(tx, test);
    EXPECT_TRUE(body);
    return json::parse(json::serialize(*body)).as_object();  // as a caller gets it
  }
  json::object result(TestId test) {
    db::Tx tx(database.pool());
    return engine::result_json(tx, test).value();
  }
  static json::object phase(const json::object& evidence, std::string_view name) {
    for (const auto& entry : evidence.at("phases").as_array()) {
      if (entry.as_object().at("phase").as_string() == name) return entry.as_object();
    }
    ADD_FAILURE() << "no phase " << name;
    return {};
  }
  static json::object operation(const json::object& phase, std::string_view name) {
    for (const auto& entry : phase.at("evidence").as_object().at("operations").as_array()) {
      if (entry.as_object().at("name").as_string() == name) return entry.as_object();
    }
    ADD_FAILURE() << "no operation " << name;
    return {};
  }
  static std::vector<std::string> texts(const json::value& list) {
    std::vector<std::string> found;
    for (const auto& entry : list.as_array()) found.emplace_back(entry.as_string());
    return found;
  }
};

TEST_F(EngineEvidence, HoldsWhatWasAskedAndAnswered) {
  const auto test = start_test();
  drive();
  const auto body = evidence(test);
  EXPECT_EQ(body.at("started_by").as_string(), "tester");
  const auto probe = operation(phase(body, "pre_check"), "probe");
  EXPECT_EQ(probe.at("state").as_string(), "succeeded");
  const auto df = probe.at("commands").as_array()[2].as_object();
  EXPECT_EQ(json::serialize(df.at("argv")), R"(["df","-Pk","/"])");
  EXPECT_EQ(df.at("exit").as_int64(), 0);
  EXPECT_THAT(std::string(df.at("output").as_string()), HasSubstr("/dev/vda1"));
  EXPECT_EQ(phase(body, "pre_check").at("evidence").as_object().at("taken_by").as_string(), "node-a");

  const auto patch = phase(body, "patch");
  EXPECT_EQ(operation(patch, "apply").at("upstream_id").as_string(), "41");
  EXPECT_EQ(patch.at("evidence").as_object().at("packages").as_array().size(), 2U);
  const auto metrics = phase(body, "validate").at("evidence").as_object().at("metrics").as_object();
  EXPECT_EQ(metrics.at("source").as_string(), "prometheus");
  EXPECT_EQ(metrics.at("window_seconds").as_int64(), 300);
  EXPECT_TRUE(metrics.contains("from") && metrics.contains("to") && metrics.contains("detail"));
  const auto service = phase(body, "services").at("evidence").as_object().at("services").as_array()[1].as_object();
  EXPECT_EQ(service.at("name").as_string(), "cron");
  EXPECT_EQ(service.at("pid_before").as_int64(), 110);
  EXPECT_EQ(service.at("pid_after").as_int64(), 110);
}

TEST_F(EngineEvidence, NamesNewFailedUnitsAndBootIds) {
  fleet.patch.fails_units = {"certbot.service"};
  fleet.patch.requires_reboot = true;
  const auto test = start_test();
  drive();
  const auto body = evidence(test);
  EXPECT_EQ(texts(phase(body, "validate").at("evidence").as_object().at("new_failed_units")), std::vector<std::string>{"certbot"});
  const auto reboot = phase(body, "reboot").at("evidence").as_object();
  EXPECT_NE(reboot.at("boot_id_before"), reboot.at("boot_id_after"));
  EXPECT_TRUE(body.at("manifest").is_null());
  EXPECT_TRUE(body.at("hash_matches").as_bool());
}

TEST_F(EngineEvidence, IsBoundedOnceTheRunHasEnded) {
  fleet.host.packages.clear();
  for (int i = 0; i < 500; ++i) fleet.host.packages[fmt::format("package-number-{}", i)] = "1.0-1";
  fleet.host.packages["openssl"] = "3.0.2-0ubuntu1.10";
  const auto test = start_test();
  drive();
  ASSERT_EQ(column("status"), "passed") << column("failure_reason");
  const auto list = operation(phase(evidence(test), "baseline"), "packages").at("commands").as_array()[0].as_object();
  const std::string output(list.at("output").as_string());
  EXPECT_LE(output.size(), engine::kMostOutputKept + 64);
  EXPECT_THAT(output, HasSubstr(" bytes cut …]"));
  EXPECT_EQ(phase(evidence(test), "baseline").at("evidence").as_object().at("packages").as_object().size(), 501U)
      << "the list itself is kept";
  EXPECT_EQ(count("patch_test_operations WHERE result ? 'outputs'"), 0);
}

TEST_F(EngineEvidence, ManifestNamesExactlyWhatWasTested) {
  const auto test = start_test();
  drive();
  const auto shown = result(test);
  const auto manifest = shown.at("manifest").as_object();
  EXPECT_EQ(json::serialize(manifest.at("packages")),
            R"([{"arch":"amd64","name":"libssl3","after":"3.0.2-0ubuntu1.12","before":"3.0.2-0ubuntu1.10"},)"
            R"({"arch":"amd64","name":"openssl","after":"3.0.2-0ubuntu1.12","before":"3.0.2-0ubuntu1.10"}])");
  const auto system = manifest.at("system").as_object();
  EXPECT_EQ(system.at("name").as_string(), "test-ubuntu-01");
  EXPECT_EQ(system.at("os").as_string(), "Ubuntu 22.04.4 LTS");
  EXPECT_EQ(system.at("kernel").as_string(), "5.15.0-91-generic");
  EXPECT_EQ(system.at("boot_id").as_string(), fleet.host.boot_id);
  EXPECT_THAT(texts(shown.at("not_tested")), Contains("no reboot was needed, so none was tested"));
  EXPECT_THAT(texts(shown.at("not_tested")), Contains(HasSubstr("other OS releases")));
}

TEST_F(EngineEvidence, SaysWhatWasNotTested) {
  fleet.metrics_work = false;
  fleet.host.has_snapper = false;
  const auto test = start_test();
  drive();
  ASSERT_EQ(column("status"), "passed") << column("failure_reason");
  const auto missing = texts(result(test).at("not_tested"));
  EXPECT_THAT(missing, Contains("metrics: Prometheus had no data for this system, commands on it gave memory only"));
  EXPECT_THAT(missing, Contains("no snapshot (snapper is not installed): a rollback would be by package"));
}

TEST_F(EngineEvidence, ACallerCanRecomputeTheHash) {
  const auto test = start_test();
  drive();
  const auto body = evidence(test);
  const auto recomputed = sha256_hex(canonical_json(json::object{{"manifest", body.at("manifest")}, {"phases", body.at("phases")}}));
  EXPECT_EQ(recomputed, std::string(body.at("evidence_hash").as_string()));
  EXPECT_EQ(body.at("evidence_hash"), result(test).at("evidence_hash"));
  EXPECT_TRUE(body.at("hash_matches").as_bool());
}

struct Forgery {
  const char* name;
  const char* statement;
};

class EngineForgery : public EngineEvidence, public ::testing::WithParamInterface<Forgery> {};

TEST_P(EngineForgery, Shows) {
  const auto test = start_test();
  drive();
  ASSERT_TRUE(evidence(test).at("hash_matches").as_bool());
  (void)database.query(GetParam().statement);
  EXPECT_FALSE(evidence(test).at("hash_matches").as_bool());
}

INSTANTIATE_TEST_SUITE_P(
    OneByte, EngineForgery,
    ::testing::Values(
        Forgery{
            "output",
            "UPDATE patch_test_phases SET evidence = replace(evidence::text, '/dev/vda1', '/dev/vda2')::jsonb WHERE phase = 'pre_check'"},
        Forgery{"detail", "UPDATE patch_test_phases SET detail = detail || '.' WHERE phase = 'services'"},
        Forgery{"metric",
                "UPDATE patch_test_phases SET evidence = jsonb_set(evidence, '{metrics,cpu_percent}', '12.1') WHERE phase = 'validate'"},
        Forgery{"version", "UPDATE test_evidence SET manifest = replace(manifest::text, 'ubuntu1.12', 'ubuntu1.13')::jsonb"},
        Forgery{"phase", "DELETE FROM patch_test_phases WHERE phase = 'stabilize'"}),
    [](const auto& row) { return std::string(row.param.name); });

// The answers of the endpoints, held against the contract.
TEST_F(EngineEvidence, AnswersAreWhatTheContractSays) {
  fleet.patch.requires_reboot = true;
  start_test();
  const auto contract = http::Contract::embedded();
  const auto endpoints = engine::endpoints(database.pool(), clock, settings);
  const auto expect_valid = [&](const std::string& path) {
    const auto endpoint = std::find_if(endpoints.begin(), endpoints.end(), [&](const auto& e) { return e.path == path; });
    ASSERT_NE(endpoint, endpoints.end());
    http::Request request;
    request.path_params["id"] = "1";
    const auto response = endpoint->handle(request);
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 200);
    EXPECT_THAT(contract.check_response(http::Method::Get, path, *response), ::testing::IsEmpty()) << path;
  };
  expect_valid("/api/v1/test/{id}/evidence");
  drive();
  expect_valid("/api/v1/test/{id}/evidence");
  expect_valid("/api/v1/test/{id}/result");
  expect_valid("/api/v1/test/{id}");
}

TEST_F(EngineEvidence, IsShownWhileTheTestRuns) {
  const auto test = start_test();
  const auto one = runner("node-a");
  drive_until(*one, "patch");
  const auto body = evidence(test);
  EXPECT_TRUE(body.at("evidence_hash").is_null());
  EXPECT_TRUE(body.at("hash_matches").is_null());
  EXPECT_EQ(phase(body, "patch").at("status").as_string(), "in_progress");
}

TEST_F(EngineEvidence, FactsCarrySourceAndTime) {
  fleet.patch.requires_reboot = true;
  const auto test = start_test();
  drive();
  const auto facts = result(test).at("facts").as_object();
  EXPECT_TRUE(facts.at("patched").as_object().at("value").as_bool());
  const auto need = facts.at("required_reboot").as_object();
  EXPECT_TRUE(need.at("value").as_bool());
  EXPECT_THAT(std::string(need.at("source").as_string()), HasSubstr("/var/run/reboot-required on the system says yes"));
  const auto reboot = facts.at("reboot_performed").as_object();
  EXPECT_TRUE(reboot.at("value").as_bool());
  EXPECT_THAT(std::string(reboot.at("source").as_string()), HasSubstr("the boot id went from"));
  EXPECT_LT(std::string(need.at("at").as_string()), std::string(reboot.at("at").as_string()));
}

// UYUNI's word alone counts for nothing.
TEST_F(EngineEvidence, UyuniThatClaimsAPatchWhichIsNotThereIsNotBelieved) {
  fleet.patch.packages.clear();  // "completed", and nothing was installed
  const auto test = start_test();
  drive();
  EXPECT_EQ(column("status"), "failed");
  const auto shown = result(test);
  const auto patched = shown.at("facts").as_object().at("patched").as_object();
  EXPECT_FALSE(patched.at("value").as_bool());
  EXPECT_THAT(std::string(patched.at("source").as_string()), HasSubstr("package versions on the system"));
  EXPECT_TRUE(shown.at("facts").as_object().at("reboot_performed").is_null()) << "it never came to that";
}

// The vendor's word, as UYUNI passes it on, leads to a restart that may not be needed; the system's own word stands beside it.
TEST_F(EngineEvidence, AVendorThatAsksForARebootIsHeardAndTheSystemsOwnWordIsShown) {
  (void)database.query("UPDATE errata_cache SET reboot_suggested = true");
  const auto test = start_test();
  drive();
  EXPECT_EQ(fleet.reboots, 1);
  const auto need = result(test).at("facts").as_object().at("required_reboot").as_object();
  EXPECT_EQ(need.at("source").as_string(),
            "/var/run/reboot-required on the system says no; the erratum's packages or its vendor ask for one");
}

TEST_F(EngineEvidence, UyuniThatClaimsARebootWhichDidNotHappenIsNotBelieved) {
  fleet.patch.requires_reboot = true;
  fleet.faults.keeps_boot_id = true;
  const auto test = start_test();
  drive();
  EXPECT_EQ(column("failure_phase"), "reboot");
  EXPECT_FALSE(result(test).at("reboot_performed").as_bool());
}

TEST_F(EngineEvidence, ASystemThatRestartedByItselfIsSeen) {
  const auto test = start_test();
  const auto one = runner("node-a");
  drive_until(*one, "reboot");
  fleet.host.boot_id = "00000000-0000-4000-8000-000000000077";
  drive(*one);
  const auto reboot = result(test).at("facts").as_object().at("reboot_performed").as_object();
  EXPECT_TRUE(reboot.at("value").as_bool());
  EXPECT_THAT(std::string(reboot.at("source").as_string()), HasSubstr("it restarted by itself"));
}

}  // namespace
}  // namespace spm::test
