#include "http/page.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>

#include "http/problem.hpp"

namespace spm::http {
namespace {

Request with_query(std::string_view query) {
  Request request;
  request.query = *parse_query(query);
  return request;
}

TEST(Page, HasDefaults) {
  const auto page = page_of(with_query("")).value();
  EXPECT_EQ(page.limit, 50);
  EXPECT_EQ(page.offset, 0);
  EXPECT_FALSE(page.cursor);
}

TEST(Page, ReadsLimitAndOffset) {
  const auto page = page_of(with_query("limit=500&offset=1000")).value();
  EXPECT_EQ(page.limit, 500);
  EXPECT_EQ(page.offset, 1000);
}

TEST(Page, CursorsRoundTripAndForgeriesAreRefused) {
  const json::array keys{json::value("é"), json::value(17), json::value(nullptr)};
  EXPECT_EQ(page_of(with_query("cursor=" + encode_cursor(keys)))->cursor, keys);
  for (const auto* forged : {"x", "", "7b", "7b7d", "5b5", "5B5D", "5b"}) {
    const auto page = page_of(with_query(std::string("cursor=") + forged));
    ASSERT_FALSE(page) << forged;
    EXPECT_TRUE(page.error().details.at("fields").as_object().contains("cursor"));
  }
}

TEST(Page, ListAnswersHaveOneShape) {
  EXPECT_EQ(list_answer({1, 2}, 7, {2, 4, {}}),
            json::parse(R"({"items":[1,2],"total":7,"limit":2,"offset":4,"next_cursor":null})").as_object());
  EXPECT_EQ(list_answer({}, 0, {}, "5b5d", "profiles"),
            json::parse(R"({"profiles":[],"total":0,"limit":50,"offset":0,"next_cursor":"5b5d"})").as_object());
}

class FixedClock final : public Clock {
 public:
  [[nodiscard]] Time now() const override { return Time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}}; }
};

TEST(Problem, HasTheOneShape) {
  const auto response =
      problem({ErrorCode::NotFound, "queue item 17 does not exist", {}, UpstreamFailure::None}, "abc", FixedClock().now());
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(json::parse(response.body),
            json::parse(
                R"({"error":"not_found","message":"queue item 17 does not exist","timestamp":"2026-11-23T00:00:00Z","request_id":"abc"})"));
}

TEST(Problem, AnInternalErrorTellsNothing) {
  const auto response = problem({ErrorCode::InternalError, "secret", {{"secret", 1}}, UpstreamFailure::None}, "abc", FixedClock().now());
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, testing::Not(testing::HasSubstr("secret")));
}

TEST(Problem, SomeErrorsTellWhatToDoInAHeader) {
  const auto header = [](const Error& error, std::string_view name) {
    const auto response = problem(error, "abc", FixedClock().now());
    const auto found = response.headers.find(name);
    return found == response.headers.end() ? std::string() : found->second;
  };
  EXPECT_THAT(header({ErrorCode::Unauthorized, "m", {}, UpstreamFailure::None}, "WWW-Authenticate"), testing::StartsWith("Bearer"));
  EXPECT_EQ(header({ErrorCode::RateLimited, "m", {{"retry_after_seconds", 30}}, UpstreamFailure::None}, "Retry-After"), "30");
  EXPECT_EQ(header({ErrorCode::ServiceUnavailable, "m", {}, UpstreamFailure::None}, "Retry-After"), "5");
  EXPECT_EQ(header({ErrorCode::NotFound, "m", {}, UpstreamFailure::None}, "Retry-After"), "");
}

TEST(Problem, TheEdgeUsesTheSameShapeWithItsOwnStatus) {
  const FixedClock clock;
  const auto response = edge_problem(clock)(ErrorCode::ValidationError, 431, "too long", "abc");
  EXPECT_EQ(response.status, 431);
  EXPECT_EQ(json::parse(response.body).at("error"), json::value("validation_error"));
}

}  // namespace
}  // namespace spm::http
