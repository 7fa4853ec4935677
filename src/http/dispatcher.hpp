#pragma once
// What happens to every request between the edge and a slice's handler: find the endpoint, authenticate, check the permission, check
// against the contract, handle, shape errors. One of the two places that catch exceptions. Given to Server::create as the handler.
// Safe from any thread; a call lasts as long as the endpoint's handler.

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "access/permission.hpp"
#include "base/time.hpp"
#include "http/contract.hpp"
#include "http/endpoint.hpp"
#include "http/router.hpp"
#include "http/server.hpp"

namespace spm::http {

// Who sends this request? An unauthorized error when that cannot be told.
using Authenticate = std::function<Result<access::Principal>(const Request&)>;

// Runs `work` at most once for an Idempotency-Key; see idempotency.hpp.
using RunOnce = std::function<Result<Response>(const Request&, const std::string& key, std::string_view route,
                                               const std::function<Result<Response>()>& work)>;

// One answered request, for metrics and the access log.
struct Exchange {
  Method method = Method::Get;
  std::string_view route;  // the endpoint's template; empty when there is none
  int status = 0;
  std::chrono::microseconds duration{0};
  std::string request_id;
  std::string actor;  // empty when not authenticated
  std::string remote_address;
};
using ExchangeObserver = std::function<void(const Exchange&)>;

enum class AnswerCheck {
  Off,
  Strict,  // tests: an answer that contradicts the contract becomes a 500 and a log line that says how
};

struct DispatcherOptions {
  std::vector<Endpoint> endpoints;
  Authenticate authenticate;
  RunOnce run_once;           // without it no Idempotency-Key is honoured
  ExchangeObserver observer;  // may be empty; must not throw
  AnswerCheck answer_check = AnswerCheck::Off;
};

class Dispatcher {
 public:
  // Throws std::logic_error when two endpoints collide. `clock` must outlive the dispatcher. Whether endpoints and contract agree is for
  // the caller to check (Contract::compare_routes): a test may serve a part.
  Dispatcher(DispatcherOptions options, Contract contract, const Clock& clock);

  [[nodiscard]] Reply handle(Request& request) const;

 private:
  [[nodiscard]] Response answer(Request& request, std::string_view& route) const;
  [[nodiscard]] Result<Response> serve(Request& request, const Endpoint& endpoint) const;
  [[nodiscard]] Result<Response> run(const Request& request, const Endpoint& endpoint) const;
  [[nodiscard]] Response checked(const Request& request, const Endpoint& endpoint, Response response) const;
  [[nodiscard]] Response shaped(const Request& request, const Error& error) const;

  Authenticate authenticate_;
  RunOnce run_once_;
  ExchangeObserver observer_;
  AnswerCheck answer_check_;
  Router router_;
  Contract contract_;
  const Clock& clock_;
};

}  // namespace spm::http
