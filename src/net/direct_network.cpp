#include "net/direct_network.hpp"

#include <utility>

namespace spm::net {
namespace {

using namespace std::chrono_literals;

HttpClientOptions options(bool verify_tls, const AddressPolicy& policy) {
  return {.connect_timeout = 30s,
          .total_timeout = 30s,
          .max_answer_bytes = 1024 * 1024,
          .verify_tls = verify_tls,
          .ca_file = "",
          .address_policy = &policy};
}

}  // namespace

DirectNetwork::DirectNetwork(AddressPolicy policy)
    : policy_(std::move(policy)), verifying_(options(true, policy_)), trusting_(options(false, policy_)) {}

Result<ports::WebAnswer> DirectNetwork::get(const ports::WebQuestion& question) {
  HttpRequest request;
  request.url = question.url;
  request.total_timeout = question.timeout;
  auto answer = (question.verify_tls ? verifying_ : trusting_).send(request, ErrorCode::ServiceUnavailable);
  if (!answer) return tl::unexpected(answer.error());
  return ports::WebAnswer{answer->status, std::move(answer->body)};
}

Result<void> DirectNetwork::connect(const std::string& host, int port, std::chrono::milliseconds timeout) {
  return verifying_.connect(host, port, timeout, ErrorCode::ServiceUnavailable);
}

}  // namespace spm::net
