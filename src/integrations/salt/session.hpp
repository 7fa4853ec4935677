#pragma once
// The Salt REST API (rest_cherrypy): one login shared by all threads, renewed before it expires and once when the server forgot it.
// Used by SaltCommands and the probe. Blocking, each call under its deadline. Safe from any thread. Errors: SaltError.

#include <chrono>
#include <mutex>
#include <string>

#include "base/time.hpp"
#include "net/http_client.hpp"
#include "net/upstream_guard.hpp"

namespace spm::salt {

struct Options {
  std::string url;  // "https://salt:9080"
  std::string user;
  std::string password;
  std::string eauth = "pam";
  std::chrono::milliseconds timeout{30'000};
  bool verify_tls = true;
  std::string ca_file;
  std::chrono::milliseconds retry_pause{200};     // before the first repetition of a read
  std::chrono::seconds look_for_lost_after{20};   // a job that young is simply running
  std::chrono::seconds give_up_silent_after{60};  // a minion that answers nothing for so long is down
};

class SaltSession {
 public:
  SaltSession(Options options, const Clock& clock, net::CallObserver observer = {});

  // POST / with one chunk: several in one request lose the results of the earlier ones when a later one raises. Returns return[0].
  [[nodiscard]] Result<json::value> post(const json::object& chunk, std::string_view what, net::Repeat repeat);
  // GET path ("/jobs/2026…"). Returns the whole body.
  [[nodiscard]] Result<json::value> get(const std::string& path, std::string_view what);
  // Logs in if needed; an error when the account may do nothing at all (empty perms), which login itself does not refuse.
  [[nodiscard]] Result<bool> ensure_login();
  // GET /: is a Salt API there at all?
  [[nodiscard]] Result<bool> hello();
  [[nodiscard]] const Options& options() const { return options_; }

 private:
  struct Token {
    std::string text;
    Time renew_at;  // when nine tenths of its life are over
    std::uint64_t generation = 0;
  };
  [[nodiscard]] Result<Token> token();
  [[nodiscard]] Result<Token> log_in();
  void forget(std::uint64_t generation);
  [[nodiscard]] Result<json::value> exchange(const net::HttpRequest& request, std::string_view what, net::Repeat repeat);
  [[nodiscard]] Result<json::value> exchange_once(net::HttpRequest request);

  Options options_;
  const Clock& clock_;
  net::HttpClient client_;
  net::UpstreamGuard guard_;
  std::mutex mutex_;  // serialises logins: many at once overload the master
  Token token_;
};

// What a 401 page means (salt-and-prometheus 1.4): the token is gone, or it is good and the right is missing. Pure.
enum class Denial { LogInAgain, NotAllowed };
[[nodiscard]] Denial read_denial(std::string_view html);

// The first paragraph after the heading of a CherryPy error page, unescaped as far as a person needs; "" when it is not such a page. Pure.
[[nodiscard]] std::string read_error_page(std::string_view html);

}  // namespace spm::salt
