#include "auth/seal.hpp"

#include <gtest/gtest.h>

namespace spm::auth {
namespace {

TEST(Seal, OpensWhatItClosedAndNothingElse) {
  const Seal seal("the secret key of the installation");
  const auto sealed = seal.close("a verifier", "oidc verifier");
  EXPECT_EQ(sealed.find("verifier"), std::string::npos);
  EXPECT_EQ(seal.open(sealed, "oidc verifier"), "a verifier");
  EXPECT_NE(seal.close("a verifier", "oidc verifier"), sealed) << "a nonce of its own each time";
  EXPECT_EQ(seal.open(seal.close("", "x"), "x"), "");

  EXPECT_FALSE(seal.open(sealed, "oidc nonce")) << "another purpose";
  EXPECT_FALSE(Seal("another secret key").open(sealed, "oidc verifier"));
  auto changed = sealed;
  changed.back() = changed.back() == '0' ? '1' : '0';
  EXPECT_FALSE(seal.open(changed, "oidc verifier"));
  for (const auto* garbage : {"", "0", "zz", "00ff", "a verifier"}) EXPECT_FALSE(seal.open(garbage, "oidc verifier")) << garbage;
}

}  // namespace
}  // namespace spm::auth
