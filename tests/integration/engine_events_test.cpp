// The log of a run: a page at a time, and as a stream that can be resumed.

#include <gmock/gmock.h>

#include "engine/events.hpp"
#include "tests/integration/engine_fixture.hpp"
#include "tests/integration/queue_rows.hpp"

namespace spm::test {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

class EngineEvents : public EngineTest {
 protected:
  Caller::Answer page(const std::string& after = "0") {
    return Caller(engine::endpoints(database.pool(), clock, settings), clock)
        .call(http::Method::Get, "/api/v1/test/1/events", nullptr, {{"after", after}});
  }
  std::string live(std::int64_t after, int pieces) {
    const auto response = engine::live_events(database.pool(), TestId{1}, after);
    std::string text;
    for (int i = 0; i < pieces; ++i) text += response->next_piece().text;
    return text;
  }
};

TEST_F(EngineEvents, ArePagedFromTheLastOneThatIsKnown) {
  start_test();
  const auto one = runner("node-a");
  drive_until(*one, "baseline");
  const auto first = page();
  ASSERT_EQ(first.status, 200) << first.message;
  EXPECT_FALSE(first.body.at("is_over").as_bool());
  const auto known = first.body.at("last_id").as_int64();
  EXPECT_TRUE(page(std::to_string(known)).body.at("items").as_array().empty());
  drive(*one);
  const auto rest = page(std::to_string(known));
  EXPECT_TRUE(rest.body.at("is_over").as_bool());
  for (const auto& event : rest.body.at("items").as_array()) EXPECT_GT(event.at("id").as_int64(), known);
  EXPECT_EQ(page("x").status, 400);
}

TEST_F(EngineEvents, StreamSaysWhatHappensAndEndsWithTheRun) {
  start_test();
  const auto one = runner("node-a");
  drive_until(*one, "baseline");
  const auto response = engine::live_events(database.pool(), TestId{1}, 0);
  ASSERT_TRUE(response);
  const auto begun = response->next_piece();
  EXPECT_FALSE(begun.is_last);
  EXPECT_THAT(begun.text, HasSubstr("event: test.phase_started\ndata: {"));
  EXPECT_EQ(response->next_piece().text, "") << "nothing twice";
  drive(*one);
  const auto rest = response->next_piece();
  EXPECT_TRUE(rest.is_last);
  EXPECT_THAT(rest.text, EndsWith("event: end\ndata: {}\n\n"));
  const auto id = page().body.at("last_id").as_int64();
  EXPECT_EQ(live(id, 1), "event: end\ndata: {}\n\n") << "resumed behind the last one";
}

TEST_F(EngineEvents, OfATestThatDoesNotExistAreNotFound) {
  EXPECT_EQ(page().status, 404);
  EXPECT_FALSE(engine::live_events(database.pool(), TestId{1}, 0));
}

}  // namespace
}  // namespace spm::test
