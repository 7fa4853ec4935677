#include "integrations/uyuni/session.hpp"

#include <gtest/gtest.h>

#include "integrations/uyuni/events.hpp"
#include "integrations/uyuni/faults.hpp"
#include "integrations/uyuni/fleet.hpp"
#include "net/scripted_server.hpp"

namespace spm::uyuni {
namespace {

using net::Repeat;
using xmlrpc::Array;
using xmlrpc::Fault;
using xmlrpc::Struct;
using xmlrpc::Value;

const std::string kPassword = "very secret";

// A server that speaks XML-RPC: logs everybody in, and answers other calls from a function.
class XmlRpcServer {
 public:
  using Answer = std::function<void(const xmlrpc::Call&, net::ScriptedConnection&)>;

  explicit XmlRpcServer(Answer answer) : answer_(std::move(answer)), server_([this](net::ScriptedConnection& c) { serve(c); }) {}

  [[nodiscard]] UyuniOptions options() const {
    UyuniOptions options{
        .url = server_.url(), .user = "spm", .password = kPassword, .ca_file = {}, .zone = ServerTimeZone::named("Europe/Rome").value()};
    options.timeout = std::chrono::milliseconds(2'000);
    options.retry_pause = std::chrono::milliseconds(0);
    return options;
  }
  std::atomic<int> logins{0};
  std::atomic<int> calls{0};

 private:
  void serve(net::ScriptedConnection& connection) {
    for (std::string request = connection.read_request(); !request.empty(); request = connection.read_request()) {
      const auto call = xmlrpc::parse_call(request.substr(request.find("\r\n\r\n") + 4)).value();
      if (call.method == "auth.login") {
        connection.answer(200, "text/xml", xmlrpc::write_answer(Value("7x" + std::string(63, 'a') + std::to_string(logins++ % 10))));
      } else {
        ++calls;
        answer_(call, connection);
      }
    }
  }

  Answer answer_;
  net::ScriptedServer server_;
};

XmlRpcServer::Answer always(const xmlrpc::Answer& answer) {
  return [answer](const xmlrpc::Call&, net::ScriptedConnection& c) { c.answer(200, "text/xml", xmlrpc::write_answer(answer)); };
}

const Fault kSessionGone{-1, "com.redhat.rhn.common.hibernate.LookupException: Could not find session with id: 7"};

TEST(UyuniSession, OneLoginServesAllThreads) {
  XmlRpcServer server(always(Value(1)));
  const SystemClock clock;
  UyuniClient client(server.options(), clock);
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i) {
      threads.emplace_back([&] {
        for (int n = 0; n < 5; ++n) EXPECT_TRUE(client.call("system.listSystems", {}, Repeat::Safe));
      });
    }
  }
  EXPECT_EQ(server.logins, 1);
  EXPECT_EQ(server.calls, 30);
}

TEST(UyuniSession, AGoneSessionIsRenewedOnceForWritesToo) {
  std::atomic<int> n{0};
  XmlRpcServer server([&](const xmlrpc::Call& call, net::ScriptedConnection& c) {
    EXPECT_EQ(call.params.at(1), Value(5));
    c.answer(200, "text/xml", xmlrpc::write_answer(n++ == 0 ? xmlrpc::Answer(kSessionGone) : xmlrpc::Answer(Value(77))));
  });
  const SystemClock clock;
  UyuniClient client(server.options(), clock);
  EXPECT_EQ(client.call("system.scheduleReboot", {5}, Repeat::Never), Value(77));
  EXPECT_EQ(server.logins, 2);
  EXPECT_EQ(server.calls, 2);
}

TEST(UyuniSession, ASessionThatIsNeverKnownIsNotChased) {
  XmlRpcServer server(always(kSessionGone));
  const SystemClock clock;
  UyuniClient client(server.options(), clock);
  const auto answer = client.call("system.scheduleReboot", {5}, Repeat::Never);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().upstream, UpstreamFailure::Unreachable);
  EXPECT_EQ(server.calls, 2);
}

TEST(UyuniSession, AFaultIsARefusalAndIsNotRepeated) {
  XmlRpcServer server(always(Fault{kNotApplicable, "redstone.xmlrpc.XmlRpcFault: Invalid errata"}));
  const SystemClock clock;
  UyuniClient client(server.options(), clock);
  const auto answer = client.call("system.scheduleApplyErrata", {}, Repeat::Safe);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().upstream, UpstreamFailure::Refused);
  EXPECT_EQ(fault_code(answer.error()), kNotApplicable);
  EXPECT_EQ(server.calls, 1);
}

Error error_for(int status, const std::string& type, const std::string& body, Repeat repeat) {
  XmlRpcServer server([&](const xmlrpc::Call&, net::ScriptedConnection& c) { c.answer(status, type, body); });
  const SystemClock clock;
  UyuniClient client(server.options(), clock);
  const auto answer = client.call("system.listSystems", {}, repeat);
  EXPECT_FALSE(answer);
  if (answer) return {};
  EXPECT_EQ(answer.error().message.find(kPassword), std::string::npos);
  EXPECT_EQ(answer.error().message.find("7xaaa"), std::string::npos);
  EXPECT_EQ(answer.error().code, ErrorCode::UyuniError);
  return answer.error();
}

TEST(UyuniSession, WhatIsNoAnswerHasItsFailureClass) {
  const std::string html = "<html><body>502</body></html>";
  EXPECT_EQ(error_for(502, "text/html", html, Repeat::Safe).upstream, UpstreamFailure::OutcomeUnknown);
  EXPECT_EQ(error_for(503, "text/html", html, Repeat::Never).upstream, UpstreamFailure::Unreachable);
  EXPECT_EQ(error_for(404, "text/html", html, Repeat::Safe).upstream, UpstreamFailure::Refused);
  EXPECT_EQ(error_for(302, "text/html", html, Repeat::Safe).upstream, UpstreamFailure::Refused);
  EXPECT_EQ(error_for(200, "text/html", html, Repeat::Safe).upstream, UpstreamFailure::BadAnswer);
  EXPECT_EQ(error_for(200, "text/xml", "", Repeat::Safe).upstream, UpstreamFailure::BadAnswer);
  // A write whose answer cannot be read may have had its effect.
  EXPECT_EQ(error_for(200, "text/xml", "", Repeat::Never).upstream, UpstreamFailure::OutcomeUnknown);
}

TEST(UyuniSession, AWriteWhoseAnswerIsLostIsSentOnce) {
  XmlRpcServer server([](const xmlrpc::Call&, net::ScriptedConnection& c) { c.write("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"); });
  const SystemClock clock;
  auto options = server.options();
  options.timeout = std::chrono::milliseconds(200);
  UyuniClient client(options, clock);
  const auto answer = client.call("system.scheduleReboot", {5}, Repeat::Never);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().upstream, UpstreamFailure::OutcomeUnknown);
  EXPECT_EQ(server.calls, 1);
}

Struct event(int id, const std::string& name, const std::string& scheduler, const std::string& created, const std::string& detail = "") {
  Struct fields{{"id", id}, {"name", name}, {"scheduler_user", scheduler}, {"created_date", xmlrpc::LocalDateTime{created}}};
  if (!detail.empty()) fields["additional_info"] = Array{Struct{{"detail", detail}}};
  return fields;
}

TEST(UyuniFleet, FindsOurOwnActionOfThisErratumAndTime) {
  XmlRpcServer server(always(Value(Array{event(5, "Patch Update: USN-7412-12 - x", "spm", "20260701T12:00:30"),
                                         event(4, "Patch Update", "spm", "20260701T12:00:20", "USN-7412-1 (x)"),
                                         event(3, "Patch Update: USN-7412-1 - x", "spm", "20260701T11:59:10"),
                                         event(6, "Patch Update: USN-7412-1 - x", "somebody", "20260701T12:00:20"),
                                         event(2, "Patch Update: USN-7412-1 - x", "spm", "20260701T11:58:00")})));
  const SystemClock clock;
  UyuniClient client(server.options(), clock);
  UyuniFleet fleet(client);
  const Time since = parse_time("2026-07-01T10:00:00Z").value();  // 12:00 in Rome
  EXPECT_EQ(fleet.find_action(SystemId{1}, ports::ActionKind::PatchUpdate, {"USN-7412-1"}, since).value(), ActionId{4});
  EXPECT_EQ(fleet.find_action(SystemId{1}, ports::ActionKind::PatchUpdate, {"USN-7412-2"}, since).value(), std::nullopt);
  EXPECT_EQ(fleet.find_action(SystemId{1}, ports::ActionKind::Reboot, {}, since).value(), ActionId{5});
}

TEST(UyuniFleet, AnEventThatCannotBeReadIsNoProofThatThereIsNone) {
  XmlRpcServer server(always(Value(Array{Struct{{"id", 5}, {"name", "x"}}})));
  const SystemClock clock;
  UyuniClient client(server.options(), clock);
  UyuniFleet fleet(client);
  EXPECT_FALSE(fleet.find_action(SystemId{1}, ports::ActionKind::Reboot, {}, Time{}));
}

TEST(UyuniFleet, MentionsAreWholeNames) {
  EXPECT_TRUE(mentions("Patch Update: USN-7412-1 - x", {"USN-7412-1"}));
  EXPECT_TRUE(mentions("USN-7412-1: x", {"USN-7412-1"}));
  EXPECT_TRUE(mentions("(RHSA-2026:0123)", {"RHSA-2026:0123"}));
  EXPECT_TRUE(mentions("USN-7412-12 and USN-7412-1.", {"USN-7412-1"}));
  EXPECT_FALSE(mentions("USN-7412-12", {"USN-7412-1"}));
  EXPECT_FALSE(mentions("CL-USN-7412-1", {"USN-7412-1"}));
  EXPECT_FALSE(mentions("RHSA-2026:0123", {"RHSA-2026"}));
  EXPECT_FALSE(mentions("anything", {""}));
}

TEST(UyuniFleet, NothingScheduledIsARefusal) {
  XmlRpcServer server(always(Value(Array{})));
  const SystemClock clock;
  UyuniClient client(server.options(), clock);
  const auto action = UyuniFleet(client).schedule_errata(SystemId{1}, {UyuniErratumId{9}}, Time{});
  ASSERT_FALSE(action);
  EXPECT_EQ(action.error().upstream, UpstreamFailure::Refused);
  EXPECT_EQ(fault_code(action.error()), kNotApplicable);
}

TEST(UyuniFleet, ANonsenseAnswerToAWriteLeavesTheOutcomeUnknown) {
  XmlRpcServer server(always(Value("text")));
  const SystemClock clock;
  UyuniClient client(server.options(), clock);
  EXPECT_EQ(UyuniFleet(client).schedule_reboot(SystemId{1}, Time{}).error().upstream, UpstreamFailure::OutcomeUnknown);
  EXPECT_EQ(UyuniFleet(client).schedule_errata(SystemId{1}, {UyuniErratumId{9}}, Time{}).error().upstream, UpstreamFailure::OutcomeUnknown);
}

}  // namespace
}  // namespace spm::uyuni
