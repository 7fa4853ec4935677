#include "http/static_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace spm::http {
namespace {

const std::vector<Asset> kAssets{
    {.path = "/index.html", .type = "text/html; charset=utf-8", .digest = "aa", .plain = "<html>", .gzip = "GZ", .brotli = "BR"},
    {.path = "/assets/index-1f.js", .type = "text/javascript", .digest = "bb", .plain = "code", .gzip = "gz", .brotli = "br"},
    {.path = "/favicon.svg", .type = "image/svg+xml", .digest = "cc", .plain = "<svg>", .gzip = {}, .brotli = {}}};

Response get(const std::string& path, Headers headers = {}) {
  Request request;
  request.path = path;
  request.headers = std::move(headers);
  return StaticFiles(kAssets).answer(request);
}

std::string header(const Response& response, std::string_view name) {
  const auto found = response.headers.find(name);
  return found == response.headers.end() ? "" : found->second;
}

TEST(StaticFiles, ServesTheBestCompressionThatTheBrowserTakes) {
  struct Case {
    std::string accept;
    std::string body;
    std::string encoding;
  };
  for (const auto& [accept, body, encoding] : std::vector<Case>{{"gzip, deflate, br", "br", "br"},
                                                                {"gzip", "gz", "gzip"},
                                                                {"br;q=0, gzip;q=0.5", "gz", "gzip"},
                                                                {"identity", "code", ""},
                                                                {"", "code", ""}}) {
    const auto response = get("/assets/index-1f.js", {{"Accept-Encoding", accept}});
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, body) << accept;
    EXPECT_EQ(header(response, "Content-Encoding"), encoding) << accept;
    EXPECT_EQ(header(response, "Vary"), "Accept-Encoding");
  }
  EXPECT_EQ(get("/favicon.svg", {{"Accept-Encoding", "br"}}).body, "<svg>");
}

TEST(StaticFiles, LetsBrowsersKeepForEverOnlyWhatCarriesItsDigest) {
  EXPECT_EQ(header(get("/assets/index-1f.js"), "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header(get("/index.html"), "Cache-Control"), "no-cache");
}

TEST(StaticFiles, AnswersNotModifiedToWhoHasIt) {
  const auto tag = header(get("/", {{"Accept-Encoding", "br"}}), "ETag");
  EXPECT_EQ(tag, "\"aa-br\"");
  const auto again = get("/", {{"Accept-Encoding", "br"}, {"If-None-Match", "\"zz\", W/" + tag}});
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(again.body, "");
  EXPECT_EQ(get("/", {{"If-None-Match", tag}}).status, 200) << "the other form is another content";
}

TEST(StaticFiles, GivesTheIndexForThePagesOfTheDashboard) {
  for (const auto* path : {"/", "/approvals/12", "/errata/RHSA-2026:0123.1"}) {
    const auto response = get(path);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_EQ(response.body, "<html>") << path;
  }
}

TEST(StaticFiles, SaysSoWhenAPageOfAnOlderVersionAsksForItsCode) { EXPECT_EQ(get("/assets/index-0a.js").status, 404); }

TEST(StaticFiles, ForbidsScriptsAndStylesThatAreNotItsOwn) {
  for (const auto* path : {"/", "/assets/index-1f.js", "/assets/gone.js"}) {
    const auto policy = header(get(path), "Content-Security-Policy");
    EXPECT_THAT(policy, testing::HasSubstr("default-src 'none'; script-src 'self'; style-src 'self';"));
    EXPECT_THAT(policy, testing::HasSubstr("frame-ancestors 'none'"));
    EXPECT_THAT(policy, testing::Not(testing::HasSubstr("unsafe")));
    EXPECT_EQ(header(get(path), "X-Content-Type-Options"), "nosniff");
  }
}

TEST(StaticFiles, CanOnlyBeRead) {
  Request request;
  request.method = Method::Post;
  request.path = "/";
  const auto response = StaticFiles(kAssets).answer(request);
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(header(response, "Allow"), "GET, HEAD");
}

TEST(StaticFiles, RefusesASetThatCannotBeServed) {
  EXPECT_THROW(StaticFiles({kAssets[1]}), std::logic_error);
  EXPECT_THROW(StaticFiles({kAssets[0], kAssets[0]}), std::logic_error);
}

}  // namespace
}  // namespace spm::http
