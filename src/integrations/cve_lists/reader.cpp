#include "integrations/cve_lists/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

#include "base/url.hpp"
#include "integrations/cve_lists/gzip.hpp"

namespace spm::cve_lists {
namespace {

constexpr std::size_t kMaxAddress = 2'048;
constexpr int kMaxHops = 4;

tl::unexpected<Error> unavailable(std::string message) { return fail(ErrorCode::ServiceUnavailable, std::move(message)); }

std::string without_query(const std::string& address) { return address.substr(0, address.find_first_of("?#")); }

bool sends_on(int status) {
  constexpr std::array kStatuses{301, 302, 303, 307, 308};
  return std::find(kStatuses.begin(), kStatuses.end(), status) != kStatuses.end();
}

Result<std::string> read_file(const std::string& path, std::size_t max_bytes) {
  std::error_code problem;
  const auto status = std::filesystem::status(path, problem);
  if (status.type() == std::filesystem::file_type::not_found) return unavailable(path + " does not exist");
  if (status.type() != std::filesystem::file_type::regular) return unavailable(path + " is no file");  // a pipe would block
  std::ifstream file(path, std::ios::binary);
  if (!file) return unavailable(path + " cannot be read by the service's user");
  std::string content(max_bytes + 1, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (file.bad()) return unavailable(path + " cannot be read to its end");
  content.resize(static_cast<std::size_t>(file.gcount()));
  if (content.size() > max_bytes) return unavailable(fmt::format("{} is larger than {} MiB", path, max_bytes >> 20));
  return content;
}

}  // namespace

Result<std::string> next_address(const std::string& asked, const std::string& location) {
  const auto origin = origin_of(asked);
  const bool is_path = location.starts_with('/') && !location.starts_with("//");
  const auto next = is_path ? origin + location : location;
  const bool is_printable = std::all_of(next.begin(), next.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F; });
  const auto next_origin = origin_of(next);
  const bool is_allowed = !next_origin.empty() && (next_origin == origin || next.starts_with("https://"));
  if (!is_printable || next.size() > kMaxAddress || !is_allowed)
    return unavailable(
        fmt::format("{} sends its readers to an address that is not followed: only https, or the same server", without_query(asked)));
  return next;
}

ListReader::ListReader(Options options)
    : options_(std::move(options)),
      client_({.total_timeout = options_.timeout, .max_answer_bytes = options_.max_bytes, .verify_tls = true, .ca_file = ""}) {}

Result<std::string> ListReader::fetch(const std::string& address, const std::stop_token& stop) const {
  std::string next = address;
  for (int hop = 0; hop < kMaxHops; ++hop) {
    net::HttpRequest request;
    request.url = next;
    // Some publishers answer nobody who does not say who asks.
    request.headers = {{"Accept", "*/*"}, {"User-Agent", "spm-orchestrator"}};
    request.stop = stop;
    auto answer = client_.send(request, ErrorCode::ServiceUnavailable);
    if (stop.stop_requested()) return unavailable("stopped before the list was read");
    if (!answer) return tl::unexpected<Error>(answer.error());
    if (answer->status == 200) return std::move(answer->body);
    const auto location = answer->header("Location");
    if (!sends_on(answer->status) || !location) return unavailable(fmt::format("{} answered HTTP {}", without_query(next), answer->status));
    auto onward = next_address(next, *location);
    if (!onward) return onward;
    next = std::move(*onward);
  }
  return unavailable(fmt::format("{} sends its readers on too often", without_query(address)));
}

Result<std::string> ListReader::read(const std::string& place, const std::stop_token& stop) {
  auto content = place.starts_with('/') ? read_file(place, options_.max_bytes) : fetch(place, stop);
  if (!content || !is_gzip(*content)) return content;
  return unpack(*content, options_.max_unpacked_bytes);
}

}  // namespace spm::cve_lists
