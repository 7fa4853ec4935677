#pragma once
// The endpoints of identity behind the dispatcher and the real authentication, and browsers and programs that call them.

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>

#include "http/contract.hpp"
#include "http/dispatcher.hpp"
#include "identity/identity.hpp"
#include "tests/support/clock.hpp"
#include "tests/support/postgres.hpp"

namespace spm::test {

inline constexpr const char* kGoodPassword = "seven green trams at noon";
inline constexpr const char* kConfiguredKey = "the-key-of-the-configuration";

class IdentityTest : public ::testing::Test {
 protected:
  struct Answer {
    int status = 0;
    json::object body;
    std::string cookie;  // Set-Cookie

    // The names of the fields that were wrong.
    [[nodiscard]] std::vector<std::string> fields() const {
      std::vector<std::string> names;
      if (status == 400) {
        for (const auto& [name, problem] : body.at("details").at("fields").as_object()) names.emplace_back(name);
      }
      return names;
    }
  };

  // A browser keeps its cookie and the CSRF token of the last profile that it saw; a program has a key.
  struct Client {
    std::string cookie = {};
    std::string csrf = {};
    std::string key = {};
    std::string address = "192.0.2.7";
    bool is_unattended = false;
  };

  Answer call(Client& client, http::Method method, const std::string& path, const json::value& body = nullptr,
              const std::multimap<std::string, std::string>& query = {}) {
    http::Request request;
    request.method = method;
    request.path = "/api/v1" + path;
    request.query = query;
    request.remote_address = client.address;
    request.request_id = "test";
    request.headers.emplace("User-Agent", "browser of a test");
    if (!client.cookie.empty()) request.headers.emplace("Cookie", "theme=dark; spm_session=" + client.cookie);
    if (!client.csrf.empty()) request.headers.emplace("X-CSRF-Token", client.csrf);
    if (!client.key.empty()) request.headers.emplace("X-API-Key", client.key);
    if (client.is_unattended) request.headers.emplace("X-Unattended", "true");
    if (!body.is_null()) {
      request.headers.emplace("Content-Type", "application/json");
      request.body = json::serialize(body);
    }
    const auto response = dispatcher.handle(request).response;
    Answer answer{response.status, json::parse(response.body).as_object(), ""};
    if (const auto cookie = response.headers.find("Set-Cookie"); cookie != response.headers.end()) {
      answer.cookie = cookie->second;
      client.cookie = answer.cookie.substr(12, answer.cookie.find(';') - 12);
    }
    if (const auto* csrf = answer.body.if_contains("csrf_token"); csrf != nullptr && csrf->is_string()) client.csrf = csrf->as_string();
    return answer;
  }
  Answer get(Client& client, const std::string& path) { return call(client, http::Method::Get, path); }
  Answer post(Client& client, const std::string& path, const json::value& body = nullptr) {
    return call(client, http::Method::Post, path, body);
  }
  Answer patch(Client& client, const std::string& path, const json::value& body) { return call(client, http::Method::Patch, path, body); }
  Answer remove(Client& client, const std::string& path) { return call(client, http::Method::Delete, path); }

  Answer login(Client& client, const std::string& username, const std::string& password = kGoodPassword) {
    client.cookie.clear();
    client.csrf.clear();
    return post(client, "/auth/login", json::object{{"username", username}, {"password", password}});
  }

  std::int64_t user(const std::string& username, const std::vector<std::string>& roles, access::Scope scope = {}) {
    identity::NewUser wanted;
    wanted.username = username;
    wanted.roles = roles;
    wanted.scope = std::move(scope);
    wanted.password = kGoodPassword;
    wanted.must_change_password = false;
    const auto added = identity::add_user(database.pool(), wanted, {"test", "", clock.now()});
    EXPECT_TRUE(added) << (added ? "" : added.error().message);
    return added ? added->id : 0;
  }
  // Logged in as a user of that name.
  Client person(const std::string& username) {
    Client client;
    EXPECT_EQ(login(client, username).status, 200);
    return client;
  }

  std::vector<std::string> audited() {
    std::vector<std::string> actions;
    for (const auto row : database.query("SELECT actor || ' ' || action || ' ' || subject_id AS line FROM audit_log ORDER BY id")) {
      actions.push_back(row.text("line"));
    }
    return actions;
  }

  TestDatabase database;
  ManualClock clock;
  identity::Settings settings;
  identity::Authenticator authenticator{database.pool(), clock, settings, auth::ApiKeyAuthenticator(kConfiguredKey, "secret")};
  http::Dispatcher dispatcher{{.endpoints = identity::endpoints(database.pool(), clock, settings),
                               .authenticate = [this](const http::Request& request) { return authenticator.authenticate(request); },
                               .run_once = {},
                               .observer = {},
                               .answer_check = http::AnswerCheck::Strict},
                              http::Contract::embedded(),
                              clock};
};

}  // namespace spm::test
