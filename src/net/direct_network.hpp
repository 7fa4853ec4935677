#pragma once
// The network as the orchestrator sees it: ports::Network over libcurl, within an AddressPolicy: what
// it refuses is an error. Created by app/; called by engine workers. Safe from any thread.

#include "net/http_client.hpp"
#include "ports/network.hpp"

namespace spm::net {

class DirectNetwork final : public ports::Network {
 public:
  explicit DirectNetwork(AddressPolicy policy);
  [[nodiscard]] Result<ports::WebAnswer> get(const ports::WebQuestion& question) override;
  [[nodiscard]] Result<void> connect(const std::string& host, int port, std::chrono::milliseconds timeout) override;

 private:
  const AddressPolicy policy_;
  HttpClient verifying_;
  HttpClient trusting_;  // for checks that say that the certificate does not matter
};

}  // namespace spm::net
