#include "base/json_access.hpp"

#include <gtest/gtest.h>

namespace spm {
namespace {

json::object object_of(std::string_view text) { return parse_json(text).value().as_object(); }

template <class T>
std::string complaint(const Result<T>& result) {
  if (result) return "(no error)";
  EXPECT_EQ(result.error().code, ErrorCode::ValidationError);
  return result.error().message;
}

TEST(JsonAccess, ReadsWhatIsThere) {
  const auto o = object_of(R"({"s":"text","i":5,"n":1.5,"b":true,"a":[1],"o":{"x":1},"null":null})");
  EXPECT_EQ(required_string(o, "s"), "text");
  EXPECT_EQ(required_integer(o, "i"), 5);
  EXPECT_EQ(required_number(o, "n"), 1.5);
  EXPECT_EQ(required_number(o, "i"), 5.0);
  EXPECT_EQ(required_bool(o, "b"), true);
  EXPECT_EQ((*required_array(o, "a"))->size(), 1U);
  EXPECT_EQ((*required_object(o, "o"))->size(), 1U);
}

TEST(JsonAccess, AbsentAndNullAreTheSame) {
  const auto o = object_of(R"({"null":null})");
  for (const char* key : {"null", "absent"}) {
    EXPECT_EQ(optional_string(o, key).value(), std::nullopt);
    EXPECT_EQ(optional_integer(o, key).value(), std::nullopt);
    EXPECT_EQ(optional_number(o, key).value(), std::nullopt);
    EXPECT_EQ(optional_bool(o, key).value(), std::nullopt);
    EXPECT_EQ(optional_array(o, key).value(), nullptr);
    EXPECT_EQ(optional_object(o, key).value(), nullptr);
    EXPECT_EQ(complaint(required_string(o, key)), std::string(key) + " is missing");
  }
}

TEST(JsonAccess, ErrorsNameThePath) {
  const auto o = object_of(R"({"title":5})");
  EXPECT_EQ(complaint(required_string(o, "title", {"errata", 3})), "errata[3].title must be a string");
  const auto error = optional_string(o, "title", {"errata"}).error();
  EXPECT_EQ(error.details.at("fields").at("errata.title"), "must be a string");
  EXPECT_EQ(complaint(as_object(json::value(1), {"errata", 3})), "errata[3] must be an object");
  EXPECT_EQ(complaint(as_object(json::value(1))), "the document must be an object");
}

TEST(JsonAccess, WrongTypesAreRefused) {
  const auto o = object_of(R"({"s":"5","i":5,"d":5.5,"big":18446744073709551615,"z":"a\u0000b","e":""})");
  EXPECT_EQ(complaint(required_integer(o, "s")), "s must be an integer");
  EXPECT_EQ(complaint(required_integer(o, "d")), "d must be an integer");
  EXPECT_NE(complaint(required_integer(o, "big")).find("must be"), std::string::npos);
  EXPECT_EQ(complaint(required_integer(o, "i", {}, {0, 4})), "i must be 0..4");
  EXPECT_EQ(complaint(required_bool(o, "i")), "i must be true or false");
  EXPECT_EQ(complaint(required_array(o, "i")), "i must be a list");
  EXPECT_EQ(complaint(required_object(o, "i")), "i must be an object");
  EXPECT_EQ(complaint(required_number(o, "s")), "s must be a number");
  EXPECT_EQ(complaint(required_string(o, "s", {}, {0})), "s must be at most 0 bytes long");
  EXPECT_EQ(complaint(required_string(o, "z")), "z must not hold NUL characters");
  EXPECT_EQ(complaint(required_string(o, "e", {}, {10, false})), "e must not be empty");
}

TEST(JsonAccess, DocumentsAreBoundedInDepth) {
  EXPECT_TRUE(parse_json(std::string(30, '[') + std::string(30, ']')));
  EXPECT_FALSE(parse_json(std::string(40, '[') + std::string(40, ']')));
  EXPECT_NE(complaint(parse_json("{\"a\":")).find("not JSON"), std::string::npos);
  EXPECT_FALSE(parse_json(""));
  EXPECT_FALSE(parse_json("{} x"));
  EXPECT_FALSE(parse_json("\"\xff\""));
}

TEST(JsonAccess, ListsAreBounded) {
  const auto o = object_of(R"({"a":[1,2,3]})");
  EXPECT_EQ(complaint(required_array(o, "a", {}, 2)), "a must hold at most 2 items");
}

}  // namespace
}  // namespace spm
