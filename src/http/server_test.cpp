#include "http/server.hpp"

#include <gmock/gmock.h>

#include <latch>

#include "http/server_test_support.hpp"

namespace spm::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(Server, AnswersSeveralRequestsOnOneConnection) {
  const auto server = started(options_on_loopback(), echo);
  RawClient client(server->port());
  client.send(kGet);
  EXPECT_THAT(client.read_answer(), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("GET /a []")));
  client.send("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_THAT(client.read_answer(), EndsWith("POST /b [abc]"));
  client.send("POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
  EXPECT_THAT(client.read_answer(), EndsWith("POST /c [abc]"));
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  const auto server = started(options_on_loopback(), echo);
  RawClient client(server->port());
  client.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.read_answer(), EndsWith("GET /1 []"));
  EXPECT_THAT(client.read_answer(), EndsWith("GET /2 []"));
}

TEST(Server, ClosesWhenTheClientAsksForIt) {
  const auto server = started(options_on_loopback(), echo);
  RawClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.read_to_end(), AllOf(HasSubstr("Connection: close\r\n"), EndsWith("GET / []")));
}

TEST(Server, HeadHasTheLengthButNoBody) {
  const auto server = started(options_on_loopback(), answering("12345", Delivery::Whole));
  RawClient client(server->port());
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.read_to_end(), AllOf(HasSubstr("Content-Length: 5\r\n"), EndsWith("\r\n\r\n")));
}

TEST(Server, UnderstandsAnAbsoluteTarget) {
  const auto server = started(options_on_loopback(), echo);
  RawClient client(server->port());
  client.send("GET http://orchestrator:5001/api?x=1 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.read_answer(), EndsWith("GET /api []"));
}

TEST(Server, KeepsAFittingRequestIdAndReplacesAnother) {
  const auto server = started(options_on_loopback(), echo);
  RawClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: run-17_a\r\n\r\n");
  EXPECT_THAT(client.read_answer(), HasSubstr("X-Request-Id: run-17_a\r\n"));
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: a b\r\n\r\n");
  EXPECT_THAT(client.read_answer(), AllOf(Not(HasSubstr("a b")), testing::ContainsRegex("X-Request-Id: [0-9a-f]{16}\r\n")));
}

TEST(Server, AsksForTheBodyWhenTheClientWaitsForThat) {
  const auto server = started(options_on_loopback(), echo);
  RawClient client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_answer(), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("hi");
  EXPECT_THAT(client.read_answer(), EndsWith("POST / [hi]"));
}

TEST(Server, StopLetsARunningRequestFinish) {
  std::latch running(1);
  const auto server = started(options_on_loopback(), [&](Request& request) {
    running.count_down();
    return echo(request);
  });
  RawClient idle(server->port());
  RawClient client(server->port());
  client.send(kGet);
  running.wait();
  server->stop(5s);
  server->stop(5s);
  EXPECT_THAT(client.read_to_end(), EndsWith("GET /a []"));
  EXPECT_EQ(idle.read_to_end(), "");
}

TEST(Server, ListensOnSeveralAddresses) {
  auto options = options_on_loopback();
  options.listen.push_back({"127.0.0.1", 0});
  const auto server = started(options, echo);
  EXPECT_NE(server->port(0), server->port(1));
  for (const std::size_t index : {0U, 1U}) {
    RawClient client(server->port(index));
    client.send(kGet);
    EXPECT_THAT(client.read_answer(), EndsWith("[]"));
  }
}

TEST(Server, NamesAnAddressThatCannotBeUsed) {
  const auto server = started(options_on_loopback(), echo);
  auto options = options_on_loopback();
  options.listen[0].port = server->port();
  const auto second = Server::create(options, echo, plain_error);
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("127.0.0.1 port " + std::to_string(server->port())));
  options.listen[0].address = "localhost";
  EXPECT_FALSE(Server::create(options, echo, plain_error));
}

}  // namespace
}  // namespace spm::http
