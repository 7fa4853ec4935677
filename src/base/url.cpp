#include "base/url.hpp"

#include <algorithm>

namespace spm {

std::string origin_of(std::string_view url) {
  const auto scheme = url.starts_with("https://") ? 8U : url.starts_with("http://") ? 7U : 0U;
  const auto end = std::min(url.find_first_of("/?#", scheme), url.size());
  const auto authority = url.substr(scheme, end - scheme);
  const bool is_plain = std::all_of(authority.begin(), authority.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(".-_:[]").find(c) != std::string_view::npos;
  });
  if (scheme == 0 || authority.empty() || !is_plain) return "";
  return std::string(url.substr(0, end));
}

bool is_https_or_loopback(std::string_view url) {
  const auto origin = origin_of(url);
  if (origin.starts_with("https://")) return true;
  if (origin.empty()) return false;
  const auto authority = std::string_view(origin).substr(7);
  const auto host = authority.starts_with('[') ? authority.substr(0, authority.find(']') + 1) : authority.substr(0, authority.find(':'));
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

}  // namespace spm
