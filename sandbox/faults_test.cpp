#include "sandbox/faults.hpp"

#include <gtest/gtest.h>

namespace spm::sandbox {
namespace {

http::Reply answer(http::Request&) {
  http::Reply reply;
  reply.response = http::text_response(200, "{}", "application/json");
  return reply;
}

TEST(Faults, NothingHappensWithoutAPlan) {
  Faults faults(Dialect::Json);
  http::Request request;
  const auto reply = faults.apply(request, answer);
  EXPECT_EQ(reply.response.body, "{}");
  EXPECT_EQ(reply.delivery, http::Delivery::Whole);
}

TEST(Faults, ErrorsComeAtTheirRateAndFromTheSeed) {
  const auto errors = [](std::uint64_t seed) {
    Faults faults(Dialect::Json);
    FaultPlan plan;
    plan.error_rate = 0.3;
    plan.seed = seed;
    faults.set(plan);
    std::vector<int> statuses;
    http::Request request;
    for (int i = 0; i < 200; ++i) statuses.push_back(faults.apply(request, answer).response.status);
    return statuses;
  };
  const auto first = errors(1);
  EXPECT_EQ(first, errors(1));
  EXPECT_NE(first, errors(2));
  EXPECT_NEAR(static_cast<double>(std::count(first.begin(), first.end(), 502)), 60, 25);
}

TEST(Faults, A502MeansThatTheServerBehindNeverSawTheRequest) {
  Faults faults(Dialect::Json);
  FaultPlan plan;
  plan.error_rate = 1;
  faults.set(plan);
  http::Request request;
  bool called = false;
  const auto reply = faults.apply(request, [&](http::Request& plain) { return called = true, answer(plain); });
  EXPECT_FALSE(called);
  EXPECT_EQ(reply.response.status, 502);
}

TEST(Faults, ADroppedConnectionMeansThatItWasCarriedOut) {
  Faults faults(Dialect::XmlRpc);
  FaultPlan plan;
  plan.drop_rate = 1;
  faults.set(plan);
  http::Request request;
  bool called = false;
  const auto reply = faults.apply(request, [&](http::Request& plain) { return called = true, answer(plain); });
  EXPECT_TRUE(called);
  EXPECT_EQ(reply.delivery, http::Delivery::DropConnection);
}

TEST(Faults, HugeAnswersAreFiftyMegabytes) {
  Faults faults(Dialect::XmlRpc);
  FaultPlan plan;
  plan.huge = true;
  faults.set(plan);
  http::Request request;
  EXPECT_GE(faults.apply(request, answer).response.body.size(), 50'000'000U);
}

}  // namespace
}  // namespace spm::sandbox
