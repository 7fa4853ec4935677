#include "auth/password.hpp"

#include <gmock/gmock.h>

#include "auth/token.hpp"

namespace spm::auth {
namespace {

TEST(Password, OnlyTheRightOneFits) {
  const auto hash = hash_password("correct horse battery staple");
  ASSERT_TRUE(hash);
  EXPECT_THAT(*hash, testing::StartsWith("$argon2id$"));
  EXPECT_NE(*hash, *hash_password("correct horse battery staple")) << "salted";
  EXPECT_TRUE(*verify_password(*hash, "correct horse battery staple"));
  EXPECT_FALSE(*verify_password(*hash, "correct horse battery stapl"));
  EXPECT_FALSE(*verify_password(*hash, ""));
}

TEST(Password, NothingFitsAnAccountThatDoesNotExist) {
  EXPECT_FALSE(*verify_password(std::nullopt, "nobody has this password"));
  EXPECT_FALSE(*verify_password(std::optional<std::string>("not a hash"), "x"));
}

TEST(Token, IsRandomAndItsTracesDoNotLeadBack) {
  const auto token = random_token();
  EXPECT_THAT(token, testing::MatchesRegex("[0-9a-f]{64}"));
  EXPECT_NE(token, random_token());
  EXPECT_NE(token_hash(token), csrf_token_of(token));
  EXPECT_EQ(csrf_token_of(token), csrf_token_of(token));
  EXPECT_THAT(random_password(), testing::MatchesRegex("[a-zA-Z2-9]{20}"));
  EXPECT_TRUE(same_secret("a", "a"));
  EXPECT_FALSE(same_secret("a", "ab"));
}

}  // namespace
}  // namespace spm::auth
