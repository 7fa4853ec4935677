#pragma once
// Reads published lists from files and over HTTP. Created by app/; called by the job of the slice cves and by `import-cves`. Blocking,
// under a deadline. Safe from any thread. Errors: ServiceUnavailable, ValidationError; the messages name the place without its query.

#include <chrono>
#include <string>

#include "net/http_client.hpp"
#include "ports/cve_lists.hpp"

namespace spm::cve_lists {

struct Options {
  std::chrono::milliseconds timeout{120'000};
  // Of what is read, and of what it unpacks to. EPSS of 300,000 CVEs is 2 MB, unpacked 10 MB; the known-exploited list 1.5 MB.
  std::size_t max_bytes = 32 * 1024 * 1024;
  std::size_t max_unpacked_bytes = 64 * 1024 * 1024;
};

class ListReader final : public ports::CveLists {
 public:
  explicit ListReader(Options options = {});

  [[nodiscard]] Result<std::string> read(const std::string& place, const std::stop_token& stop) override;

 private:
  [[nodiscard]] Result<std::string> fetch(const std::string& address, const std::stop_token& stop) const;

  Options options_;
  net::HttpClient client_;
};

// Where an answer sends its reader on: to https, or on the same server. Publishers name today's file that way; but nobody on the way, and
// no list, sends us to what only this machine reaches. Pure.
[[nodiscard]] Result<std::string> next_address(const std::string& asked, const std::string& location);

}  // namespace spm::cve_lists
