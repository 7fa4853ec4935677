#pragma once
// Asking a managed system over the network, as its users do: one HTTP(S) request, or one TCP connection, from the orchestrator itself.

#include <chrono>
#include <string>

#include "base/error.hpp"

namespace spm::ports {

struct WebQuestion {
  std::string url;  // http or https, without credentials
  bool verify_tls = true;
  std::chrono::milliseconds timeout{10'000};  // of the whole exchange
};

struct WebAnswer {
  int status = 0;
  std::string body;  // at most 1 MiB; a longer answer is an error
};

// Blocks for one exchange at most. Safe from any thread. Redirects are answers, they are not followed.
class Network {
 public:
  virtual ~Network() = default;
  [[nodiscard]] virtual Result<WebAnswer> get(const WebQuestion& question) = 0;
  // Whether a connection can be made; it is closed at once.
  [[nodiscard]] virtual Result<void> connect(const std::string& host, int port, std::chrono::milliseconds timeout) = 0;
};

}  // namespace spm::ports
