#include "base/os_release.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace spm {
namespace {

struct Distribution {
  std::string_view word;  // as it occurs in labels
  std::string_view target_os;
  std::string_view name;  // as we write it
};

// Longer words first: "opensuse-leap" before "suse", "centos-stream" before "centos".
constexpr std::array kDistributions{
    Distribution{"ubuntu", "ubuntu", "ubuntu"},     Distribution{"debian", "debian", "debian"},
    Distribution{"almalinux", "rhel", "almalinux"}, Distribution{"alma", "rhel", "almalinux"},
    Distribution{"rockylinux", "rhel", "rocky"},    Distribution{"rocky", "rhel", "rocky"},
    Distribution{"oraclelinux", "rhel", "oracle"},  Distribution{"oracle", "rhel", "oracle"},
    Distribution{"centos", "rhel", "centos"},       Distribution{"rhel", "rhel", "rhel"},
    Distribution{"redhat", "rhel", "rhel"},         Distribution{"opensuse", "suse", "opensuse-leap"},
    Distribution{"sles", "suse", "sles"},           Distribution{"sle-", "suse", "sles"},
    Distribution{"suse", "suse", "sles"},
};

struct CodeName {
  std::string_view word;
  std::string_view target_os;
  std::string_view os_release;
};

constexpr std::array kCodeNames{
    CodeName{"trusty", "ubuntu", "ubuntu-14.04"}, CodeName{"resolute", "ubuntu", "ubuntu-26.04"},
    CodeName{"xenial", "ubuntu", "ubuntu-16.04"}, CodeName{"bionic", "ubuntu", "ubuntu-18.04"},
    CodeName{"focal", "ubuntu", "ubuntu-20.04"},  CodeName{"jammy", "ubuntu", "ubuntu-22.04"},
    CodeName{"noble", "ubuntu", "ubuntu-24.04"},  CodeName{"oracular", "ubuntu", "ubuntu-24.10"},
    CodeName{"plucky", "ubuntu", "ubuntu-25.04"}, CodeName{"questing", "ubuntu", "ubuntu-25.10"},
    CodeName{"stretch", "debian", "debian-9"},    CodeName{"buster", "debian", "debian-10"},
    CodeName{"bullseye", "debian", "debian-11"},  CodeName{"bookworm", "debian", "debian-12"},
    CodeName{"trixie", "debian", "debian-13"},    CodeName{"forky", "debian", "debian-14"},
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

// Where `word` begins a word of the text; npos: nowhere.
std::size_t find_word(std::string_view text, std::string_view word) {
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    if (at == 0 || !is_letter(text[at - 1])) return at;
  }
  return std::string_view::npos;
}

std::string_view take_digits(std::string_view& text) {
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[count])) ++count;
  const auto digits = text.substr(0, count);
  text.remove_prefix(count);
  return digits;
}

// The version that follows a distribution's name: "-24.04-pool", "2404", "9-x86_64", "15-sp5", "_leap15_5"; empty: none.
std::string version_after(std::string_view text, std::string_view target_os) {
  while (!text.empty() && !is_digit(text.front())) {
    const bool filler = text.starts_with("leap") || text.starts_with("stream") || text.starts_with("linux") || text.starts_with("product");
    if (!filler && is_letter(text.front()) && !text.starts_with("el") && !text.starts_with("sles")) return {};
    const auto skip = is_letter(text.front()) ? std::min(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz"), text.size()) : 1;
    text.remove_prefix(skip);
  }
  const std::string major(take_digits(text));
  if (major.empty() || major.size() > 4 || text.starts_with("_64")) return {};  // "x86_64" is no version
  if (target_os == "ubuntu" && major.size() == 4) return major.substr(0, 2) + "." + major.substr(2);
  const bool service_pack = text.starts_with("-sp") || text.starts_with("sp");
  const bool minor = text.size() > 1 && (text.front() == '.' || text.front() == '_') && is_digit(text[1]);
  if (target_os == "suse" && service_pack) text.remove_prefix(text.front() == '-' ? 3 : 2);
  if (minor) text.remove_prefix(1);
  const bool wanted = (target_os == "suse" && (service_pack || minor)) || (target_os == "ubuntu" && minor);
  const std::string rest(wanted ? take_digits(text) : std::string_view());
  return rest.empty() ? major : major + "." + rest;
}

std::optional<OsRelease> by_code_name(std::string_view text) {
  for (const CodeName& code : kCodeNames) {
    if (find_word(text, code.word) != std::string_view::npos) return OsRelease{std::string(code.target_os), std::string(code.os_release)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<OsRelease> os_release_of(std::string_view label) {
  const std::string text = lower(label.substr(0, 256));
  for (const Distribution& distribution : kDistributions) {
    const auto at = find_word(text, distribution.word);
    if (at == std::string_view::npos) continue;
    const std::string version = version_after(std::string_view(text).substr(at + distribution.word.size()), distribution.target_os);
    if (!version.empty()) return OsRelease{std::string(distribution.target_os), std::string(distribution.name) + "-" + version};
    const auto code = by_code_name(text);
    if (code && code->target_os == distribution.target_os) return code;
    return OsRelease{std::string(distribution.target_os), std::string(distribution.name)};
  }
  return by_code_name(text);
}

}  // namespace spm
