// Requests that are repeated with an Idempotency-Key: the work is done once, whatever happens in between.

#include "http/idempotency.hpp"

#include <gmock/gmock.h>

#include <latch>
#include <stdexcept>
#include <thread>

#include "tests/support/clock.hpp"
#include "tests/support/postgres.hpp"

namespace spm::http {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class Idempotency : public testing::Test {
 protected:
  Result<Response> send(const std::string& key, const std::string& body, const std::function<Result<Response>()>& work,
                        const std::string& actor = "a", std::string_view route = "POST /things") {
    Request request;
    request.principal.actor = actor;
    request.body = body;
    return keys_.run_once(request, key, route, work);
  }
  Result<Response> send(const std::string& key, const std::string& body = "{}") {
    return send(key, body, [this] { return count(); });
  }
  Result<Response> count() {
    auto response = json_response(201, json::object{{"runs", ++runs_}});
    response.headers.emplace("Location", "/things/1");
    return response;
  }

  test::TestDatabase database_;
  test::ManualClock clock_;
  IdempotencyKeys keys_{database_.pool(), clock_};
  int runs_ = 0;
};

TEST_F(Idempotency, TheSameRequestGetsTheFirstAnswerAgain) {
  const auto first = send("k");
  const auto second = send("k");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(second->status, 201);
  EXPECT_EQ(second->body, first->body);
  EXPECT_EQ(second->headers.find("Location")->second, "/things/1");
  EXPECT_EQ(runs_, 1);
}

TEST_F(Idempotency, AnotherBodyOrRouteIsAConflict) {
  ASSERT_TRUE(send("k"));
  EXPECT_EQ(send("k", "{ }").error().code, ErrorCode::Conflict);
  EXPECT_EQ(send(
                "k", "{}", [this] { return count(); }, "a", "POST /others")
                .error()
                .code,
            ErrorCode::Conflict);
  EXPECT_EQ(runs_, 1);
}

TEST_F(Idempotency, KeysBelongToTheirActor) {
  ASSERT_TRUE(send("k"));
  ASSERT_TRUE(send(
      "k", "other body", [this] { return count(); }, "b"));
  EXPECT_EQ(runs_, 2);
}

TEST_F(Idempotency, ARequestThatStillRunsIsAConflict) {
  std::latch running(1);
  std::latch release(1);
  std::thread first([&] {
    EXPECT_TRUE(send("k", "{}", [&]() -> Result<Response> {
      running.count_down();
      release.wait();
      return Response{};
    }));
  });
  running.wait();
  const auto second = send("k");
  release.count_down();
  first.join();
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, HasSubstr("still running"));
  EXPECT_TRUE(send("k"));
  EXPECT_EQ(runs_, 0);
}

TEST_F(Idempotency, AnErrorFreesTheKey) {
  const auto refused = send("k", "{}", []() -> Result<Response> { return fail(ErrorCode::NoItemsInQueue, "nothing"); });
  EXPECT_EQ(refused.error().code, ErrorCode::NoItemsInQueue);
  EXPECT_THROW(static_cast<void>(send("k", "{}", []() -> Result<Response> { throw std::logic_error("bug"); })), std::logic_error);
  EXPECT_TRUE(send("k"));
  EXPECT_EQ(runs_, 1);
}

TEST_F(Idempotency, AfterALostDatabaseNobodyKnows) {
  const auto lost = [&] {
    return send("k", "{}", []() -> Result<Response> { throw db::DatabaseError("server closed the connection", "", ""); });
  };
  EXPECT_THROW(static_cast<void>(lost()), db::DatabaseError);
  EXPECT_EQ(send("k").error().code, ErrorCode::Conflict);
}

TEST_F(Idempotency, KeysExpireAfterADay) {
  ASSERT_TRUE(send("k"));
  clock_.advance(24h + 1s);
  ASSERT_TRUE(send("k", "another body"));
  EXPECT_EQ(runs_, 2);
  EXPECT_EQ(keys_.delete_expired(), 0);
  clock_.advance(24h + 1s);
  EXPECT_EQ(keys_.delete_expired(), 1);
}

}  // namespace
}  // namespace spm::http
