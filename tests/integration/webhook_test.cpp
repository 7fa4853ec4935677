// Deliveries of SPM-SYNC: only signed ones, near in time, and each once.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/signature.hpp"
#include "catalogue/catalogue.hpp"
#include "tests/integration/scoped_caller.hpp"
#include "tests/support/clock.hpp"
#include "tests/support/postgres.hpp"

namespace spm::catalogue {
namespace {

constexpr const char* kSecret = "a secret of some length";
constexpr const char* kBody = R"({"event":"new_errata","count":2})";

class Webhook : public testing::Test {
 protected:
  Webhook() {
    for (const std::string job : {"sync_uyuni", "sync_spm_sync"})
      (void)database.query("INSERT INTO periodic_jobs (name, interval_seconds, next_run_at) VALUES ('" + job +
                           "', 1800, '2026-11-23T09:00:00Z') RETURNING name AS value");
  }
  struct Delivery {
    std::string body = kBody;
    std::chrono::seconds off{0};
    std::string key = kSecret;
    std::string signed_body = kBody;
  };
  http::Response deliver(const Delivery& delivery, const test::ScopedCaller& to) {
    http::Request request;
    request.method = http::Method::Post;
    request.path = "/api/v1/webhook/new-errata";
    request.body = delivery.body;
    const auto timestamp = std::to_string(std::chrono::floor<std::chrono::seconds>(clock.now() + delivery.off).time_since_epoch().count());
    request.headers.emplace("Content-Type", "application/json");
    request.headers.emplace("X-SPM-Timestamp", timestamp);
    request.headers.emplace("X-SPM-Signature", "sha256=" + hmac_sha256_hex(delivery.key, timestamp + delivery.signed_body));
    return to.send(std::move(request));
  }
  http::Response deliver(const Delivery& delivery) { return deliver(delivery, caller); }
  std::string one(const std::string& sql) { return database.query(sql)[0].text("value"); }

  test::TestDatabase database;
  test::ManualClock clock;
  test::ScopedCaller caller{webhook_endpoints(database.pool(), clock, {Source::Uyuni, Source::SpmSync}, kSecret), clock};
};

TEST_F(Webhook, ASignedDeliveryStartsASyncOfEverySource) {
  const auto answer = deliver({});
  ASSERT_EQ(answer.status, 202) << answer.body;
  EXPECT_EQ(test::body_of(answer).at("scheduled").as_array().size(), 2U);
  EXPECT_EQ(one("SELECT string_agg(source || ' for ' || requested_by, ', ' ORDER BY id) AS value FROM sync_runs"),
            "uyuni for spm-sync, spm_sync for spm-sync");
  EXPECT_EQ(one("SELECT count(*)::text AS value FROM periodic_jobs WHERE next_run_at <= '2026-11-23T08:00:00Z'"), "2");
}

TEST_F(Webhook, TheSameDeliveryIsTakenOnce) {
  EXPECT_EQ(deliver({}).status, 202);
  EXPECT_EQ(deliver({}).status, 409);
  clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(deliver({}).status, 202) << "another time, another signature";
  clock.advance(std::chrono::minutes(20));
  EXPECT_EQ(deliver({}).status, 202);
  EXPECT_EQ(one("SELECT count(*)::text AS value FROM webhook_deliveries"), "1") << "old signatures are forgotten";
}

TEST_F(Webhook, WhatIsNotSignedNowByWhoKnowsTheSecretDoesNothing) {
  EXPECT_EQ(deliver({.key = "another secret of some length"}).status, 401);
  EXPECT_EQ(deliver({.body = R"({"event":"new_errata","count":3})"}).status, 401) << "the body was changed";
  EXPECT_EQ(deliver({.off = std::chrono::minutes(-6)}).status, 401);
  EXPECT_EQ(deliver({.off = std::chrono::minutes(6)}).status, 401);
  EXPECT_EQ(caller.write(http::Method::Post, "/api/v1/webhook/new-errata", json::object{{"event", "new_errata"}}).status, 401);
  EXPECT_EQ(caller.write(http::Method::Post, "/api/v1/webhook/new-errata", json::object{{"event", "other"}}).status, 400);
  EXPECT_EQ(one("SELECT count(*)::text AS value FROM sync_runs"), "0");
}

TEST_F(Webhook, WithoutASecretItIsOff) {
  const test::ScopedCaller off{webhook_endpoints(database.pool(), clock, {Source::Uyuni}, ""), clock};
  EXPECT_EQ(deliver({.key = ""}, off).status, 404);
}

}  // namespace
}  // namespace spm::catalogue
