#include "base/canonical_json.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "base/digest.hpp"

namespace spm {
namespace {

std::string canonical(std::string_view text) { return canonical_json(json::parse(text)); }

TEST(CanonicalJson, SortsKeysAtEveryDepth) {
  EXPECT_EQ(canonical(R"({"b": [1, {"z": null, "a": true}], "a": "x", "": {}})"), R"({"":{},"a":"x","b":[1,{"a":true,"z":null}]})");
}

TEST(CanonicalJson, WritesNumbersInTheirShortestForm) {
  EXPECT_EQ(canonical("[1, -7, 1.25E1, 0.1, 12.0, 1e300, 9007199254740993, 0.00001]"),
            "[1,-7,12.5,0.1,12.0,1e+300,9007199254740993,1e-05]");
}

TEST(CanonicalJson, KeepsTextAsItIs) {
  EXPECT_EQ(canonical(R"(["caf\u00e9 \u2026", "a\"b\\c\/d\n\t\u0001"])"), "[\"café …\",\"a\\\"b\\\\c/d\\n\\t\\u0001\"]");
}

TEST(CanonicalJson, IsTheSameForTheSameValueWhateverItsOrder) {
  EXPECT_EQ(canonical(R"({"x":1,"y":[2,3]})"), canonical(R"({ "y" : [2,3], "x" : 1 })"));
  EXPECT_NE(canonical(R"({"y":[3,2]})"), canonical(R"({"y":[2,3]})"));
}

TEST(Digest, IsSha256) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace spm
