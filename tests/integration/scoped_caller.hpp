#pragma once
// Calls endpoints as whoever a test wants to be, and hands out the whole answer: headers, lists, streams.

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <string>
#include <vector>

#include "http/contract.hpp"
#include "http/dispatcher.hpp"

namespace spm::test {

class ScopedCaller {
 public:
  ScopedCaller(std::vector<http::Endpoint> endpoints, const Clock& clock)
      : dispatcher_({.endpoints = std::move(endpoints),
                     .authenticate = [this](const http::Request&) -> Result<access::Principal> { return principal; },
                     .run_once = {},
                     .observer = {},
                     .answer_check = http::AnswerCheck::Strict},
                    http::Contract::embedded(), clock) {}
  ScopedCaller(const ScopedCaller&) = delete;
  ScopedCaller& operator=(const ScopedCaller&) = delete;

  [[nodiscard]] http::Response send(http::Request request) const {
    request.remote_address = "192.0.2.7";
    request.request_id = "test";
    return dispatcher_.handle(request).response;
  }
  [[nodiscard]] http::Response get(const std::string& path, const std::string& query = "") const {
    http::Request request;
    request.method = http::Method::Get;
    request.path = path;
    request.query = http::parse_query(query).value();
    return send(std::move(request));
  }
  [[nodiscard]] http::Response write(http::Method method, const std::string& path, const json::value& body) const {
    http::Request request;
    request.method = method;
    request.path = path;
    request.headers.emplace("Content-Type", "application/json");
    request.body = json::serialize(body);
    return send(std::move(request));
  }

  access::Principal principal{"user:ada", access::all_permissions()};

 private:
  http::Dispatcher dispatcher_;
};

[[nodiscard]] inline json::value body_of(const http::Response& response) { return json::parse(response.body); }

// One member of each item of a list.
[[nodiscard]] inline std::vector<std::string> each(const http::Response& response, std::string_view member) {
  std::vector<std::string> all;
  const auto body = body_of(response);
  if (response.status != 200) return {response.body};
  for (const auto& item : body.at("items").as_array()) {
    const auto& value = item.at(member);
    all.push_back(value.is_string() ? std::string(value.as_string()) : json::serialize(value));
  }
  return all;
}

}  // namespace spm::test
