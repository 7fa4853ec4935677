#include "auth/api_key.hpp"

#include <gmock/gmock.h>

namespace spm::auth {
namespace {

const ApiKeyAuthenticator& authenticator() {
  static const ApiKeyAuthenticator kAuthenticator("correct-horse", "secret");
  return kAuthenticator;
}

Result<access::Principal> with(http::Headers headers) {
  http::Request request;
  request.headers = std::move(headers);
  return authenticator().authenticate(request);
}

TEST(ApiKey, ThreeHeadersAreTaken) {
  for (const auto& header : http::Headers{{"Authorization", "Bearer correct-horse"},
                                          {"authorization", "bearer  correct-horse"},
                                          {"X-API-Key", "correct-horse"},
                                          {"x-spm-key", "correct-horse"}}) {
    const auto principal = with({header});
    ASSERT_TRUE(principal) << header.first;
    EXPECT_THAT(principal->actor, testing::MatchesRegex("api-key:[0-9a-f]{8}"));
    EXPECT_TRUE(access::may(*principal, access::Permission::Decide));
    EXPECT_TRUE(principal->may_act_for_others);
  }
}

TEST(ApiKey, AnythingElseIsRefused) {
  for (const auto& header : http::Headers{{"Authorization", "Basic correct-horse"},
                                          {"Authorization", "correct-horse"},
                                          {"Authorization", "Bearer"},
                                          {"Authorization", "Bearer "},
                                          {"X-API-Key", ""},
                                          {"X-API-Key", "correct-hors"},
                                          {"X-API-Key", "correct-horse "},
                                          {"X-Api", "correct-horse"}}) {
    const auto principal = with({header});
    ASSERT_FALSE(principal) << header.first << ": " << header.second;
    EXPECT_EQ(principal.error().code, ErrorCode::Unauthorized);
    EXPECT_THAT(principal.error().message, testing::Not(testing::HasSubstr("correct-horse")));
  }
  EXPECT_FALSE(with({}));
  EXPECT_FALSE(with({{"X-API-Key", "correct-horse"}, {"X-SPM-Key", "another"}})) << "two keys that differ";
}

TEST(ApiKey, TheMetricsTokenReadsMetricsAndNothingElse) {
  const ApiKeyAuthenticator both("correct-horse", "secret", "battery-staple");
  const auto given = [&](http::Headers headers) {
    http::Request request;
    request.headers = std::move(headers);
    return both.authenticate(request);
  };
  const auto scraper = given({{"Authorization", "Bearer battery-staple"}});
  ASSERT_TRUE(scraper);
  EXPECT_EQ(scraper->actor, "metrics-token");
  EXPECT_EQ(scraper->permissions, std::set{access::Permission::ReadMetrics});
  EXPECT_FALSE(scraper->may_act_for_others);
  EXPECT_TRUE(access::may(*given({{"Authorization", "Bearer correct-horse"}}), access::Permission::Decide));
  for (const auto& headers : {http::Headers{{"X-API-Key", "battery-staple"}},
                              {{"Authorization", "Bearer battery-stapl"}},
                              {{"Authorization", "Bearer "}},
                              {{"Authorization", "Bearer battery-staple"}, {"X-API-Key", "battery-staple"}},
                              {{"Authorization", "Bearer battery-staple"}, {"X-API-Key", "correct-horse"}}}) {
    EXPECT_FALSE(given(headers)) << headers.begin()->first << ": " << headers.begin()->second;
  }
  EXPECT_FALSE(with({{"Authorization", "Bearer battery-staple"}})) << "no token is configured";
  EXPECT_THROW(ApiKeyAuthenticator("correct-horse", "secret", ""), std::logic_error);
}

TEST(ApiKey, TheFingerprintDependsOnKeyAndSecret) {
  EXPECT_EQ(fingerprint("a", "s"), fingerprint("a", "s"));
  EXPECT_NE(fingerprint("a", "s"), fingerprint("b", "s"));
  EXPECT_NE(fingerprint("a", "s"), fingerprint("a", "t"));
}

TEST(ApiKey, WithoutAKeyEverybodyIsTheDemo) {
  const auto principal = ApiKeyAuthenticator(std::nullopt, "secret").authenticate({});
  ASSERT_TRUE(principal);
  EXPECT_EQ(principal->actor, "demo");
  const auto from = [](http::Headers headers) {
    http::Request request;
    request.headers = std::move(headers);
    return ApiKeyAuthenticator(std::nullopt, "secret").authenticate(request);
  };
  for (const auto* own : {"127.0.0.1:8501", "localhost:5001", "[::1]:5001", "LOCALHOST:1", "demo.localhost"}) {
    EXPECT_TRUE(from({{"Host", own}})) << own;
    EXPECT_TRUE(from({{"Host", own}, {"Origin", std::string("http://") + own}})) << own;
  }
  for (const auto* other :
       {"evil.example:5001", "127.0.0.1.evil.example", "localhost.evil.example", "192.0.2.7:5001", "[2001:db8::1]:5001", "null", ""}) {
    const auto rebound = from({{"Host", other}});
    ASSERT_FALSE(rebound) << other;
    EXPECT_EQ(rebound.error().code, ErrorCode::Forbidden);
    EXPECT_FALSE(from({{"Host", "127.0.0.1:5001"}, {"Origin", other}})) << other;
  }
  EXPECT_THROW(ApiKeyAuthenticator("", "secret"), std::logic_error);
}

}  // namespace
}  // namespace spm::auth
