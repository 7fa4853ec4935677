#include "http/router.hpp"

#include <gmock/gmock.h>

namespace spm::http {
namespace {

using testing::ElementsAre;
using testing::Pair;

Endpoint endpoint(Method method, std::string_view path) {
  return {method, path, access::Permission::ReadState, [](const Request&) -> Result<Response> { return Response{}; }};
}

const Router& router() {
  static const Router kRouter({endpoint(Method::Get, "/queue/{id}"), endpoint(Method::Patch, "/queue/{id}"),
                               endpoint(Method::Get, "/queue/stats"), endpoint(Method::Get, "/queue"), endpoint(Method::Post, "/queue"),
                               endpoint(Method::Get, "/errata/{errata_id}"), endpoint(Method::Get, "/errata/cache/stats"),
                               endpoint(Method::Get, "/errata/{errata_id}/packages"), endpoint(Method::Post, "/queue/{queue_id}")});
  return kRouter;
}

std::string_view path_of(const RouteSearch& search) {
  return std::holds_alternative<Route>(search) ? std::get<Route>(search).endpoint->path : "none";
}

TEST(Router, LiteralSegmentsBeatParameters) {
  EXPECT_EQ(path_of(router().find(Method::Get, "/queue/stats")), "/queue/stats");
  EXPECT_EQ(path_of(router().find(Method::Get, "/queue/17")), "/queue/{id}");
  EXPECT_EQ(path_of(router().find(Method::Get, "/errata/cache/stats")), "/errata/cache/stats");
  EXPECT_EQ(path_of(router().find(Method::Get, "/errata/cache/packages")), "/errata/{errata_id}/packages");
}

TEST(Router, ParametersAreDecodedAfterTheSplit) {
  EXPECT_THAT(std::get<Route>(router().find(Method::Get, "/errata/ALSA-2026:A009")).path_params,
              ElementsAre(Pair("errata_id", "ALSA-2026:A009")));
  EXPECT_THAT(std::get<Route>(router().find(Method::Get, "/errata/a%2Fb%3A")).path_params, ElementsAre(Pair("errata_id", "a/b:")));
  EXPECT_THAT(std::get<Route>(router().find(Method::Post, "/queue/17")).path_params, ElementsAre(Pair("queue_id", "17")))
      << "each endpoint names its parameter itself";
}

TEST(Router, UnknownPaths) {
  for (const auto* path : {"/", "", "queue", "/queue/", "/queue//", "/queue/1/2", "/Queue", "/errata/%zz", "/errata/%00"}) {
    EXPECT_TRUE(std::holds_alternative<NoSuchPath>(router().find(Method::Get, path))) << path;
  }
}

TEST(Router, WrongMethodsAreToldWhatIsAllowed) {
  EXPECT_EQ(std::get<WrongMethod>(router().find(Method::Delete, "/queue/17")).allow, "GET, HEAD, POST, PATCH");
  EXPECT_EQ(std::get<WrongMethod>(router().find(Method::Patch, "/queue/stats")).allow, "GET, HEAD") << "the literal path decides alone";
  EXPECT_EQ(std::get<WrongMethod>(router().find(Method::Other, "/queue")).allow, "GET, HEAD, POST");
}

TEST(Router, HeadIsAnsweredByGet) { EXPECT_EQ(path_of(router().find(Method::Head, "/queue")), "/queue"); }

TEST(Router, RefusesATableThatContradictsItself) {
  EXPECT_THROW(Router({endpoint(Method::Get, "/a/{x}"), endpoint(Method::Get, "/a/{y}")}), std::logic_error);
  EXPECT_THROW(Router({endpoint(Method::Get, "a")}), std::logic_error);
  EXPECT_THROW(Router({endpoint(Method::Get, "/a{x}")}), std::logic_error);
}

}  // namespace
}  // namespace spm::http
