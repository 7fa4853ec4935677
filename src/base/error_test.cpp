#include "base/error.hpp"

#include <gtest/gtest.h>

#include <set>

namespace spm {
namespace {

constexpr int kCodes = static_cast<int>(ErrorCode::InternalError) + 1;

TEST(Error, EveryCodeHasItsOwnWordAndAStatus) {
  std::set<std::string_view> words;
  for (int i = 0; i < kCodes; ++i) {
    const auto code = static_cast<ErrorCode>(i);
    EXPECT_FALSE(to_string(code).empty());
    EXPECT_TRUE(words.insert(to_string(code)).second) << to_string(code);
    EXPECT_GE(http_status(code), 400);
    EXPECT_LT(http_status(code), 600);
  }
}

TEST(Error, WordsAndStatusesAreThoseOfTheContract) {
  EXPECT_EQ(to_string(ErrorCode::NoItemsInQueue), "no_items_in_queue");
  EXPECT_EQ(http_status(ErrorCode::NoItemsInQueue), 404);
  EXPECT_EQ(http_status(ErrorCode::TestNotComplete), 400);
  EXPECT_EQ(http_status(ErrorCode::InvalidTransition), 409);
  EXPECT_EQ(http_status(ErrorCode::UyuniError), 502);
  EXPECT_EQ(http_status(ErrorCode::ServiceUnavailable), 503);
  EXPECT_EQ(http_status(ErrorCode::PayloadTooLarge), 413);
}

TEST(Error, FailuresCarryWhatWasSaid) {
  const Result<int> refused = fail_upstream(ErrorCode::UyuniError, UpstreamFailure::Refused, "no", {{"fault_code", 2600}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().upstream, UpstreamFailure::Refused);
  EXPECT_EQ(refused.error().details.at("fault_code"), 2600);
  const Result<int> failed = fail(ErrorCode::NotFound, "queue item 17 does not exist");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().upstream, UpstreamFailure::None);
  EXPECT_EQ(failed.error().message, "queue item 17 does not exist");
}

}  // namespace
}  // namespace spm
