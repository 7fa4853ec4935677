#include "http/request_limits.hpp"

#include <gtest/gtest.h>

namespace spm::http {
namespace {

using namespace std::chrono_literals;

const RateLimit::Instant kNow{1000h};

std::int64_t seconds_to_wait(const Result<void>& refused) {
  EXPECT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::RateLimited);
  return refused.error().details.at("retry_after_seconds").as_int64();
}

TEST(RateLimit, AllowsABurstAndThenItsRate) {
  RateLimit limit({.per_minute = 6, .burst = 3});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limit.take("ada", kNow));
  EXPECT_EQ(seconds_to_wait(limit.take("ada", kNow)), 10);
  EXPECT_TRUE(limit.take("bob", kNow)) << "everybody has a bucket of his own";
  EXPECT_EQ(seconds_to_wait(limit.take("ada", kNow + 4s)), 6);
  EXPECT_TRUE(limit.take("ada", kNow + 10s));
  EXPECT_FALSE(limit.take("ada", kNow + 10s));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(limit.take("ada", kNow + 1h));
  EXPECT_FALSE(limit.take("ada", kNow + 1h)) << "a long silence is worth no more than a burst";
}

TEST(RateLimit, ZeroIsNoLimit) {
  RateLimit limit({.per_minute = 0, .burst = 1});
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(limit.take("ada", kNow));
}

TEST(RateLimit, ManyNamesTakeNoMoreMemory) {
  RateLimit limit({.per_minute = 1, .burst = 1});
  EXPECT_TRUE(limit.take("ada", kNow));
  for (int i = 0; i < 50'000; ++i) EXPECT_TRUE(limit.take(std::to_string(i), kNow + 1h));
}

Request from(const std::string& address, const std::string& key) {
  Request request;
  request.remote_address = address;
  request.headers.emplace("X-API-Key", key);
  return request;
}

Result<access::Principal> by_key(const Request& request) {
  if (request.header("X-API-Key") == "good") return access::Principal{"api-key:1", access::all_permissions()};
  return fail(ErrorCode::Unauthorized, "wrong key");
}

TEST(RequestLimits, AnAddressThatGuessesKeysIsNotListenedTo) {
  RequestLimits limits({.per_minute = 1000, .burst = 1000}, {.per_minute = 1, .burst = 3});
  const auto authenticate = limits.limited(by_key);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(authenticate(from("192.0.2.1", "guess")).error().code, ErrorCode::Unauthorized);
  EXPECT_EQ(authenticate(from("192.0.2.1", "good")).error().code, ErrorCode::RateLimited) << "a lucky guess would tell";
  EXPECT_TRUE(authenticate(from("192.0.2.2", "good")));
}

TEST(RequestLimits, ABrowserWithoutASessionGuessesNothing) {
  RequestLimits limits({.per_minute = 1000, .burst = 1000}, {.per_minute = 1, .burst = 1});
  const auto authenticate = limits.limited([](const Request& request) -> Result<access::Principal> {
    if (request.header("Cookie") == "open") return access::Principal{"user:ada", access::all_permissions()};
    return by_key(request);
  });
  const auto with_cookie = [](const std::string& cookie) {
    Request request;
    request.remote_address = "192.0.2.1";
    request.headers.emplace("Cookie", cookie);
    return request;
  };
  for (int i = 0; i < 10; ++i) EXPECT_EQ(authenticate(with_cookie("over")).error().code, ErrorCode::Unauthorized);
  EXPECT_EQ(authenticate(from("192.0.2.1", "guess")).error().code, ErrorCode::Unauthorized) << "the address is listened to";
  EXPECT_EQ(authenticate(from("192.0.2.1", "good")).error().code, ErrorCode::RateLimited);
  EXPECT_TRUE(authenticate(with_cookie("open"))) << "who works there goes on working";
}

TEST(RequestLimits, AnAddressOfOneIpv6NetworkIsLikeAnother) {
  RequestLimits limits({.per_minute = 1000, .burst = 1000}, {.per_minute = 1, .burst = 2});
  const auto authenticate = limits.limited(by_key);
  EXPECT_EQ(authenticate(from("2001:db8:1:2::1", "guess")).error().code, ErrorCode::Unauthorized);
  EXPECT_EQ(authenticate(from("2001:db8:1:2:a::2", "guess")).error().code, ErrorCode::Unauthorized);
  EXPECT_EQ(authenticate(from("2001:db8:1:2::3", "good")).error().code, ErrorCode::RateLimited);
  EXPECT_TRUE(authenticate(from("2001:db8:1:3::1", "good")));
  EXPECT_EQ(authenticate(from("2001:db8::1:2:3:4", "guess")).error().code, ErrorCode::Unauthorized);
  EXPECT_EQ(authenticate(from("2001:db8::5:6:7:8", "guess")).error().code, ErrorCode::Unauthorized);
  EXPECT_EQ(authenticate(from("2001:db8::9", "good")).error().code, ErrorCode::RateLimited) << "zeros in the network's part";
}

TEST(RequestLimits, AnIdentityHasItsShareWhereverItComesFrom) {
  RequestLimits limits({.per_minute = 1, .burst = 2}, {.per_minute = 1000, .burst = 1000});
  const auto authenticate = limits.limited(by_key);
  EXPECT_TRUE(authenticate(from("192.0.2.1", "good")));
  EXPECT_TRUE(authenticate(from("192.0.2.2", "good")));
  EXPECT_EQ(authenticate(from("192.0.2.3", "good")).error().code, ErrorCode::RateLimited);
}

TEST(RequestLimits, LoginsCountAndHealthDoesNot) {
  RequestLimits limits({.per_minute = 1, .burst = 1}, {.per_minute = 1, .burst = 2});
  const auto answer = [](const Request&) -> Result<Response> { return text_response(200, ""); };
  const auto login = limits.limited(Endpoint{Method::Post, "/login", access::Permission::Open, answer});
  const auto health = limits.limited(Endpoint{Method::Get, "/health", access::Permission::Open, answer});
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(login.handle(from("192.0.2.1", "")));
  EXPECT_EQ(login.handle(from("192.0.2.1", "")).error().code, ErrorCode::RateLimited);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(health.handle(from("192.0.2.1", "")));
}

}  // namespace
}  // namespace spm::http
