// Answers that go on: server-sent events.
#include <gmock/gmock.h>

#include <atomic>

#include "http/server_test_support.hpp"

namespace spm::http {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Says "1", nothing, "3"; then it is over.
Handler counting() {
  return [](Request&) {
    Response response = text_response(200, "begin\n", "text/event-stream");
    response.next_piece = [n = 0]() mutable {
      ++n;
      return Piece{n == 2 ? "" : std::to_string(n) + "\n", n == 3};
    };
    return Reply{std::move(response), {}, Delivery::Whole};
  };
}

Handler endless() {
  return [](Request&) {
    Response response = text_response(200, "begin\n", "text/event-stream");
    response.next_piece = [] { return Piece{"tick\n", false}; };
    return Reply{std::move(response), {}, Delivery::Whole};
  };
}

TEST(LiveAnswer, GoesOnUntilItsLastPieceAndEndsWithTheConnection) {
  const auto server = started(options_on_loopback(), counting());
  RawClient client(server->port());
  client.send(kGet);
  EXPECT_THAT(client.read_to_end(), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), Not(HasSubstr("Content-Length")),
                                          HasSubstr("Content-Type: text/event-stream\r\n"), EndsWith("\r\n\r\nbegin\n1\n3\n")));
}

TEST(LiveAnswer, EndsWhenItsSourceFails) {
  const auto server = started(options_on_loopback(), [](Request&) {
    Response response = text_response(200, "begin\n", "text/event-stream");
    response.next_piece = []() -> Piece { throw std::runtime_error("the database is away"); };
    return Reply{std::move(response), {}, Delivery::Whole};
  });
  RawClient client(server->port());
  client.send(kGet);
  EXPECT_THAT(client.read_to_end(), EndsWith("begin\n"));
}

TEST(LiveAnswer, MoreThanTheLimitAreRefusedUntilOneEnds) {
  auto options = options_on_loopback();
  options.max_live = 1;
  const auto server = started(options, endless());
  {
    RawClient first(server->port());
    first.send(kGet);
    ASSERT_TRUE(first.read_at_least(100));
    RawClient second(server->port());
    second.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_THAT(second.read_to_end(), AllOf(StartsWith("HTTP/1.1 503"), HasSubstr("Retry-After: 1\r\n")));
  }
  // The server sees that the first is gone when it has something to write.
  std::string answer;
  const auto limit = std::chrono::steady_clock::now() + 20s;
  while (!answer.starts_with("HTTP/1.1 200") && std::chrono::steady_clock::now() < limit) {
    RawClient next(server->port());
    next.send(kGet);
    next.read_at_least(100);
    answer = next.read_answer(true);
  }
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200"));
}

TEST(LiveAnswer, DoesNotKeepTheServerFromStopping) {
  const auto server = started(options_on_loopback(), endless());
  RawClient client(server->port());
  client.send(kGet);
  ASSERT_TRUE(client.read_at_least(100));
  server->stop(50ms);
  EXPECT_THAT(client.read_to_end(), HasSubstr("begin"));
}

}  // namespace
}  // namespace spm::http
