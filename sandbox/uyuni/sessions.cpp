#include "sandbox/uyuni/sessions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace spm::sandbox::uyuni {
namespace {

std::int64_t row_id(const std::string& key) {
  std::int64_t id = 0;
  std::from_chars(key.data(), key.data() + key.find('x'), id);
  return id;
}

}  // namespace

bool Sessions::looks_like_key(const std::string& text) {
  const auto x = text.find('x');
  if (x == std::string::npos || x == 0 || x > 18 || text.size() - x - 1 != 64 || text[0] < '1' || text[0] > '9') return false;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const auto is_hex = [&](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); };
  return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(x), is_digit) &&
         std::all_of(text.begin() + static_cast<std::ptrdiff_t>(x) + 1, text.end(), is_hex);
}

std::string Sessions::open(const std::string& login, std::chrono::seconds duration, const std::string& hex, Time now) {
  const auto id = next_++;
  const std::string key = fmt::format("{}x{}", id, hex);
  rows_.emplace(id, Row{key, login, now + duration});
  return key;
}

void Sessions::clean_up(Time now) {
  std::erase_if(rows_, [&](const auto& row) { return row.second.expires + 2 * lifetime_ < now; });
}

std::variant<std::string, xmlrpc::Fault> Sessions::find(const std::string& key, Time now) {
  clean_up(now);
  const auto id = row_id(key);
  const auto row = rows_.find(id);
  if (row == rows_.end())
    return xmlrpc::Fault{-1, fmt::format("com.redhat.rhn.common.hibernate.LookupException: Could not find session with id: {}", id)};
  if (row->second.key != key)
    return xmlrpc::Fault{-1, fmt::format("com.redhat.rhn.domain.session.InvalidSessionIdException: Session id: {} is not valid.", id)};
  row->second.expires = now + lifetime_;
  return row->second.login;
}

void Sessions::close(const std::string& key) { rows_.erase(row_id(key)); }

}  // namespace spm::sandbox::uyuni
