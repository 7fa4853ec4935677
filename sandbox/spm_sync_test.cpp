#include "sandbox/spm_sync.hpp"

#include <boost/json/parse.hpp>

#include "sandbox/test_world.hpp"

namespace spm::sandbox {
namespace {

class SpmSyncTest : public testing::Test {
 protected:
  json::value get(const std::string& path, std::multimap<std::string, std::string> query = {}, int status = 200) {
    http::Request request;
    request.path = path;
    request.query = std::move(query);
    if (!api_key.empty()) request.headers.emplace("X-API-Key", api_key);
    const auto reply = spm_sync.handle(request);
    EXPECT_EQ(reply.response.status, status);
    return json::parse(reply.response.body);
  }
  FakeClock clock;
  Simulation simulation{test_scenario(), 10, clock};
  SpmSync spm_sync{simulation, SpmSyncSpec{}};
  std::string api_key;
};

TEST_F(SpmSyncTest, EveryPageIsTheFirstOne) {
  const auto first = get("/api/errata", {{"limit", "2"}});
  EXPECT_EQ(first.at("count"), 2);
  EXPECT_EQ(get("/api/errata", {{"limit", "2"}, {"offset", "2"}}), first);
  spm_sync.set_honour_offset(true);
  EXPECT_NE(get("/api/errata", {{"limit", "2"}, {"offset", "2"}}), first);
}

TEST_F(SpmSyncTest, DatesComeInTwoFormsAndSeverityCanBeNull) {
  std::set<bool> http_dates;
  bool null_severity = false;
  const auto answer = get("/api/errata", {{"limit", "100"}});
  for (const auto& item : answer.at("errata").as_array()) {
    http_dates.insert(item.at("issued_date").as_string().ends_with("GMT"));
    null_severity = null_severity || item.at("severity").is_null();
  }
  EXPECT_EQ(http_dates.size(), 2U);
  EXPECT_TRUE(null_severity);
}

TEST_F(SpmSyncTest, PackagesAreListedOnceForEachRelease) {
  EXPECT_EQ(get("/api/errata/USN-2-1/packages").at("packages").as_array().size(), 2U);
  EXPECT_EQ(get("/api/errata/NOPE/packages", {}, 404).at("error"), "Errata not found");
}

TEST_F(SpmSyncTest, GenerationThreeHasNoCatalogueAndWantsItsKey) {
  spm_sync.set_generation(3);
  EXPECT_EQ(get("/api/health").at("api"), "ok");
  get("/api/errata", {}, 401);
  api_key = "sandbox-key";
  get("/api/errata", {}, 404);
  EXPECT_EQ(get("/api/health/detailed").at("alerts").at("stale_dsa_sync"), false);
}

}  // namespace
}  // namespace spm::sandbox
