#pragma once
// The way to UYUNI: one XML-RPC call at a time for each thread, over one session that all threads share.
//
// A session that is gone is renewed once and the call made again, reads and writes alike: a dead session means that nothing happened.
// Errors carry ErrorCode::UyuniError; faults are Refused with details.fault_code. For Repeat::Never an answer that cannot be understood is
// OutcomeUnknown, because the call may have had its effect. Safe from any thread.

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/time.hpp"
#include "integrations/uyuni/time_zone.hpp"
#include "net/http_client.hpp"
#include "net/skipped.hpp"
#include "net/upstream_guard.hpp"
#include "net/xmlrpc.hpp"

namespace spm::uyuni {

struct UyuniOptions {
  std::string url;  // "https://uyuni.example.org"; "/rpc/api" is added when it is not there
  std::string user;
  std::string password;
  bool verify_tls = true;
  std::string ca_file;                         // empty: the system's
  std::chrono::milliseconds timeout{60'000};   // of one call
  std::chrono::milliseconds retry_pause{200};  // before the first repetition of a read
  int concurrency = 10;                        // calls of one bulk read at the same time
  ServerTimeZone zone;
  net::SkipObserver on_skipped = {};
};

class UyuniClient {
 public:
  UyuniClient(UyuniOptions options, const Clock& clock, net::CallObserver observer = {});

  // The session key is put before the parameters.
  [[nodiscard]] Result<xmlrpc::Value> call(const std::string& method, xmlrpc::Array params, net::Repeat repeat,
                                           std::optional<std::chrono::milliseconds> timeout = std::nullopt);
  // For api.* alone, which takes no session.
  [[nodiscard]] Result<xmlrpc::Value> call_without_session(const std::string& method,
                                                           std::optional<std::chrono::milliseconds> timeout = std::nullopt);

  [[nodiscard]] const UyuniOptions& options() const { return options_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }
  // For an `earliest` parameter, in the server's local time.
  [[nodiscard]] xmlrpc::LocalDateTime schedule_time(Time earliest) const { return options_.zone.schedule_time(earliest, clock_.now()); }

 private:
  using Timeout = std::optional<std::chrono::milliseconds>;

  [[nodiscard]] Result<std::string> session();
  void forget(const std::string& key);
  [[nodiscard]] Result<std::string> login();
  [[nodiscard]] Result<xmlrpc::Value> call_in_session(const std::string& method, const xmlrpc::Array& params, net::Repeat repeat,
                                                      Timeout timeout);
  [[nodiscard]] Result<xmlrpc::Answer> exchange(const xmlrpc::Call& call, net::Repeat repeat, Timeout timeout) const;

  UyuniOptions options_;
  const Clock& clock_;
  net::CallObserver observer_;
  net::HttpClient http_;
  net::UpstreamGuard guard_;
  std::mutex session_mutex_;
  std::atomic<std::uint64_t> login_attempts_{0};
  std::string session_key_;
  Error login_error_;
};

}  // namespace spm::uyuni
