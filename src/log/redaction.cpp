#include "log/redaction.hpp"

#include <algorithm>

namespace spm::log {
namespace {
constexpr std::size_t kShortestSecret = 6;
}

void Redaction::add(std::string secret) {
  if (secret.size() < kShortestSecret || std::find(secrets_.begin(), secrets_.end(), secret) != secrets_.end()) return;
  secrets_.push_back(std::move(secret));
  std::stable_sort(secrets_.begin(), secrets_.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

std::string Redaction::apply(std::string_view text) const {
  std::string out(text);
  for (const auto& secret : secrets_) {
    for (auto at = out.find(secret); at != std::string::npos; at = out.find(secret, at + 3)) out.replace(at, secret.size(), "***");
  }
  return out;
}

}  // namespace spm::log
