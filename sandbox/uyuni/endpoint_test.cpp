// UYUNI's face: dispatch, sessions, faults, and the rules of scheduleApplyErrata.
#include "sandbox/uyuni/endpoint.hpp"

#include <gmock/gmock.h>

#include "sandbox/test_world.hpp"

namespace spm::sandbox::uyuni {
namespace {

using testing::HasSubstr;
using xmlrpc::Array;
using xmlrpc::Fault;
using xmlrpc::LocalDateTime;
using xmlrpc::Struct;
using xmlrpc::Value;

constexpr std::int64_t kUbuntu = 1000010000;
constexpr std::int64_t kWeb = 1000010002;

class UyuniTest : public testing::Test {
 protected:
  std::string post(const std::string& method, Array params) {
    http::Request request;
    request.method = http::Method::Post;
    request.path = "/rpc/api";
    request.body = xmlrpc::write_call({method, std::move(params)});
    const auto reply = endpoint.handle(request);
    EXPECT_EQ(reply.response.status, 200);
    return reply.response.body;
  }
  std::string raw(const std::string& method, Array params) {
    params.insert(params.begin(), key);
    return post(method, std::move(params));
  }
  xmlrpc::Answer send(const std::string& method, Array params) {
    const auto body = post(method, std::move(params));
    auto answer = xmlrpc::parse_answer(body);
    EXPECT_TRUE(answer) << body;
    return answer ? *answer : Value();
  }
  Value call(const std::string& method, Array params = {}) {
    params.insert(params.begin(), key);
    const auto answer = send(method, std::move(params));
    if (const auto* fault = std::get_if<Fault>(&answer)) ADD_FAILURE() << method << ": " << fault->text;
    return std::holds_alternative<Value>(answer) ? std::get<Value>(answer) : Value();
  }
  Fault refuse(const std::string& method, Array params, bool with_key = true) {
    if (with_key) params.insert(params.begin(), key);
    const auto answer = send(method, std::move(params));
    EXPECT_TRUE(std::holds_alternative<Fault>(answer)) << method;
    return std::holds_alternative<Fault>(answer) ? std::get<Fault>(answer) : Fault{};
  }
  std::int64_t erratum_id(const std::string& name) { return *call("errata.getDetails", {name}).structure()->at("id").integer(); }
  Value ids(std::vector<std::int64_t> numbers) { return Value(Array(numbers.begin(), numbers.end())); }
  LocalDateTime at(const std::string& text) { return {text}; }

  FakeClock clock;
  Simulation simulation{test_scenario(), 10, clock};
  Endpoint endpoint{simulation, UyuniSpec{}, 5};
  std::string key = *std::get<Value>(send("auth.login", {"admin", "sandbox"})).string();
};

TEST_F(UyuniTest, KeyHasRowAndSixtyFourHexDigits) { EXPECT_THAT(key, testing::MatchesRegex("[1-9][0-9]*x[a-f0-9]{64}")); }

TEST_F(UyuniTest, BadPasswordIs2950) { EXPECT_EQ(refuse("auth.login", {"admin", "wrong"}, false).code, 2950); }

TEST_F(UyuniTest, GetIsARedirectAndBrokenXmlAnEmptyAnswer) {
  http::Request request;
  request.path = "/rpc/api";
  EXPECT_EQ(endpoint.handle(request).response.status, 302);
  request.method = http::Method::Post;
  request.body = "<methodCall><broken";
  const auto reply = endpoint.handle(request);
  EXPECT_EQ(reply.response.status, 200);
  EXPECT_EQ(reply.response.body, "");
}

TEST_F(UyuniTest, DeadSessionIsMinusOneWithItsNumber) {
  endpoint.drop_sessions();
  const auto fault = refuse("system.listSystems", {});
  EXPECT_EQ(fault.code, -1);
  EXPECT_THAT(fault.text, HasSubstr("Could not find session with id: 42"));
}

TEST_F(UyuniTest, KeyOutlivesItsExpiryUntilTheCleanUp) {
  clock.advance(std::chrono::hours(2));
  call("system.listSystems");
  clock.advance(std::chrono::hours(4));
  EXPECT_EQ(refuse("system.listSystems", {}).code, -1);
}

TEST_F(UyuniTest, WithoutAKeyTheApiIsNotAvailable) {
  EXPECT_THAT(refuse("system.listSystems", {}, false).text,
              HasSubstr("java.lang.SecurityException: The system.listSystems API is not available for unauthenticated users."));
}

TEST_F(UyuniTest, WrongTypesCountsAndNamesAreNotFound) {
  EXPECT_THAT(refuse("system.getDetails", {"1000010000"}).text,
              HasSubstr("redstone.xmlrpc.XmlRpcFault: Could not find method: getDetails in class: "
                        "com.redhat.rhn.frontend.xmlrpc.system.SystemHandler with params: ["));
  EXPECT_THAT(refuse("system.scheduleReboot", {kUbuntu, "20260131T10:00:00"}).text, HasSubstr("Could not find method"));
  EXPECT_THAT(refuse("system.nope", {}).text, HasSubstr("Could not find method: nope"));
  EXPECT_EQ(refuse("nope.listSystems", {}).text, "The specified handler cannot be found");
  EXPECT_THAT(refuse("system.scheduleApplyErrata", {kUbuntu, ids({2001}), at("20260131T10:00:00"), 1}).text,
              HasSubstr("Could not find method"));
}

TEST_F(UyuniTest, UnderscoresBecomeCamelCase) { EXPECT_EQ(call("system.list_systems").array()->size(), 3U); }

TEST_F(UyuniTest, UnknownThingsGetTheirFaults) {
  EXPECT_EQ(refuse("system.getDetails", {std::int64_t{17}}).text, "redstone.xmlrpc.XmlRpcFault: No such system - sid = 17");
  EXPECT_EQ(refuse("system.getDetails", {std::int64_t{17}}).code, -208);
  EXPECT_EQ(refuse("system.scheduleReboot", {std::int64_t{17}, at("20260131T10:00:00")}).code, -1);
  EXPECT_EQ(refuse("errata.getDetails", {"NOPE-1"}).code, -208);
  EXPECT_EQ(refuse("systemgroup.getDetails", {"nope"}).code, 2201);
  EXPECT_THAT(refuse("systemgroup.listSystemsMinimal", {"nope"}).text, HasSubstr("Unable to locate or access server group"));
  EXPECT_THAT(refuse("schedule.listInProgressSystems", {9999}).text, HasSubstr("Could not find action with id: 9999"));
  EXPECT_EQ(refuse("system.getScriptResults", {9999}).code, 2700);
}

TEST_F(UyuniTest, BulkErrataCarryTheSystemIdAsText) {
  const auto systems = call("system.getRelevantErrata", {ids({kUbuntu, kWeb})});
  ASSERT_EQ(systems.array()->size(), 2U);
  EXPECT_EQ(*systems.array()->at(0).structure()->at("system_id").string(), "1000010000");
  EXPECT_EQ(systems.array()->at(0).structure()->at("errata").array()->size(), 3U);
}

TEST_F(UyuniTest, SeverityIsAbsentWhenUnspecifiedAndEpochIsASpace) {
  EXPECT_EQ(*call("errata.getDetails", {"USN-1-1"}).structure()->at("severity").string(), "Important");
  EXPECT_FALSE(call("errata.getDetails", {"USN-3-1"}).structure()->contains("severity"));
  EXPECT_THAT(raw("system.listInstalledPackages", {kUbuntu}), HasSubstr("<name>epoch</name><value><string> </string>"));
  const auto packages = call("system.listInstalledPackages", {kUbuntu});
  EXPECT_GT(packages.array()->size(), 150U);
}

TEST_F(UyuniTest, DatesAreLocalWithoutZone) {
  const auto details = call("system.getName", {kUbuntu});
  EXPECT_EQ(details.structure()->at("last_checkin").date()->text, "20260131T08:57:00");  // 07:57 UTC in Rome
}

TEST_F(UyuniTest, SamePatchTwiceIsRefusedWhileTheFirstIsOpen) {
  const auto id = erratum_id("USN-1-1");
  EXPECT_EQ(call("system.scheduleApplyErrata", {kUbuntu, ids({id})}).array()->size(), 1U);
  EXPECT_EQ(refuse("system.scheduleApplyErrata", {kUbuntu, ids({id})}).code, 2600);
  const auto lenient = call("system.scheduleApplyErrata", {ids({kUbuntu}), ids({id}), at("20260131T09:00:00"), false, false});
  EXPECT_TRUE(lenient.array()->empty());
}

TEST_F(UyuniTest, SystemsWithTheSameSetShareOneAction) {
  const auto id = erratum_id("USN-1-1");
  EXPECT_EQ(call("system.scheduleApplyErrata", {ids({kUbuntu, kWeb}), ids({id})}).array()->size(), 1U);
}

TEST_F(UyuniTest, StrictModeWantsEveryPatchOnEverySystem) {
  const auto openssl = erratum_id("USN-1-1");
  const auto nginx = erratum_id("USN-2-1");
  call("system.scheduleApplyErrata", {kUbuntu, ids({nginx})});
  EXPECT_EQ(refuse("system.scheduleApplyErrata", {ids({kUbuntu, kWeb}), ids({openssl, nginx})}).code, 2600);
  const auto lenient =
      call("system.scheduleApplyErrata", {ids({kUbuntu, kWeb}), ids({openssl, nginx}), at("20260131T09:00:00"), true, false});
  EXPECT_EQ(lenient.array()->size(), 2U);  // two sets, two actions
}

TEST_F(UyuniTest, EmptyRequestsAre1213AndTaskomaticDownIs2802) {
  EXPECT_EQ(refuse("system.scheduleApplyErrata", {kUbuntu, Value(Array{})}).code, 1213);
  simulation.with([](const Simulation::View& view) { view.actions.troubles.taskomatic_up = false; });
  EXPECT_EQ(refuse("system.scheduleApplyErrata", {kUbuntu, ids({erratum_id("USN-1-1")})}).code, 2802);
  EXPECT_TRUE(call("schedule.listInProgressActions").array()->empty());
}

TEST_F(UyuniTest, EventsNameTheAdvisoryAndTheScheduler) {
  const auto action = call("system.scheduleApplyErrata", {kUbuntu, ids({erratum_id("USN-1-1")})}).array()->at(0);
  const auto events = call("system.listSystemEvents", {kUbuntu, "Patch Update"});
  ASSERT_EQ(events.array()->size(), 1U);
  const auto& event = *events.array()->at(0).structure();
  EXPECT_EQ(event.at("id"), action);
  EXPECT_EQ(*event.at("name").string(), "Patch Update: USN-1-1 - OpenSSL <vulnerability>");
  EXPECT_EQ(*event.at("additional_info").array()->at(0).structure()->at("detail").string(), "USN-1-1");
  EXPECT_EQ(*event.at("earliest_action").string(), "Sat Jan 31 09:00:00 CET 2026");
  EXPECT_TRUE(call("system.getEventHistory", {kUbuntu}).array()->empty());  // still queued
}

TEST_F(UyuniTest, ActionIsFollowedThroughTheThreeLists) {
  const auto action = call("system.scheduleApplyErrata", {kUbuntu, ids({erratum_id("USN-1-1")})}).array()->at(0);
  EXPECT_EQ(call("schedule.listInProgressSystems", {action}).array()->size(), 1U);
  EXPECT_EQ(call("schedule.listInProgressActions").array()->at(0).structure()->at("scheduler"), Value("admin"));
  clock.advance(std::chrono::seconds(10));
  EXPECT_TRUE(call("schedule.listInProgressSystems", {action}).array()->empty());
  EXPECT_EQ(call("schedule.listCompletedSystems", {action}).array()->size(), 1U);
  EXPECT_THAT(refuse("schedule.failSystemAction", {kUbuntu, action}).text, HasSubstr("must be in Pending state"));
}

TEST_F(UyuniTest, PickedUpActionCannotBeCancelledButFailed) {
  const auto action = call("system.scheduleApplyErrata", {kUbuntu, ids({erratum_id("USN-1-1")})}).array()->at(0);
  clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(refuse("schedule.cancelActions", {Value(Array{action})}).code, 10003);
  call("schedule.failSystemAction", {kUbuntu, action, "too slow"});
  const auto failed = call("schedule.listFailedSystems", {action});
  EXPECT_EQ(*failed.array()->at(0).structure()->at("message").string(), "too slow");
}

TEST_F(UyuniTest, CancelledActionKeepsNoSystems) {
  const auto action = call("system.scheduleApplyErrata", {kUbuntu, ids({erratum_id("USN-1-1")}), at("20260131T20:00:00")}).array()->at(0);
  call("schedule.cancelActions", {Value(Array{action})});
  EXPECT_TRUE(call("schedule.listInProgressSystems", {action}).array()->empty());
  EXPECT_EQ(call("schedule.listAllActions").array()->size(), 1U);
}

TEST_F(UyuniTest, ScriptResultsUseCamelCaseAndAppearWhenTheyAreThere) {
  const auto action =
      call("system.scheduleScriptRun", {"spm", ids({kUbuntu}), "root", "root", 60, "#!/bin/sh\r\necho hello\r\n", at("20260131T09:00:00")});
  EXPECT_TRUE(call("system.getScriptResults", {action}).array()->empty());
  clock.advance(std::chrono::seconds(3));
  const auto results = call("system.getScriptResults", {action});
  ASSERT_EQ(results.array()->size(), 1U);
  EXPECT_EQ(results.array()->at(0).structure()->at("serverId"), Value(kUbuntu));
  EXPECT_EQ(results.array()->at(0).structure()->at("returnCode"), Value(0));
  EXPECT_THAT(*results.array()->at(0).structure()->at("output").string(), HasSubstr("hello\n"));
  EXPECT_FALSE(call("system.getScriptActionDetails", {action}).structure()->at("content").string()->find('\r') != std::string::npos);
}

TEST_F(UyuniTest, NotesAndCustomValues) {
  call("system.addNote", {kUbuntu, "subject", "body"});
  EXPECT_EQ(call("system.listNotes", {kUbuntu}).array()->size(), 1U);
  call("system.deleteNote", {kUbuntu, 1});
  EXPECT_EQ(refuse("system.setCustomValues", {kUbuntu, Value(Struct{{"undefined", "x"}})}).code, 1000);
  call("system.setCustomValues", {kWeb, Value(Struct{{"criticality", "low"}})});
  EXPECT_EQ(*call("system.getCustomValues", {kWeb}).structure()->at("criticality").string(), "low");
}

TEST_F(UyuniTest, FindsErrataOfACve) {
  EXPECT_EQ(call("errata.findByCve", {"CVE-2026-0001"}).array()->size(), 2U);
  EXPECT_TRUE(call("errata.findByCve", {"CVE-1999-0001"}).array()->empty());
}

}  // namespace
}  // namespace spm::sandbox::uyuni
