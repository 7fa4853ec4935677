#include "http/request_id.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <string_view>

namespace spm::http {
namespace {

bool is_id_char(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-'; }

bool is_acceptable(std::string_view id) { return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), is_id_char); }

}  // namespace

std::string choose_request_id(const std::optional<std::string>& incoming) {
  if (incoming && is_acceptable(*incoming)) return *incoming;
  thread_local std::mt19937_64 random = [] {
    std::random_device device;
    return std::mt19937_64((std::uint64_t{device()} << 32U) | device());
  }();
  return fmt::format("{:016x}", random());
}

}  // namespace spm::http
