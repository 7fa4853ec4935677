#include "integrations/oidc/rules.hpp"

#include <gmock/gmock.h>

namespace spm::oidc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Time kNow = *parse_time("2026-11-23T08:00:00Z");
const std::int64_t kSeconds = std::chrono::duration_cast<std::chrono::seconds>(kNow.time_since_epoch()).count();
const Expected kExpected{.issuer = "https://sso.example.com/realms/it", .client_id = "spm", .nonce = "n-1", .groups_claim = "groups"};

json::object good_claims() {
  return {{"iss", "https://sso.example.com/realms/it"},
          {"sub", "4711"},
          {"aud", "spm"},
          {"exp", kSeconds + 300},
          {"iat", kSeconds - 1},
          {"nonce", "n-1"},
          {"preferred_username", "ada"},
          {"name", "Ada Lovelace"},
          {"groups", json::array{"spm-ops", "cooks"}}};
}

TEST(IdToken, SaysWhoItIs) {
  const auto person = person_of(good_claims(), kExpected, kNow);
  ASSERT_TRUE(person);
  EXPECT_EQ(person->issuer, "https://sso.example.com/realms/it");
  EXPECT_EQ(person->subject, "4711");
  EXPECT_EQ(person->username, "ada");
  EXPECT_EQ(person->display_name, "Ada Lovelace");
  EXPECT_THAT(person->groups, ElementsAre("spm-ops", "cooks"));
}

TEST(IdToken, NamesAndGroupsMayBeMissing) {
  auto claims = good_claims();
  for (const auto* name : {"preferred_username", "name", "groups"}) claims.erase(name);
  auto person = person_of(claims, kExpected, kNow);
  ASSERT_TRUE(person);
  EXPECT_EQ(person->username, "");
  EXPECT_THAT(person->groups, IsEmpty());
  claims["email"] = "ada@example.com";
  claims["name"] = std::string(300, 'a');
  claims["groups"] = "only one";
  person = person_of(claims, kExpected, kNow);
  ASSERT_TRUE(person);
  EXPECT_EQ(person->username, "ada@example.com");
  EXPECT_EQ(person->display_name, "") << "too long for a name";
  EXPECT_THAT(person->groups, ElementsAre("only one"));
}

struct Change {
  std::string claim;
  json::value value;  // null: left out
};

json::object changed(const Change& change) {
  auto claims = good_claims();
  if (change.value.is_null()) {
    claims.erase(change.claim);
  } else {
    claims[change.claim] = change.value;
  }
  return claims;
}

TEST(IdToken, WhatIsWithinTheSkewIsTaken) {
  for (const auto& change : std::vector<Change>{{"exp", kSeconds - 59},
                                                {"iat", kSeconds + 59},
                                                {"nbf", kSeconds + 59},
                                                {"exp", static_cast<double>(kSeconds) + 0.5},
                                                {"aud", json::array{"spm"}},
                                                {"azp", "spm"},
                                                {"sub", json::string(255, 's')}}) {
    const auto person = person_of(changed(change), kExpected, kNow);
    EXPECT_TRUE(person) << change.claim << ' ' << change.value << ": " << (person ? "" : person.error().message);
  }
  auto several = changed({"aud", json::array{"other", "spm"}});
  several["azp"] = "spm";
  EXPECT_TRUE(person_of(several, kExpected, kNow));
}

TEST(IdToken, AnythingThatIsWrongIsRefused) {
  for (const auto& [change, why] : std::vector<std::pair<Change, std::string>>{{{"iss", "https://sso.example.com/realms/other"}, "iss"},
                                                                               {{"iss", "https://sso.example.com/realms/it/"}, "iss"},
                                                                               {{"iss", nullptr}, "iss"},
                                                                               {{"aud", "other"}, "aud"},
                                                                               {{"aud", json::array{}}, "aud"},
                                                                               {{"aud", json::array{"other"}}, "aud"},
                                                                               {{"aud", json::array{"spm", 7}}, "aud"},
                                                                               {{"aud", json::object{{"spm", true}}}, "aud"},
                                                                               {{"aud", nullptr}, "aud"},
                                                                               {{"aud", json::array{"spm", "other"}}, "azp is missing"},
                                                                               {{"azp", "other"}, "azp"},
                                                                               {{"azp", 7}, "azp"},
                                                                               {{"exp", kSeconds - 60}, "expired"},
                                                                               {{"exp", "2099-01-01"}, "exp"},
                                                                               {{"exp", -1}, "exp"},
                                                                               {{"exp", 1e300}, "exp"},
                                                                               {{"exp", nullptr}, "exp"},
                                                                               {{"iat", kSeconds + 61}, "future"},
                                                                               {{"iat", nullptr}, "iat"},
                                                                               {{"nbf", kSeconds + 61}, "not valid yet"},
                                                                               {{"nbf", "soon"}, "nbf"},
                                                                               {{"nonce", "n-2"}, "nonce"},
                                                                               {{"nonce", ""}, "nonce"},
                                                                               {{"nonce", nullptr}, "nonce"},
                                                                               {{"sub", nullptr}, "sub"},
                                                                               {{"sub", ""}, "sub"},
                                                                               {{"sub", 4711}, "sub"},
                                                                               {{"sub", json::string(256, 's')}, "sub"},
                                                                               {{"groups", json::object{{"admin", true}}}, "groups"},
                                                                               {{"groups", json::array{"spm-ops", 7}}, "groups"}}) {
    const auto person = person_of(changed(change), kExpected, kNow);
    ASSERT_FALSE(person) << change.claim << ' ' << change.value;
    EXPECT_EQ(person.error().upstream, UpstreamFailure::Refused);
    EXPECT_THAT(person.error().message, HasSubstr(why));
  }
  EXPECT_FALSE(person_of({}, kExpected, kNow));
}

json::object good_metadata() {
  return {{"issuer", "https://sso.example.com/realms/it"},
          {"authorization_endpoint", "https://sso.example.com/auth"},
          {"token_endpoint", "https://sso.example.com/token"},
          {"jwks_uri", "https://sso.example.com/keys"},
          {"end_session_endpoint", "https://sso.example.com/logout"}};
}

TEST(ProviderMetadata, IsRead) {
  auto document = good_metadata();
  auto metadata = read_metadata(document, "https://sso.example.com/realms/it");
  ASSERT_TRUE(metadata);
  EXPECT_EQ(metadata->token_endpoint, "https://sso.example.com/token");
  EXPECT_EQ(metadata->end_session_endpoint, "https://sso.example.com/logout");
  EXPECT_TRUE(metadata->takes_secret_in_header);
  EXPECT_FALSE(metadata->names_itself_in_answers);
  document["token_endpoint_auth_methods_supported"] = json::array{"client_secret_post", "private_key_jwt"};
  document["authorization_response_iss_parameter_supported"] = true;
  document["issuer"] = "https://sso.example.com/realms/it/";
  document.erase("end_session_endpoint");
  metadata = read_metadata(document, "https://sso.example.com/realms/it");
  ASSERT_TRUE(metadata) << "the setting has no slash at its end, some issuers have";
  EXPECT_EQ(metadata->issuer, "https://sso.example.com/realms/it/");
  EXPECT_FALSE(metadata->takes_secret_in_header);
  EXPECT_TRUE(metadata->names_itself_in_answers);
  EXPECT_FALSE(metadata->end_session_endpoint);
}

TEST(ProviderMetadata, OfAnotherIssuerOrWithoutProtectionIsNotUsed) {
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, json::value>>{{"issuer", "https://evil.example.com"},
                                                        {"issuer", nullptr},
                                                        {"authorization_endpoint", "javascript:alert(1)"},
                                                        {"token_endpoint", "http://sso.example.com/token"},
                                                        {"token_endpoint", nullptr},
                                                        {"jwks_uri", "http://sso.example.com/keys"},
                                                        {"jwks_uri", 7},
                                                        {"end_session_endpoint", "http://sso.example.com/out"}}) {
    auto document = good_metadata();
    document[key] = value;
    const auto metadata = read_metadata(document, "https://sso.example.com/realms/it");
    ASSERT_FALSE(metadata) << key << ' ' << value;
    EXPECT_EQ(metadata.error().upstream, UpstreamFailure::BadAnswer);
  }
}

}  // namespace
}  // namespace spm::oidc
