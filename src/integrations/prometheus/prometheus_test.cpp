#include "integrations/prometheus/prometheus.hpp"

#include <gtest/gtest.h>

#include "base/json_access.hpp"

namespace spm::prometheus {
namespace {

Result<std::optional<double>> read(std::string_view text) { return read_instant_value(*parse_json(text)); }

std::string vector_of(std::string_view value) {
  return R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1.5,")" + std::string(value) + R"("]}]}})";
}

TEST(InstantValue, ReadsNumbersThatComeAsStrings) {
  EXPECT_DOUBLE_EQ(read(vector_of("12.5")).value().value(), 12.5);
  EXPECT_DOUBLE_EQ(read(vector_of("1e-07")).value().value(), 1e-07);
  EXPECT_DOUBLE_EQ(read(vector_of("0")).value().value(), 0.0);
}

TEST(InstantValue, NoMeasurementIsNeverZero) {
  for (const auto* value : {"NaN", "+Inf", "-Inf"}) EXPECT_FALSE(read(vector_of(value)).value().has_value()) << value;
  EXPECT_FALSE(read(R"({"status":"success","data":{"resultType":"vector","result":[]}})").value().has_value());
}

TEST(InstantValue, NonsenseIsAnErrorNotAValue) {
  for (const auto* text :
       {R"([])", R"({})", R"({"status":"success"})", R"({"status":"success","data":{"resultType":"matrix","result":[]}})",
        R"({"status":"success","data":{"resultType":"vector","result":[{"value":[1]}]}})",
        R"({"status":"success","data":{"resultType":"vector","result":[{"value":[1,2]}]}})",
        R"({"status":"success","data":{"resultType":"vector","result":[{"value":[1,"x"]}]}})"}) {
    const auto value = read(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().upstream, UpstreamFailure::BadAnswer) << text;
  }
}

TEST(InstantValue, ARefusedQueryCarriesItsReason) {
  const auto value = read(R"({"status":"error","errorType":"execution","error":"many-to-many matching not allowed"})");
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().upstream, UpstreamFailure::Refused);
  EXPECT_NE(value.error().message.find("many-to-many"), std::string::npos);
}

TEST(PromqlString, QuotesWhatWouldEndTheString) { EXPECT_EQ(promql_string("a\"b\\c\nd"), "\"a\\\"b\\\\c d\""); }

}  // namespace
}  // namespace spm::prometheus
