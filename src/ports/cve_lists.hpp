#pragma once
// Lists about CVEs that others publish: which are known to be exploited, how likely and how bad each is. Read by the slice cves, on the
// thread of its job. Blocking, under a deadline.

#include <stop_token>
#include <string>

#include "base/error.hpp"

namespace spm::ports {

class CveLists {
 public:
  virtual ~CveLists() = default;
  // The whole text at `place`, the absolute path of a file or an http(s) address; what is compressed with gzip is unpacked. Within bounds:
  // what is larger is an error. A stop ends it soon, as an error.
  [[nodiscard]] virtual Result<std::string> read(const std::string& place, const std::stop_token& stop) = 0;
};

}  // namespace spm::ports
