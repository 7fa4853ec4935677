#include "integrations/oidc/signature.hpp"

#include <cjose/cjose.h>
#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <memory>

namespace spm::oidc {
namespace {

// A key of the provider, or of somebody who would like to be it.
class Key {
 public:
  Key(cjose_jwk_t* jwk, std::string id, std::string algorithm)
      : jwk_(jwk, &cjose_jwk_release), id_(std::move(id)), algorithm_(std::move(algorithm)) {}
  static Key rsa(std::string id, std::size_t bits = 2048) {
    return {cjose_jwk_create_RSA_random(bits, nullptr, 0, nullptr), std::move(id), "RS256"};
  }
  static Key ec(std::string id) { return {cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, nullptr), std::move(id), "ES256"}; }

  [[nodiscard]] json::object published() const {
    const std::unique_ptr<char, void (*)(void*)> text(cjose_jwk_to_json(jwk_.get(), false, nullptr), cjose_get_dealloc());
    auto key = json::parse(text.get()).as_object();
    key["kid"] = id_;
    key["use"] = "sig";
    return key;
  }

  [[nodiscard]] std::string sign(const json::object& claims, const std::map<std::string, std::string>& header) const {
    const std::unique_ptr<cjose_header_t, void (*)(cjose_header_t*)> fields(cjose_header_new(nullptr), &cjose_header_release);
    for (const auto& [name, value] : header) cjose_header_set(fields.get(), name.c_str(), value.c_str(), nullptr);
    const auto text = json::serialize(claims);
    const std::vector<std::uint8_t> bytes(text.begin(), text.end());
    cjose_err error{};
    const std::unique_ptr<cjose_jws_t, void (*)(cjose_jws_t*)> jws(
        cjose_jws_sign(jwk_.get(), fields.get(), bytes.data(), bytes.size(), &error), &cjose_jws_release);
    const char* compact = nullptr;
    EXPECT_TRUE(jws && cjose_jws_export(jws.get(), &compact, &error)) << error.message;
    return compact == nullptr ? "" : compact;
  }
  [[nodiscard]] std::string sign(const json::object& claims) const { return sign(claims, {{"alg", algorithm_}, {"kid", id_}}); }

 private:
  std::unique_ptr<cjose_jwk_t, bool (*)(cjose_jwk_t*)> jwk_;
  std::string id_;
  std::string algorithm_;
};

json::object set_of(std::initializer_list<json::object> keys) {
  json::array list;
  for (const auto& key : keys) list.push_back(key);
  return {{"keys", list}};
}

std::string base64url(std::string_view text) {
  char* encoded = nullptr;
  std::size_t length = 0;
  const std::vector<std::uint8_t> bytes(text.begin(), text.end());
  EXPECT_TRUE(cjose_base64url_encode(bytes.data(), bytes.size(), &encoded, &length, nullptr));
  const std::unique_ptr<char, void (*)(void*)> owned(encoded, cjose_get_dealloc());
  return {encoded, length};
}

const json::object& claims() {
  static const json::object kClaims{{"sub", "4711"}};
  return kClaims;
}

// RSA keys take a while to make.
const Key& provider_key() {
  static const Key kKey = Key::rsa("one");
  return kKey;
}

TEST(Signature, RsaAndEllipticCurvesHold) {
  const auto ec = Key::ec("two");
  const auto keys = set_of({provider_key().published(), ec.published()});
  EXPECT_EQ(verified_claims(provider_key().sign(claims()), keys), claims());
  EXPECT_EQ(verified_claims(ec.sign(claims()), keys), claims());
}

TEST(Signature, AKeyThatIsNotNamedIsFoundWhenThereIsNoChoice) {
  const auto token = provider_key().sign(claims(), {{"alg", "RS256"}});
  const auto other = Key::rsa("other");
  EXPECT_EQ(verified_claims(token, set_of({provider_key().published(), Key::ec("two").published()})), claims());
  EXPECT_EQ(verified_claims(token, set_of({provider_key().published(), other.published()})).error(), SignatureProblem::UnknownKey);
}

TEST(Signature, KeysThatMakeNoSenseArePassedOver) {
  auto without_modulus = provider_key().published();
  without_modulus.erase("n");
  json::object keys = set_of({without_modulus, {{"kty", "RSA"}}, {{"kty", 7}}, provider_key().published()});
  keys["keys"].as_array().insert(keys["keys"].as_array().begin(), {nullptr, "a key", json::array{}});
  EXPECT_EQ(verified_claims(provider_key().sign(claims()), keys), claims());
}

struct Forgery {
  std::string what;
  std::string token;
  json::object keys;
  SignatureProblem problem;
};

std::vector<Forgery> forgeries() {
  const auto& good = provider_key();
  const auto published = set_of({good.published()});
  const auto token = good.sign(claims());
  const auto impostor = Key::rsa("one");
  const auto modulus = std::string(good.published().at("n").as_string());
  const std::vector<std::uint8_t> public_bytes(modulus.begin(), modulus.end());
  const Key as_secret(cjose_jwk_create_oct_spec(public_bytes.data(), public_bytes.size(), nullptr), "one", "HS256");
  const auto payload = token.substr(token.find('.') + 1, token.rfind('.') - token.find('.') - 1);
  auto for_encryption = good.published();
  for_encryption["use"] = "enc";
  auto for_another = good.published();
  for_another["alg"] = "PS256";
  json::object secret{{"kty", "oct"}, {"kid", "one"}, {"k", modulus}};
  const auto weak = Key::rsa("one", 1024);
  auto changed = token;
  changed[token.find('.') + 3] = changed[token.find('.') + 3] == 'A' ? 'B' : 'A';
  auto cut = token.substr(0, token.rfind('.') + 1);
  return {
      {"alg none, unsigned", base64url(R"({"alg":"none"})") + "." + payload + ".", published, SignatureProblem::AlgorithmNotAllowed},
      {"alg none with a signature", base64url(R"({"alg":"none","kid":"one"})") + token.substr(token.find('.')), published,
       SignatureProblem::AlgorithmNotAllowed},
      {"HS256 with the public key as secret", as_secret.sign(claims()), published, SignatureProblem::AlgorithmNotAllowed},
      {"HS256 with a secret among the keys", as_secret.sign(claims()), set_of({secret}), SignatureProblem::AlgorithmNotAllowed},
      {"an algorithm that is not on the list", good.sign(claims(), {{"alg", "RS512"}, {"kid", "one"}}), published,
       SignatureProblem::AlgorithmNotAllowed},
      {"ES256 for a key of RSA", Key::ec("one").sign(claims()), published, SignatureProblem::UnknownKey},
      {"unknown kid", good.sign(claims(), {{"alg", "RS256"}, {"kid", "two"}}), published, SignatureProblem::UnknownKey},
      {"a key for encryption", token, set_of({for_encryption}), SignatureProblem::UnknownKey},
      {"a key for another algorithm", token, set_of({for_another}), SignatureProblem::UnknownKey},
      {"a key that is too short", weak.sign(claims()), set_of({weak.published()}), SignatureProblem::UnknownKey},
      {"no keys", token, {}, SignatureProblem::UnknownKey},
      {"keys that are no list", token, {{"keys", "none"}}, SignatureProblem::UnknownKey},
      {"another's key of the same name", impostor.sign(claims()), published, SignatureProblem::Wrong},
      {"changed claims", changed, published, SignatureProblem::Wrong},
      {"what must be understood and is not", good.sign(claims(), {{"alg", "RS256"}, {"kid", "one"}, {"crit", "exp"}}), published,
       SignatureProblem::Malformed},
      {"no signature", cut, published, SignatureProblem::Wrong},
      {"nothing", "", published, SignatureProblem::Malformed},
      {"garbage", "garbage", published, SignatureProblem::Malformed},
      {"dots", "..", published, SignatureProblem::Malformed},
      {"garbage in three parts", "a.b.c", published, SignatureProblem::Malformed},
      {"too long", std::string(70'000, 'a'), published, SignatureProblem::Malformed},
  };
}

TEST(Signature, ForgeriesAreNotBelieved) {
  for (const auto& forgery : forgeries()) {
    const auto verified = verified_claims(forgery.token, forgery.keys);
    ASSERT_FALSE(verified) << forgery.what;
    EXPECT_EQ(to_string(verified.error()), to_string(forgery.problem)) << forgery.what;
  }
}

TEST(Signature, EveryByteCounts) {
  const auto ec = Key::ec("two");
  const auto token = ec.sign(claims());
  const auto keys = set_of({ec.published()});
  for (std::size_t i = 0; i + 1 < token.size(); ++i) {  // the last letter has bits that no byte needs
    auto changed = token;
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(verified_claims(changed, keys)) << i;
  }
}

}  // namespace
}  // namespace spm::oidc
