#pragma once
// Talking to the service: one call and its answer. Blocking. One thread.

#include <boost/json/value.hpp>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "net/http_client.hpp"
#include "spmctl/profiles.hpp"

namespace spm::spmctl {

struct ApiCall {
  std::string method = "GET";
  std::string path;  // encoded
  std::vector<std::pair<std::string, std::string>> query = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::optional<json::value> body = {};
};

class Client {
 public:
  Client(Profile profile, std::chrono::milliseconds timeout);

  // Any HTTP status is an answer; an error when there was none.
  [[nodiscard]] Result<net::HttpAnswer> send(const ApiCall& call) const;
  // A live answer: its pieces go to `on_piece`, which says whether it wants more.
  [[nodiscard]] Result<net::HttpAnswer> follow(const ApiCall& call, std::function<bool(std::string_view)> on_piece) const;
  [[nodiscard]] const Profile& profile() const { return profile_; }

 private:
  [[nodiscard]] net::HttpRequest request_of(const ApiCall& call) const;

  Profile profile_;
  net::HttpClient client_;
};

// For path segments and queries: everything but letters, digits and -._~ as %XX.
[[nodiscard]] std::string url_encode(std::string_view text);

}  // namespace spm::spmctl
