#include "base/package_grammar.hpp"

#include <algorithm>
#include <cctype>

namespace spm {
namespace {

using versions::Family;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_alnum(char c) { return is_digit(c) || is_lower(c) || (c >= 'A' && c <= 'Z'); }

// 1..max characters, the first a letter or digit, the others a letter, a digit or one of `also`.
bool is_word(std::string_view text, std::size_t max, std::string_view also) {
  if (text.empty() || text.size() > max || !is_alnum(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [also](char c) { return is_alnum(c) || also.find(c) != std::string_view::npos; });
}

bool is_deb_name(std::string_view text) {
  const auto colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  if (colon != std::string_view::npos && !is_architecture(text.substr(colon + 1))) return false;
  return name.size() >= 2 && is_word(name, 128, "+.-") &&
         std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool is_rpm_name(std::string_view text) {
  const bool underscore = text.starts_with('_') && text.size() > 1;
  return is_word(underscore ? text.substr(1) : text, 200, "+._~-");
}

// Takes "digits:" away from the front; false when what stands before a colon is no epoch.
bool take_epoch(std::string_view& text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return true;
  const std::string_view epoch = text.substr(0, colon);
  if (epoch.empty() || epoch.size() > 9 || !std::all_of(epoch.begin(), epoch.end(), is_digit)) return false;
  text.remove_prefix(colon + 1);
  return true;
}

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t count = 0;
  while (at + count < text.size() && is_digit(text[at + count])) ++count;
  return count;
}

// Length of the CVE id that starts at `at` in a text of capitals; 0: none does.
std::size_t cve_length(std::string_view text, std::size_t at) {
  constexpr std::string_view kPrefix = "CVE-";
  if (text.substr(at, kPrefix.size()) != kPrefix || digits_at(text, at + 4) != 4) return 0;
  if (at + 8 >= text.size() || text[at + 8] != '-') return 0;
  const std::size_t number = digits_at(text, at + 9);
  return number >= 4 && number <= 19 ? 9 + number : 0;
}

}  // namespace

bool is_package_name(Family family, std::string_view text) { return family == Family::Deb ? is_deb_name(text) : is_rpm_name(text); }

bool is_package_version(Family family, std::string_view text) {
  if (text.size() > 200 || !take_epoch(text)) return false;
  if (family == Family::Deb) return is_word(text, 200, ".+~-");
  const auto dash = text.find('-');
  if (dash != std::string_view::npos && !is_word(text.substr(dash + 1), 200, "._+~^")) return false;
  return is_word(text.substr(0, dash), 200, "._+~^");
}

bool is_architecture(std::string_view text) { return is_word(text, 32, "_-"); }

bool is_unit_name(std::string_view text) { return is_word(text.starts_with('_') ? text.substr(1) : text, 255, ":_.\\@-"); }

bool is_advisory_name(std::string_view text) { return is_word(text, 128, ":._+~-"); }

bool is_minion_id(std::string_view text) { return is_word(text, 255, "._-"); }

bool is_cve(std::string_view text) { return !text.empty() && cve_length(text, 0) == text.size(); }

std::set<std::string> cves_in(std::string_view text) {
  std::string capitals(text);
  std::transform(capitals.begin(), capitals.end(), capitals.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  std::set<std::string> found;
  for (auto at = capitals.find("CVE-"); at != std::string::npos; at = capitals.find("CVE-", at + 1)) {
    if (const std::size_t length = cve_length(capitals, at); length > 0) found.insert(capitals.substr(at, length));
  }
  return found;
}

}  // namespace spm
