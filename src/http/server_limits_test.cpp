// What a server does when its limits are reached, and what it does wrong on purpose.

#include <gmock/gmock.h>
#include <poll.h>

#include <latch>
#include <stdexcept>

#include "http/server_test_support.hpp"

namespace spm::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(Server, RefusesALargeBodyBeforeItIsSent) {
  auto options = options_on_loopback();
  options.max_body_bytes = 100;
  const auto server = started(options, echo);
  RawClient announced(server->port());
  announced.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n");
  EXPECT_THAT(announced.read_answer(),
              AllOf(StartsWith("HTTP/1.1 413 "), EndsWith("payload_too_large: the request body is larger than 100 bytes")));
  RawClient chunked(server->port());
  chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n80\r\n" + std::string(0x80, 'x') + "\r\n0\r\n\r\n");
  EXPECT_THAT(chunked.read_answer(), StartsWith("HTTP/1.1 413 "));
}

TEST(Server, RefusesALargeHeader) {
  auto options = options_on_loopback();
  options.max_header_bytes = 1024;
  const auto server = started(options, echo);
  RawClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + std::string(2000, 'x') + "\r\n\r\n");
  EXPECT_THAT(client.read_answer(), StartsWith("HTTP/1.1 431 "));
}

TEST(Server, RefusesWhatIsNotHttpAndBrokenQueries) {
  const auto server = started(options_on_loopback(), echo);
  RawClient garbage(server->port());
  garbage.send("\x16\x03\x01 this is no request\r\n\r\n");
  EXPECT_THAT(garbage.read_answer(), StartsWith("HTTP/1.1 400 "));
  RawClient smuggler(server->port());
  smuggler.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd");
  EXPECT_THAT(smuggler.read_answer(), StartsWith("HTTP/1.1 400 "));
  RawClient query(server->port());
  query.send("GET /?a=%ff HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(query.read_answer(), StartsWith("HTTP/1.1 400 "));
}

TEST(Server, CutsAClientThatDripsItsRequest) {
  auto options = options_on_loopback();
  options.header_timeout = 1s;
  const auto server = started(options, echo);
  RawClient client(server->port());
  client.send("GET / HTTP/1.1\r\nHost:");
  EXPECT_EQ(client.read_to_end(), "");
}

// Sends `beginning`, then a byte whenever the server has not yet closed the connection; whether it was closed in time.
bool is_cut_while_dripping(const Server& server, std::string_view beginning) {
  const RawClient client(server.port());
  client.send(beginning);
  const auto deadline = std::chrono::steady_clock::now() + 8s;
  while (std::chrono::steady_clock::now() < deadline) {
    pollfd closed{client.socket(), POLLIN, 0};
    if (::poll(&closed, 1, 50) == 1) return true;
    if (::send(client.socket(), "x", 1, MSG_NOSIGNAL) != 1) return true;
  }
  return false;
}

TEST(Server, CutsAClientWhoseBytesNeverStop) {
  auto options = options_on_loopback();
  options.header_timeout = 1s;
  const auto server = started(options, echo);
  EXPECT_TRUE(is_cut_while_dripping(*server, "GET / HTTP/1.1\r\nHost: x\r\nX-Long: "));
  EXPECT_TRUE(is_cut_while_dripping(*server, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"));
  EXPECT_TRUE(is_cut_while_dripping(*server, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2000\r\n"));
}

TEST(Server, CutsAnIdleConnection) {
  auto options = options_on_loopback();
  options.idle_timeout = 1s;
  const auto server = started(options, echo);
  RawClient client(server->port());
  client.send(kGet);
  EXPECT_THAT(client.read_answer(), EndsWith("[]"));
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(Server, RefusesConnectionsBeyondTheLimit) {
  auto options = options_on_loopback();
  options.max_connections = 1;
  const auto server = started(options, echo);
  RawClient first(server->port());
  first.send(kGet);
  EXPECT_THAT(first.read_answer(), EndsWith("[]"));
  RawClient second(server->port());
  EXPECT_EQ(second.read_to_end(), "");
  first.send(kGet);
  EXPECT_THAT(first.read_answer(), EndsWith("[]"));
}

TEST(Server, GivesOneAddressAnEighthOfItsConnections) {
  auto options = options_on_loopback();
  options.max_connections = 16;
  const auto server = started(options, echo);
  const auto answer_to = [&](RawClient& client) {
    client.send(kGet);
    return client.read_answer();
  };
  RawClient first(server->port());
  EXPECT_THAT(answer_to(first), EndsWith("[]"));
  {
    RawClient second(server->port());
    EXPECT_THAT(answer_to(second), EndsWith("[]"));
    RawClient third(server->port());
    EXPECT_EQ(third.read_to_end(), "");
    RawClient neighbour(server->port(), "127.0.0.2");
    EXPECT_THAT(answer_to(neighbour), EndsWith("[]"));
  }
  // The place of one that left is free as soon as the server has seen it go.
  const auto deadline = std::chrono::steady_clock::now() + 8s;
  bool is_welcome = false;
  while (!is_welcome && std::chrono::steady_clock::now() < deadline) {
    RawClient next(server->port());
    is_welcome = ::send(next.socket(), kGet.data(), kGet.size(), MSG_NOSIGNAL) == std::ssize(kGet) && !next.read_answer().empty();
  }
  EXPECT_TRUE(is_welcome);
}

TEST(Server, AFullQueueIsAnsweredAtOnce) {
  auto options = options_on_loopback();
  options.workers = 1;
  options.max_queue = 1;
  std::latch running(1);
  std::latch release(1);
  const auto server = started(options, [&](Request& request) {
    if (request.path == "/slow") {
      running.count_down();
      release.wait();
    }
    return echo(request);
  });
  RawClient slow(server->port());
  slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  running.wait();
  // Of two more requests one waits in the queue and the other is refused; the refused one is answered while the worker is busy.
  RawClient a(server->port());
  RawClient b(server->port());
  a.send(kGet);
  b.send(kGet);
  std::array<pollfd, 2> either{pollfd{a.socket(), POLLIN, 0}, pollfd{b.socket(), POLLIN, 0}};
  ASSERT_EQ(::poll(either.data(), either.size(), 10'000), 1);
  auto& refused = either[0].revents != 0 ? a : b;
  auto& waiting = either[0].revents != 0 ? b : a;
  EXPECT_THAT(refused.read_answer(), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("Retry-After: 1\r\n")));
  release.count_down();
  EXPECT_THAT(waiting.read_answer(), EndsWith("GET /a []"));
  EXPECT_THAT(slow.read_answer(), EndsWith("GET /slow []"));
}

TEST(Server, AnInstantRequestIsAnsweredWhileEveryWorkerIsBusy) {
  auto options = options_on_loopback();
  options.workers = 1;
  options.is_instant = [](const Request& request) { return request.path == "/health"; };
  std::latch running(1);
  std::latch release(1);
  const auto server = started(options, [&](Request& request) {
    if (request.path == "/slow") {
      running.count_down();
      release.wait();
    }
    if (request.path == "/health" && request.body == "throw") throw std::runtime_error("x");
    return echo(request);
  });
  RawClient slow(server->port());
  slow.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  running.wait();
  RawClient balancer(server->port());
  for (int i = 0; i < 3; ++i) {
    balancer.send("GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_THAT(balancer.read_answer(), EndsWith("GET /health []"));
  }
  balancer.send("POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nthrow");
  EXPECT_THAT(balancer.read_answer(), StartsWith("HTTP/1.1 500 "));
  release.count_down();
  EXPECT_THAT(slow.read_answer(), EndsWith("GET /slow []"));
}

TEST(Server, AnExceptionOfTheHandlerIsA500WithoutDetail) {
  const auto server = started(options_on_loopback(), [](Request&) -> Reply { throw std::runtime_error("password=x"); });
  RawClient client(server->port());
  client.send(kGet);
  EXPECT_THAT(client.read_answer(), AllOf(StartsWith("HTTP/1.1 500 "), HasSubstr("internal_error"), Not(HasSubstr("password"))));
}

TEST(Server, DelaysWithoutHoldingAWorker) {
  auto options = options_on_loopback();
  options.workers = 1;
  const auto server = started(options, [](Request& request) {
    auto reply = echo(request);
    if (request.path == "/late") reply.delay = 10min;
    return reply;
  });
  RawClient late(server->port());
  late.send("GET /late HTTP/1.1\r\nHost: x\r\n\r\n");
  RawClient other(server->port());
  other.send(kGet);
  EXPECT_THAT(other.read_answer(), EndsWith("[]"));
  server->stop(0ms);
  EXPECT_EQ(late.read_to_end(), "");
}

TEST(Server, ADelayedAnswerArrives) {
  const auto server = started(options_on_loopback(), answering("late", Delivery::Whole, 20ms));
  RawClient client(server->port());
  client.send(kGet);
  EXPECT_THAT(client.read_answer(), EndsWith("late"));
}

TEST(Server, TruncatesOnPurpose) {
  const auto server = started(options_on_loopback(), answering("0123456789", Delivery::TruncateBody));
  RawClient client(server->port());
  client.send(kGet);
  EXPECT_THAT(client.read_to_end(), AllOf(HasSubstr("Content-Length: 10\r\n"), EndsWith("\r\n\r\n01234")));
}

TEST(Server, DropsOnPurpose) {
  const auto server = started(options_on_loopback(), answering("x", Delivery::DropConnection));
  RawClient client(server->port());
  client.send(kGet);
  EXPECT_EQ(client.read_to_end(), "");
}

TEST(Server, NeverEndsOnPurposeUntilItStops) {
  const auto server = started(options_on_loopback(), answering("begin", Delivery::NeverEnd));
  RawClient client(server->port());
  client.send(kGet);
  const auto head = client.read_answer();
  EXPECT_THAT(head, AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), Not(HasSubstr("Content-Length"))));
  EXPECT_TRUE(client.read_at_least(8));
  server->stop(0ms);
  EXPECT_THAT(client.read_to_end(), StartsWith("begin   "));
}

}  // namespace
}  // namespace spm::http
