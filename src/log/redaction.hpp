#pragma once
// Secrets that must not be seen, and their removal from text. A value; log.cpp guards the shared one.

#include <string>
#include <string_view>
#include <vector>

namespace spm::log {

class Redaction {
 public:
  void add(std::string secret);
  [[nodiscard]] std::string apply(std::string_view text) const;
  [[nodiscard]] bool empty() const { return secrets_.empty(); }

 private:
  std::vector<std::string> secrets_;  // longest first: a secret may contain another
};

}  // namespace spm::log
