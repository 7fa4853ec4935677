// docs/security.md says who may call what. Here every endpoint of the program is called as every role, and as nobody, and the answers are
// held against that page. Regenerate its table with SPM_UPDATE_DOCUMENTS=1 and look at the difference: each row is a decision.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "access/roles.hpp"
#include "app/service.hpp"
#include "config/settings.hpp"
#include "identity/identity.hpp"
#include "tests/support/clock.hpp"
#include "tests/support/paths.hpp"
#include "tests/support/postgres.hpp"

namespace spm::test {
namespace {

const std::string kPage = test::in_source("docs/security.md");
constexpr std::string_view kBegin = "<!-- endpoints: generated -->\n";
constexpr std::string_view kEnd = "<!-- end of endpoints -->\n";

std::string read_page() {
  std::ifstream file(kPage, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The part between the markers.
std::pair<std::size_t, std::size_t> table_in(const std::string& page) {
  const auto begin = page.find(kBegin) + kBegin.size();
  return {begin, page.find(kEnd) - begin};
}

std::string permissions_as_table(const std::vector<http::Endpoint>& endpoints) {
  std::string table = "| call | permission | nobody |";
  std::string line = "| --- | --- | --- |";
  for (const auto role : access::all_roles()) {
    table += fmt::format(" {} |", access::to_string(role));
    line += " --- |";
  }
  table += "\n" + line + "\n";
  for (const auto& endpoint : endpoints) {
    const bool is_open = endpoint.permission == access::Permission::Open;
    table += fmt::format("| `{} {}` | {} | {} |", http::to_string(endpoint.method), endpoint.path, access::to_string(endpoint.permission),
                         is_open ? "yes" : "");
    for (const auto role : access::all_roles()) {
      table += is_open || access::permissions_of(role).contains(endpoint.permission) ? " yes |" : "  |";
    }
    table += "\n";
  }
  return table;
}

using Allowed = std::map<std::string, bool>;  // by the heading of the column

// "GET /api/v1/queue" → who may, as the page says.
std::map<std::string, Allowed> parse_table(const std::string& text) {
  std::map<std::string, Allowed> rows;
  std::vector<std::string> headings;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> cells;
    std::istringstream parts(line.substr(1));
    for (std::string cell; std::getline(parts, cell, '|');) {
      const auto first = cell.find_first_not_of(" `");
      cells.push_back(first == std::string::npos ? "" : cell.substr(first, cell.find_last_not_of(" `") - first + 1));
    }
    if (headings.empty()) {
      headings = cells;
    } else if (cells.at(0) != "---") {
      for (std::size_t i = 2; i < headings.size(); ++i) rows[cells[0]][headings[i]] = cells.at(i) == "yes";
    }
  }
  return rows;
}

class RoleMatrix : public ::testing::Test {
 protected:
  static config::Settings settings_for(const TestDatabase& database) {
    const config::Environment environment{{"API_HOST", "127.0.0.1"}};
    auto loaded = config::load(environment, std::nullopt, config::Purpose::Demo);
    EXPECT_TRUE(loaded) << (loaded ? "" : loaded.error().message);
    loaded->settings.database.conninfo = database.conninfo();
    loaded->settings.api.port = 0;
    loaded->settings.api.attempts_per_minute = 0;
    loaded->settings.api.key = "the-key-of-the-configuration";
    loaded->settings.api.metrics_token = "the-token-of-prometheus";
    loaded->settings.command_backend = config::CommandBackend::Uyuni;
    loaded->settings.uyuni.url = "https://127.0.0.1:1";
    loaded->settings.database.pool_size = 4;
    return loaded->settings;
  }

  // "allowed", "forbidden" or "unauthorized". Ids that nothing has and bodies that are none: nobody gets beyond the gate.
  std::string verdict_of(const http::Endpoint& endpoint, const std::string& cookie) {
    if (cookie.empty()) return verdict_of(endpoint, http::Headers{});
    return verdict_of(endpoint, http::Headers{{"Cookie", "spm_session=" + cookie}, {"X-CSRF-Token", csrf_of(cookie)}});
  }
  http::Response answer_of(const http::Endpoint& endpoint, http::Headers headers) {
    http::Request request;
    request.method = endpoint.method;
    request.headers = std::move(headers);
    std::string path(endpoint.path);
    for (auto open = path.find('{'); open != std::string::npos; open = path.find('{')) {
      path.replace(open, path.find('}') - open + 1, "999999999");
    }
    request.path = path;
    request.request_id = "test";
    return service.handle(request).response;
  }
  std::string verdict_of(const http::Endpoint& endpoint, http::Headers headers) {
    const auto response = answer_of(endpoint, std::move(headers));
    EXPECT_NE(response.status, 429) << endpoint.path << ": not a verdict";
    if (response.status == 401) return endpoint.permission == access::Permission::Open ? "allowed" : "unauthorized";
    const bool is_refused = response.status == 403 && response.body.find("it needs the permission") != std::string::npos;
    return is_refused ? "forbidden" : "allowed";
  }

  std::string csrf_of(const std::string& cookie) {
    http::Request request;
    request.path = "/api/v1/auth/me";
    request.request_id = "test";
    request.headers.emplace("Cookie", "spm_session=" + cookie);
    const auto profile = json::parse(service.handle(request).response.body).as_object();
    return std::string(profile.at("csrf_token").as_string());
  }

  std::int64_t user_with(access::Role role) {
    identity::NewUser user;
    user.username = access::to_string(role);
    user.roles = {user.username};
    user.password = "seven green trams at noon";
    user.must_change_password = false;
    return identity::add_user(database.pool(), user, {"test", "", clock.now()}).value().id;
  }

  TestDatabase database;
  ManualClock clock;
  app::Service service{settings_for(database), clock};
};

TEST_F(RoleMatrix, EveryEndpointTakesThoseWhomThePageNamesAndNobodyElse) {
  auto page = read_page();
  const auto [begin, length] = table_in(page);
  const auto generated = permissions_as_table(service.endpoints());
  if (std::getenv("SPM_UPDATE_DOCUMENTS") != nullptr) {
    page.replace(begin, length, generated);
    std::ofstream(kPage, std::ios::binary) << page;
  }
  const auto table = read_page().substr(table_in(read_page()).first, table_in(read_page()).second);
  const auto documented = parse_table(table);
  EXPECT_EQ(documented.size(), service.endpoints().size()) << "rows of endpoints that are gone, or endpoints without a row";

  for (const auto& endpoint : service.endpoints()) {
    const auto call = fmt::format("{} {}", http::to_string(endpoint.method), endpoint.path);
    const auto row = documented.find(call);
    if (row == documented.end()) {
      ADD_FAILURE() << call << " is not in docs/security.md: run this test with SPM_UPDATE_DOCUMENTS=1 and look at the difference";
      continue;
    }
    EXPECT_EQ(verdict_of(endpoint, ""), row->second.at("nobody") ? "allowed" : "unauthorized") << call << " as nobody";
  }
  for (const auto role : access::all_roles()) {
    const auto user = user_with(role);
    for (const auto& endpoint : service.endpoints()) {
      const auto call = fmt::format("{} {}", http::to_string(endpoint.method), endpoint.path);
      if (!documented.contains(call)) continue;
      const auto session = identity::open_session(database.pool(), user, {}, clock.now());
      EXPECT_EQ(verdict_of(endpoint, session), documented.at(call).at(std::string(access::to_string(role))) ? "allowed" : "forbidden")
          << call << " as " << access::to_string(role);
    }
  }
}

// A cookie is sent by the browser whoever made it send the request; the token only by a page that could read it.
TEST_F(RoleMatrix, NothingIsChangedByACookieAlone) {
  const auto session = identity::open_session(database.pool(), user_with(access::Role::Admin), {}, clock.now());
  std::size_t checked = 0;
  for (const auto& endpoint : service.endpoints()) {
    if (endpoint.method == http::Method::Get || endpoint.permission == access::Permission::Open) continue;
    for (const auto* token : {"", "0", "undefined"}) {
      http::Headers headers{{"Cookie", "spm_session=" + session}};
      if (*token != '\0') headers.emplace("X-CSRF-Token", token);
      const auto response = answer_of(endpoint, std::move(headers));
      EXPECT_EQ(response.status, 403) << endpoint.path;
      EXPECT_NE(response.body.find("X-CSRF-Token"), std::string::npos) << endpoint.path << ": " << response.body;
    }
    ++checked;
  }
  EXPECT_GT(checked, 30U);
}

TEST_F(RoleMatrix, TheMetricsTokenOpensMetricsAndScrapeTargetsAlone) {
  std::vector<std::string> opened;
  for (const auto& endpoint : service.endpoints()) {
    if (endpoint.permission == access::Permission::Open) continue;
    const auto verdict = verdict_of(endpoint, http::Headers{{"Authorization", "Bearer the-token-of-prometheus"}});
    if (verdict == "allowed") opened.emplace_back(endpoint.path);
    EXPECT_NE(verdict, "unauthorized") << endpoint.path;
    EXPECT_EQ(verdict_of(endpoint, http::Headers{{"X-API-Key", "the-token-of-prometheus"}}), "unauthorized") << endpoint.path;
    EXPECT_EQ(verdict_of(endpoint, http::Headers{{"Authorization", "Bearer the-token-of-prometheu"}}), "unauthorized") << endpoint.path;
  }
  EXPECT_EQ(opened, (std::vector<std::string>{"/api/v1/prometheus/targets", "/metrics"}));
}

// Which addresses exist is no secret, so they are looked up before anybody is asked who he is.
TEST_F(RoleMatrix, WhatDoesNotExistIsNotFoundWhoeverAsks) {
  for (const auto* path : {"/api/v1/nothing", "/api/v1/queue/1/nothing", "/api/v2/queue", "/nothing"}) {
    for (const auto& headers :
         {http::Headers{}, http::Headers{{"X-API-Key", "wrong"}}, http::Headers{{"X-API-Key", "the-key-of-the-configuration"}}}) {
      for (const auto method : {http::Method::Get, http::Method::Post, http::Method::Delete}) {
        http::Request request;
        request.method = method;
        request.path = path;
        request.headers = headers;
        request.request_id = "test";
        const auto response = service.handle(request).response;
        EXPECT_EQ(response.status, 404) << path << ": " << response.body;
        EXPECT_EQ(json::parse(response.body).at("error").as_string(), "not_found") << path;
      }
    }
  }
}

}  // namespace
}  // namespace spm::test
