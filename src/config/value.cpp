#include "config/value.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>

#include "access/group_roles.hpp"
#include "base/networks.hpp"

namespace spm::config {
namespace {

constexpr Range kPorts{1, 65'535};
constexpr std::string_view kSeverities[] = {"Low", "Medium", "High", "Critical"};
constexpr ports::Severity kSeverityValues[] = {ports::Severity::Low, ports::Severity::Medium, ports::Severity::High,
                                               ports::Severity::Critical};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

template <class Number>
std::optional<Number> read_number(std::string_view text) {
  Number number{};
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

bool read_integer(Range range, std::string_view text, Value& value) {
  const auto number = read_number<std::int64_t>(text);
  if (!number || static_cast<double>(*number) < range.min || static_cast<double>(*number) > range.max) return false;
  value.integer = *number;
  return true;
}

bool read_real(const Setting& setting, std::string_view text, Value& value) {
  const auto number = read_number<double>(text);
  if (!number || !std::isfinite(*number) || *number < setting.range.min || *number > setting.range.max) return false;
  value.number = *number;
  return true;
}

bool read_boolean(std::string_view text, Value& value) {
  static constexpr std::string_view kTrue[] = {"true", "yes", "on", "1"};
  static constexpr std::string_view kFalse[] = {"false", "no", "off", "0"};
  const auto word = lower(text);
  value.flag = std::find(std::begin(kTrue), std::end(kTrue), word) != std::end(kTrue);
  return value.flag || std::find(std::begin(kFalse), std::end(kFalse), word) != std::end(kFalse);
}

bool read_severity(std::string_view text, Value& value) {
  for (std::size_t i = 0; i < std::size(kSeverities); ++i) {
    if (lower(text) != lower(kSeverities[i])) continue;
    value.severity = kSeverityValues[i];
    return true;
  }
  return false;
}

bool read_choice(const Setting& setting, std::string_view text, Value& value) {
  value.text = lower(text);
  return std::find(setting.choices.begin(), setting.choices.end(), value.text) != setting.choices.end();
}

bool read_text(const Setting& setting, std::string_view text, Value& value) {
  const bool has_control = std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  const auto length = static_cast<double>(text.size());
  value.text = text;
  return !has_control && length >= setting.range.min && length <= setting.range.max;
}

// Scheme, host, perhaps port and path. Credentials have settings of their own: in an address they would end up in logs.
bool read_url(std::string_view text, Value& value) {
  auto rest = text;
  if (rest.starts_with("https://")) {
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return false;
  }
  const auto authority = rest.substr(0, rest.find('/'));
  const bool is_printable = std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F; });
  if (!is_printable || authority.empty() || authority.front() == ':' || text.find_first_of("@?#\\\"<>") != std::string_view::npos)
    return false;
  if (const auto colon = authority.rfind(':'); colon != std::string_view::npos && authority.back() != ']') {
    const auto port = read_number<int>(authority.substr(colon + 1));
    if (!port || *port < 1 || *port > 65'535) return false;
  }
  while (text.ends_with('/')) text.remove_suffix(1);
  value.text = text;
  return text.size() <= 2048;
}

// The file may come later: it is looked for when it is read.
bool read_place(std::string_view text, Value& value) {
  if (!text.starts_with('/')) return read_url(text, value);
  const bool is_printable = std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7F; });
  value.text = text;
  return is_printable && text.size() <= 4096;
}

bool read_address(std::string_view text, Value& value) {
  value.text = text;
  std::array<unsigned char, sizeof(in6_addr)> binary{};
  return inet_pton(AF_INET, value.text.c_str(), binary.data()) == 1 || inet_pton(AF_INET6, value.text.c_str(), binary.data()) == 1;
}

bool read_networks(const Setting& setting, std::string_view text, Value& value) {
  return read_text(setting, text, value) && parse_networks(text).has_value();
}

bool read_group_roles(const Setting& setting, std::string_view text, Value& value) {
  return read_text(setting, text, value) && access::parse_group_roles(text).has_value();
}

bool read_file(std::string_view text, Value& value) {
  value.text = text;
  std::error_code ignored;
  return std::filesystem::is_regular_file(value.text, ignored) && ::access(value.text.c_str(), R_OK) == 0;
}

bool read_time_zone(std::string_view text, Value& value) {
  const bool is_name = std::all_of(text.begin(), text.end(),
                                   [](unsigned char c) { return std::isalnum(c) != 0 || c == '/' || c == '_' || c == '-' || c == '+'; });
  value.text = text;
  std::error_code ignored;
  const std::filesystem::path zones = "/usr/share/zoneinfo";
  return is_name && (text == "UTC" || !std::filesystem::exists(zones, ignored) || std::filesystem::is_regular_file(zones / text, ignored));
}

bool read(const Setting& setting, std::string_view text, Value& value) {
  switch (setting.type) {
    case Type::Port: return read_integer(kPorts, text, value);
    case Type::Integer: return read_integer(setting.range, text, value);
    case Type::Number: return read_real(setting, text, value);
    case Type::Boolean: return read_boolean(text, value);
    case Type::Secret:
    case Type::Text: return read_text(setting, text, value);
    case Type::Url: return read_url(text, value);
    case Type::Place: return read_place(text, value);
    case Type::Severity: return read_severity(text, value);
    case Type::Choice: return read_choice(setting, text, value);
    case Type::File: return read_file(text, value);
    case Type::Address: return read_address(text, value);
    case Type::Networks: return read_networks(setting, text, value);
    case Type::TimeZone: return read_time_zone(text, value);
    case Type::GroupRoles: return read_group_roles(setting, text, value);
  }
  return false;
}

std::string length_range(const Setting& setting) {
  if (setting.range.min > 1) return fmt::format("{:.0f}..{:.0f} characters", setting.range.min, setting.range.max);
  return fmt::format("at most {:.0f} characters", setting.range.max);
}

}  // namespace

std::string allowed(const Setting& setting) {
  switch (setting.type) {
    case Type::Port: return fmt::format("a port {:.0f}..{:.0f}", kPorts.min, kPorts.max);
    case Type::Integer: return fmt::format("an integer {:.0f}..{:.0f}", setting.range.min, setting.range.max);
    case Type::Number: return fmt::format("a number {}..{}", setting.range.min, setting.range.max);
    case Type::Boolean: return "true or false";
    case Type::Secret: return "a secret of " + length_range(setting);
    case Type::Text: return "a text of " + length_range(setting);
    case Type::Url: return "an address such as https://host:port, without user and password";
    case Type::Place: return "the absolute path of a file, or an address such as https://host/file, without user, password and query";
    case Type::Severity: return fmt::format("one of {}", fmt::join(kSeverities, ", "));
    case Type::Choice: return fmt::format("one of {}", fmt::join(setting.choices, ", "));
    case Type::File: return "a file that exists and can be read";
    case Type::Address: return "an IP address such as 127.0.0.1, 0.0.0.0 or ::";
    case Type::Networks: return "networks such as 10.0.0.0/8, fd00::/8, 192.0.2.7";
    case Type::TimeZone: return "an IANA time zone such as Europe/Rome";
    case Type::GroupRoles: return "groups with their roles, such as spm-admins=admin, spm-ops=operator";
  }
  return {};
}

Result<Value> parse_value(const Setting& setting, std::string_view text) {
  Value value;
  if (read(setting, text, value)) {
    value.is_set = true;
    return value;
  }
  const auto shown = setting.type == Type::Secret ? std::string(setting.key) : fmt::format("{}={}", setting.key, text.substr(0, 100));
  const auto unit = setting.unit.empty() ? "" : fmt::format(" ({})", setting.unit);
  const auto fallback = setting.default_text.empty() ? "no default" : fmt::format("default {}", setting.default_text);
  return fail(ErrorCode::ValidationError, fmt::format("{}: must be {}{}; {}", shown, allowed(setting), unit, fallback));
}

}  // namespace spm::config
