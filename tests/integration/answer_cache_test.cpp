// Kept answers: given again while the database shows the same, and never a moment longer.

#include "http/answer_cache.hpp"

#include <gmock/gmock.h>

#include <latch>
#include <thread>

#include "tests/support/clock.hpp"
#include "tests/support/postgres.hpp"

namespace spm::http {
namespace {

using namespace std::chrono_literals;

class AnswerCaches : public testing::Test {
 protected:
  void SetUp() override { write("CREATE TABLE shown (value integer); INSERT INTO shown VALUES (1)"); }

  void write(const std::string& sql) { database_.pool().acquire()->run_script(sql); }

  std::string get(std::multimap<std::string, std::string> query = {}, const std::string& actor = "a", access::Scope scope = {}) {
    Request request;
    request.path = "/shown";
    request.query = std::move(query);
    request.principal.actor = actor;
    request.principal.scope = std::move(scope);
    const auto answer = endpoint_.handle(request);
    return answer ? answer->body : answer.error().message;
  }

  // Background work of the database server may move the snapshot between two requests, so one pair proves nothing; a hundred do.
  bool is_ever_kept(const std::function<void()>& ask_again) {
    for (int i = 0; i < 100; ++i) {
      (void)get();
      const int before = runs_;
      ask_again();
      if (runs_ == before) return true;
    }
    return false;
  }

  Result<Response> answer() {
    ++runs_;
    if (refuses_) return fail(ErrorCode::NotFound, "refused");
    const auto value = database_.pool().acquire()->execute({"answer_cache_test.read", "SELECT value FROM shown"})[0].integer("value");
    if (while_answering_) while_answering_();
    return json_response(status_, json::object{{"value", value}});
  }

  test::TestDatabase database_;
  test::ManualClock clock_;
  AnswerCache cache_{database_.pool(), clock_};
  std::atomic<int> runs_ = 0;
  int status_ = 200;
  bool refuses_ = false;
  std::function<void()> while_answering_;
  Endpoint endpoint_ =
      cache_.remembering({Method::Get, "/shown", access::Permission::ReadState, [this](const Request&) { return answer(); }});
};

TEST_F(AnswerCaches, AnAnswerIsGivenAgainWhileNothingChanges) {
  EXPECT_TRUE(is_ever_kept([this] { EXPECT_EQ(get(), R"({"value":1})"); }));
}

TEST_F(AnswerCaches, ACommitIsSeenByTheNextRequest) {
  for (int value = 1; value <= 50; ++value) {
    write("UPDATE shown SET value = " + std::to_string(value));
    EXPECT_EQ(get(), R"({"value":)" + std::to_string(value) + "}");
  }
}

TEST_F(AnswerCaches, WhatIsNotCommittedIsNotShownAndItsCommitIs) {
  auto other = database_.pool().acquire();
  other->run_script("BEGIN; UPDATE shown SET value = 2");
  EXPECT_TRUE(is_ever_kept([this] { EXPECT_EQ(get(), R"({"value":1})"); }));
  other->run_script("COMMIT");
  EXPECT_EQ(get(), R"({"value":2})");
}

TEST_F(AnswerCaches, AChangeWhileTheAnswerWasMadeIsNotLost) {
  while_answering_ = [this] { write("UPDATE shown SET value = 2"); };
  EXPECT_EQ(get(), R"({"value":1})");
  while_answering_ = nullptr;
  EXPECT_EQ(get(), R"({"value":2})");
}

TEST_F(AnswerCaches, AnAnswerIsMadeAnewAfterASecondAndWhenTheClockGoesBack) {
  EXPECT_TRUE(is_ever_kept([this] {
    clock_.advance(999ms);
    (void)get();
  }));
  EXPECT_FALSE(is_ever_kept([this] {
    clock_.advance(1s);
    (void)get();
  }));
  EXPECT_FALSE(is_ever_kept([this] {
    clock_.advance(-1s);
    (void)get();
  }));
}

TEST_F(AnswerCaches, AnotherCallerScopeOrQueryGetsAnAnswerOfItsOwn) {
  EXPECT_FALSE(is_ever_kept([this, n = 0]() mutable { (void)get({}, "actor " + std::to_string(++n)); }));
  EXPECT_FALSE(is_ever_kept([this, n = 0]() mutable { (void)get({}, "a", {{++n}, {}}); }));
  EXPECT_FALSE(is_ever_kept([this, n = 0]() mutable { (void)get({{"os", std::to_string(++n)}}); }));
}

TEST_F(AnswerCaches, WhoAsksWhileAnAnswerIsMadeWaitsForItOnce) {
  // Ten pairs: background work may move the snapshot while one of them waits.
  int made_for_two = 0;
  for (int i = 0; i < 10; ++i) {
    clock_.advance(1s);
    std::latch is_making(1);
    const int before = runs_;
    std::atomic<bool> has_second = false;
    std::jthread second;
    while_answering_ = [&] {
      if (has_second.exchange(true)) return;
      second = std::jthread([&] {
        is_making.count_down();
        EXPECT_EQ(get(), R"({"value":1})");
      });
      is_making.wait();
      std::this_thread::yield();
    };
    EXPECT_EQ(get(), R"({"value":1})");
    second.join();
    made_for_two += runs_ - before;
  }
  EXPECT_LT(made_for_two, 20);
}

TEST_F(AnswerCaches, OnlyGoodAnswersAreKept) {
  refuses_ = true;
  EXPECT_FALSE(is_ever_kept([this] { EXPECT_EQ(get(), "refused"); }));
  refuses_ = false;
  status_ = 207;
  EXPECT_FALSE(is_ever_kept([this] { (void)get(); }));
}

}  // namespace
}  // namespace spm::http
