#include "identity/rules_oidc.hpp"

#include <gmock/gmock.h>

namespace spm::identity {
namespace {

TEST(OutsideUsername, IsTheProvidersWhenItCanBeOneHere) {
  EXPECT_EQ(outside_username("Ada.Lovelace@Example.com", "i", "s"), "ada.lovelace@example.com");
  for (const auto* impossible : {"", "Ada Lovelace", "_ada", "DOMAIN\\ada", "ädа"}) {
    const auto made = outside_username(impossible, "https://sso", "4711");
    EXPECT_THAT(made, testing::MatchesRegex("oidc-[0-9a-f]{16}")) << impossible;
    EXPECT_EQ(made, outside_username(impossible, "https://sso", "4711")) << "the same person, the same name";
    EXPECT_NE(made, outside_username(impossible, "https://sso", "4712"));
    EXPECT_NE(made, outside_username(impossible, "https://other", "4711"));
  }
}

TEST(LoginProblems, OnlyANoIsARefusal) {
  EXPECT_EQ(problem_of(UpstreamFailure::Refused), LoginProblem::Refused);
  for (const auto failure :
       {UpstreamFailure::Unreachable, UpstreamFailure::OutcomeUnknown, UpstreamFailure::BadAnswer, UpstreamFailure::None})
    EXPECT_EQ(problem_of(failure), LoginProblem::ProviderUnavailable);
}

}  // namespace
}  // namespace spm::identity
