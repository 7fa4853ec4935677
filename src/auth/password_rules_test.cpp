#include "auth/password_rules.hpp"

#include <gtest/gtest.h>

namespace spm::auth {
namespace {

bool is_good(std::string_view password) { return !problem_with_password(password, {"ada", "Ada Lovelace"}); }

TEST(PasswordRules, LengthCounts) {
  EXPECT_FALSE(is_good("k7#mQz!vR2x"));
  EXPECT_TRUE(is_good("k7#mQz!vR2xp"));
  EXPECT_TRUE(is_good("correct horse battery staple"));
  EXPECT_TRUE(is_good("zürich-öffnet-spät"));
  EXPECT_FALSE(is_good("öööäääüüüß")) << "bytes are not characters";
  std::string long_one;
  while (long_one.size() < 128) long_one += "k7#mQz!v";
  EXPECT_TRUE(is_good(long_one));
  EXPECT_FALSE(is_good(long_one + "x"));
}

TEST(PasswordRules, WhatIsTriedFirstIsRefused) {
  for (const auto* password : {"password1234", "P@ssw0rd2026!", "123456789012", "aaaaaaaaaaaa", "qwertyuiop123", "Administrator1",
                               "spm-orchestrator", "SpmOrchestrator1!", "Welcome12345!", "changeme-changeme", "letmeinletmein",
                               "adaadaadaada", "Lovelace2026!", "ada.lovelace.1", "abababababab", "passwordpassword"}) {
    EXPECT_FALSE(is_good(password)) << password;
  }
}

TEST(PasswordRules, AWordOfTheListWithinALongerOneIsNoHarm) {
  EXPECT_TRUE(is_good("my password is a blue kettle"));
  EXPECT_TRUE(is_good("ada rides 7 green trams home"));
}

}  // namespace
}  // namespace spm::auth
